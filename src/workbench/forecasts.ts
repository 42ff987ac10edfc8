/** Looking at networks before they are trained: each in a trainer process of its own, beside the queue. */
import { isDeepStrictEqual } from 'node:util';
import { NetworkSpecError } from '../shared/describe.ts';
import { forecast, type NetworkForecast } from '../shared/forecast/forecast.ts';
import { ProbeOptions, type Probe } from '../shared/forecast/probe.ts';
import { InputError } from '../shared/input-error.ts';
import type { InputShape, NetworkSpec } from '../shared/spec/network.ts';
import type { Store } from '../store/store.ts';
import { BesideQueue, type BesideContext } from './beside-queue.ts';

export class Forecaster {
  readonly #context: BesideContext;
  readonly #beside: BesideQueue;
  #turns = 0;

  constructor(context: BesideContext) {
    this.#context = context;
    this.#beside = new BesideQueue(context);
  }

  /** Null when a newer one, or close(), has ended it. Throws an InputError when the network cannot be built for this data, or the images are not here. */
  async forecast(network: NetworkSpec, fingerprint: string, options: ProbeOptions): Promise<NetworkForecast | null> {
    const { store, sourceOf } = this.#context;
    this.#beside.close();
    const input = inputOf(store, fingerprint);
    const dataset = sourceOf(fingerprint);
    possible(network, input);
    // Only what every view would find: with other draws or images there are other numbers.
    const usual = isDeepStrictEqual(options, ProbeOptions.parse({}));
    const before = usual ? store.probes.of({ dataset: fingerprint, network }) : null;
    if (before) return forecast(network, input, before);
    const probe = await this.#beside.compute(String(this.#turns++), {
      job: { type: 'forecast', task: { network, options } },
      dataset,
      engine: null,
      does: 'looks at the network',
      hear: (message) => (message.type === 'forecasted' ? message.probe : undefined),
    });
    if (probe && usual) this.#remember(fingerprint, network, probe);
    return probe && forecast(network, input, probe);
  }

  close(): void {
    this.#beside.close();
  }

  /** For every view that shows a run of it. */
  #remember(dataset: string, network: NetworkSpec, probe: Probe): void {
    const { store, host } = this.#context;
    store.probes.keep({ dataset, network }, probe);
    const runs = store.probes.runs({ dataset, network });
    if (runs.length > 0) host.emit('runs', store.summaries(runs));
  }
}

function inputOf(store: Store, fingerprint: string): InputShape {
  const { shape, classes } = store.dataset(fingerprint);
  return { ...shape, classes: classes.length };
}

function possible(network: NetworkSpec, input: InputShape): void {
  try {
    forecast(network, input);
  } catch (error) {
    if (error instanceof NetworkSpecError) throw new InputError(`the network cannot be built: ${error.message}`, { cause: error });
    throw error;
  }
}

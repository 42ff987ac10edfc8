/** Looking at networks before they are trained: each in a trainer process of its own, beside the queue. */
import { isDeepStrictEqual } from 'node:util';
import { NetworkSpecError } from '../shared/describe.ts';
import { forecast, type NetworkForecast } from '../shared/forecast/forecast.ts';
import { ProbeOptions, type Probe } from '../shared/forecast/probe.ts';
import { InputError } from '../shared/input-error.ts';
import type { InputShape, NetworkSpec } from '../shared/spec/network.ts';
import type { DatasetSource, EngineChoice } from '../shared/trainer-protocol.ts';
import type { Store } from '../store/store.ts';
import type { Host } from './host.ts';

interface Context {
  store: Store;
  host: Pick<Host, 'emit' | 'startTrainer'>;
  sourceOf: (fingerprint: string) => DatasetSource;
  /** Null while it is not known what to compute with; `decide` finds out. */
  engine: (wanted: string | null) => EngineChoice | null;
  decide: () => Promise<void>;
}

export class Forecaster {
  readonly #context: Context;
  /** Ends the look that is under way. */
  #end: () => void = () => undefined;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Null when a newer one, or close(), has ended it. Throws an InputError when the network cannot be built for this data, or the images are not here. */
  async forecast(network: NetworkSpec, fingerprint: string, options: ProbeOptions): Promise<NetworkForecast | null> {
    const { store, sourceOf, engine, decide } = this.#context;
    this.#end();
    const input = inputOf(store, fingerprint);
    const dataset = sourceOf(fingerprint);
    possible(network, input);
    // Only what every view would find: with other draws or images there are other numbers.
    const usual = isDeepStrictEqual(options, ProbeOptions.parse({}));
    const before = usual ? store.probes.of({ dataset: fingerprint, network }) : null;
    if (before) return forecast(network, input, before);
    const turn = new AbortController();
    this.#end = () => turn.abort();
    if (!engine(null)) await decide();
    if (turn.signal.aborted) return null;
    const probe = await this.#probe({ network, options }, dataset, engine(null)!);
    if (probe && usual) this.#remember(fingerprint, network, probe);
    return probe && forecast(network, input, probe);
  }

  close(): void {
    this.#end();
  }

  /** For every view that shows a run of it. */
  #remember(dataset: string, network: NetworkSpec, probe: Probe): void {
    const { store, host } = this.#context;
    store.probes.keep({ dataset, network }, probe);
    const runs = store.probes.runs({ dataset, network });
    if (runs.length > 0) host.emit('runs', store.summaries(runs));
  }

  async #probe(task: { network: NetworkSpec; options: ProbeOptions }, dataset: DatasetSource, engine: EngineChoice): Promise<Probe | null> {
    const trainer = this.#context.host.startTrainer(engine.name);
    const { promise, resolve, reject } = Promise.withResolvers<Probe | null>();
    this.#end = () => resolve(null);
    try {
      trainer.onMessage((message) => {
        if (message.type === 'forecasted') resolve(message.probe);
        else if (message.type === 'failed') reject(new InputError(message.message));
      });
      trainer.onExit((reason) => reject(new InputError(`the process that looks at the network ended unexpectedly (${reason})`)));
      trainer.post({ type: 'forecast', task, dataset, engine });
      return await promise;
    } finally {
      trainer.kill();
    }
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

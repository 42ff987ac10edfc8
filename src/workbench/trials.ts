/** Trying cuts of finished runs out: each in a trainer process of its own, beside the queue. */
import { createHash } from 'node:crypto';
import type { Argument } from '../shared/contract/index.ts';
import { forecast as forecastOf } from '../shared/forecast/forecast.ts';
import type { Probe } from '../shared/forecast/probe.ts';
import { InputError } from '../shared/input-error.ts';
import { networkAfter } from '../shared/pruning-plan.ts';
import type { PruningSpec } from '../shared/spec/pruning.ts';
import { seedsOf } from '../shared/spec/training.ts';
import type { TrialCut, Tried, TypeLengths } from '../shared/trial.ts';
import { BesideQueue, type BesideContext } from './beside-queue.ts';
import { inputOf } from './plan.ts';

/** Of cuts that are tried again and again while lines are moved to and fro. */
const MOST_KEPT = 20_000;

export class Trials {
  readonly #context: BesideContext;
  readonly #beside: BesideQueue;
  /** A finished run never changes, and neither does what a cut leaves of it. */
  readonly #known = new Map<string, Tried>();

  constructor(context: BesideContext) {
    this.#context = context;
    this.#beside = new BesideQueue(context);
  }

  /** Null when cancelled. Throws an InputError when the run's weights are not here, or a cut is not possible. */
  async try({ task, run: id, scores, cuts, images }: Required<Argument<'pruning.try'>>): Promise<Tried[] | null> {
    const { store, host, sourceOf } = this.#context;
    const run = store.run(id);
    const file = store.files.find(id, 'weights');
    if (!file) throw new InputError(`run "${run.name}" has no weights to cut: it has not finished, or they are not here`);
    const keys = cuts.map((cut) => keyOf(id, images, cut as TrialCut, scores));
    const found = () => keys.map((key) => this.#known.get(key));
    for (const [cut, tried] of found().entries()) if (tried) host.emit('tried', { task, cut, ...tried });
    const missing = [...found().entries()].flatMap(([cut, tried]) => (tried ? [] : [cut]));
    if (missing.length > 0) {
      const input = inputOf(store.dataset(run.dataset));
      const tell = (
        nth: number,
        { accuracy, lengths, probe }: { accuracy: number; lengths: TypeLengths[] | null; probe: Probe | null },
      ) => {
        const cut = missing[nth]!;
        const what = cuts[cut] as TrialCut;
        const made = what.kind === 'cut' && probe ? { pruning: what.pruning, probe } : null;
        if (made) this.#remember(id, made.pruning, made.probe);
        const forecast = made && forecastOf(networkAfter(run.spec.network, made.pruning), input, made.probe);
        const tried: Tried = { accuracy, lengths, forecast };
        if (what.kind === 'silent' || probe) this.#keep(keys[cut]!, tried);
        host.emit('tried', { task, cut, ...tried });
      };
      const ended = await this.#beside.compute(task, {
        job: {
          type: 'try',
          task: {
            weights: store.files.read(file),
            scores,
            seeds: seedsOf(run.spec.seed, run.spec.training),
            cuts: missing.map((cut) => cuts[cut] as TrialCut),
            images,
          },
        },
        dataset: sourceOf(run.dataset),
        engine: run.engine,
        does: 'tries cuts',
        hear: (message) => {
          if (message.type === 'tried') tell(message.cut, message);
          return message.type === 'all-tried' ? true : undefined;
        },
      });
      if (!ended) return null;
    }
    return found().map((tried) => tried!);
  }

  cancel(task: string): void {
    this.#beside.cancel(task);
  }

  close(): void {
    this.#beside.close();
  }

  /** For every view that shows a run which begins so. */
  #remember(parent: string, pruning: PruningSpec, probe: Probe): void {
    const { store, host } = this.#context;
    // Of the looks at one cut, that at most images stays.
    if ((store.probes.of({ parent, pruning })?.images ?? 0) > probe.images) return;
    store.probes.keep({ parent, pruning }, probe);
    const runs = store.probes.runs({ parent, pruning });
    if (runs.length > 0) host.emit('runs', store.summaries(runs));
  }

  #keep(key: string, tried: Tried): void {
    this.#known.set(key, tried);
    if (this.#known.size > MOST_KEPT) this.#known.delete(this.#known.keys().next().value!);
  }
}

/** What a cut leaves depends on the scores; what silent channels leave does not. */
function keyOf(run: string, images: number, cut: TrialCut, scores: Record<string, number[]>): string {
  const of = JSON.stringify([run, images, cut, cut.kind === 'cut' ? scores : null]);
  return createHash('sha256').update(of).digest('base64');
}

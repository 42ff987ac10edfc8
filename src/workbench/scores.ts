/** Judging the channels of finished runs, for previews: each in a trainer process of its own, beside the queue. */
import type { Argument, PruningScores } from '../shared/contract/index.ts';
import { InputError } from '../shared/input-error.ts';
import { PruningSpec } from '../shared/spec/pruning.ts';
import { seedsOf } from '../shared/spec/training.ts';
import { BesideQueue, type BesideContext } from './beside-queue.ts';

export class Scorer {
  readonly #context: BesideContext;
  readonly #beside: BesideQueue;

  constructor(context: BesideContext) {
    this.#context = context;
    this.#beside = new BesideQueue(context);
  }

  /** Null when cancelled. Throws an InputError when the run's weights are not here. */
  async score({
    task,
    run: id,
    criterion,
    intermediateBy,
    batches,
    batch,
  }: Required<Argument<'pruning.scores'>>): Promise<PruningScores | null> {
    const { store, host, sourceOf } = this.#context;
    const run = store.run(id);
    const file = store.files.find(id, 'weights');
    if (!file) throw new InputError(`run "${run.name}" has no weights to judge: it has not finished, or they are not here`);
    // Every layer is judged when something of every layer is to go.
    const pruning = PruningSpec.parse({
      criterion,
      backbone: 0.5,
      capsules: 0.5,
      granularity: 'type',
      capsuleLayers: 'inherit',
      intermediate: { ratio: 0.5, by: intermediateBy },
      batches,
      batch,
    });
    return this.#beside.compute<PruningScores>(task, {
      job: {
        type: 'score',
        task: {
          weights: store.files.read(file),
          pruning,
          seeds: seedsOf(run.spec.seed, run.spec.training),
          validation: run.spec.training.validation,
        },
      },
      dataset: sourceOf(run.dataset),
      engine: run.engine,
      does: 'judges channels',
      hear: (message) => {
        if (message.type === 'scoring') host.emit('scoring', { task, done: message.done, total: message.total });
        return message.type === 'scored' ? { scores: message.scores, maps: message.maps } : undefined;
      },
    });
  }

  cancel(task: string): void {
    this.#beside.cancel(task);
  }

  close(): void {
    this.#beside.close();
  }
}

/** Judging the channels of finished runs, for previews: each in a trainer process of its own, beside the queue. */
import type { Argument, PruningScores } from '../shared/contract/index.ts';
import { InputError } from '../shared/input-error.ts';
import { PruningSpec } from '../shared/spec/pruning.ts';
import { seedsOf } from '../shared/spec/training.ts';
import type { DatasetSource, EngineChoice } from '../shared/trainer-protocol.ts';
import type { Store } from '../store/store.ts';
import type { Host, TrainerProcess } from './host.ts';

interface Context {
  store: Store;
  host: Pick<Host, 'emit' | 'startTrainer'>;
  sourceOf: (fingerprint: string) => DatasetSource;
  /** Null while it is not known what to compute with; `decide` finds out. */
  engine: (wanted: string | null) => EngineChoice | null;
  decide: () => Promise<void>;
}

export class Scorer {
  readonly #context: Context;
  readonly #tasks = new Map<string, () => void>();

  constructor(context: Context) {
    this.#context = context;
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
    const { store, host, sourceOf, engine, decide } = this.#context;
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
    const dataset = sourceOf(run.dataset);
    const weights = store.files.read(file);
    if (!engine(run.engine)) await decide();
    const choice = engine(run.engine)!;
    const trainer = host.startTrainer(choice.name);
    try {
      return await this.#outcome(task, trainer, () =>
        trainer.post({
          type: 'score',
          task: { weights, pruning, seeds: seedsOf(run.spec.seed, run.spec.training), validation: run.spec.training.validation },
          dataset,
          engine: choice,
        }),
      );
    } finally {
      this.#tasks.delete(task);
      trainer.kill();
    }
  }

  cancel(task: string): void {
    this.#tasks.get(task)?.();
  }

  close(): void {
    for (const cancel of this.#tasks.values()) cancel();
  }

  #outcome(task: string, trainer: TrainerProcess, start: () => void): Promise<PruningScores | null> {
    return new Promise((resolve, reject) => {
      this.#tasks.set(task, () => resolve(null));
      trainer.onMessage((message) => {
        if (message.type === 'scoring') this.#context.host.emit('scoring', { task, done: message.done, total: message.total });
        else if (message.type === 'scored') resolve({ scores: message.scores, maps: message.maps });
        else if (message.type === 'failed') reject(new InputError(message.message));
      });
      trainer.onExit((reason) => reject(new InputError(`the process that judges channels ended unexpectedly (${reason})`)));
      start();
    });
  }
}

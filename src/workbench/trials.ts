/** Trying cuts of finished runs out: each in a trainer process of its own, beside the queue. */
import { createHash } from 'node:crypto';
import type { Argument } from '../shared/contract/index.ts';
import { InputError } from '../shared/input-error.ts';
import { seedsOf } from '../shared/spec/training.ts';
import type { DatasetSource, EngineChoice, TrialTask } from '../shared/trainer-protocol.ts';
import type { TrialCut } from '../shared/trial.ts';
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

/** Of cuts that are tried again and again while lines are moved to and fro. */
const MOST_KEPT = 20_000;

export class Trials {
  readonly #context: Context;
  readonly #tasks = new Map<string, () => void>();
  /** A finished run never changes, and neither does what a cut leaves of it. */
  readonly #known = new Map<string, number>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** Null when cancelled. Throws an InputError when the run's weights are not here, or a cut is not possible. */
  async try({ task, run: id, scores, cuts, images }: Required<Argument<'pruning.try'>>): Promise<number[] | null> {
    const { store, host, sourceOf, engine, decide } = this.#context;
    const run = store.run(id);
    const file = store.files.find(id, 'weights');
    if (!file) throw new InputError(`run "${run.name}" has no weights to cut: it has not finished, or they are not here`);
    const keys = cuts.map((cut) => keyOf(id, images, cut as TrialCut, scores));
    const found = () => keys.map((key) => this.#known.get(key));
    for (const [cut, accuracy] of found().entries()) if (accuracy !== undefined) host.emit('tried', { task, cut, accuracy });
    const missing = [...found().entries()].flatMap(([cut, accuracy]) => (accuracy === undefined ? [cut] : []));
    if (missing.length > 0) {
      const dataset = sourceOf(run.dataset);
      if (!engine(run.engine)) await decide();
      const choice = engine(run.engine)!;
      const trainer = host.startTrainer(choice.name);
      const trial: TrialTask = {
        weights: store.files.read(file),
        scores,
        seeds: seedsOf(run.spec.seed, run.spec.training),
        cuts: missing.map((cut) => cuts[cut] as TrialCut),
        images,
      };
      try {
        const ended = await this.#outcome(task, trainer, { trial, dataset, engine: choice }, (nth, accuracy) => {
          const cut = missing[nth]!;
          this.#keep(keys[cut]!, accuracy);
          host.emit('tried', { task, cut, accuracy });
        });
        if (!ended) return null;
      } finally {
        this.#tasks.delete(task);
        trainer.kill();
      }
    }
    return found().map((accuracy) => accuracy!);
  }

  cancel(task: string): void {
    this.#tasks.get(task)?.();
  }

  close(): void {
    for (const cancel of this.#tasks.values()) cancel();
  }

  #keep(key: string, accuracy: number): void {
    this.#known.set(key, accuracy);
    if (this.#known.size > MOST_KEPT) this.#known.delete(this.#known.keys().next().value!);
  }

  /** False when cancelled. */
  #outcome(
    task: string,
    trainer: TrainerProcess,
    { trial, dataset, engine }: { trial: TrialTask; dataset: DatasetSource; engine: EngineChoice },
    tell: (nth: number, accuracy: number) => void,
  ): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#tasks.set(task, () => resolve(false));
      trainer.onMessage((message) => {
        if (message.type === 'tried') tell(message.cut, message.accuracy);
        else if (message.type === 'all-tried') resolve(true);
        else if (message.type === 'failed') reject(new InputError(message.message));
      });
      trainer.onExit((reason) => reject(new InputError(`the process that tries cuts ended unexpectedly (${reason})`)));
      trainer.post({ type: 'try', task: trial, dataset, engine });
    });
  }
}

/** What a cut leaves depends on the scores; what silent channels leave does not. */
function keyOf(run: string, images: number, cut: TrialCut, scores: Record<string, number[]>): string {
  const of = JSON.stringify([run, images, cut, cut.kind === 'cut' ? scores : null]);
  return createHash('sha256').update(of).digest('base64');
}

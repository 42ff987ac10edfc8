/** Tells at the terminal what becomes of a study, run by run, from the events of its queue. */
import type { EventName, Events, QueueState, RunSummary } from '../shared/contract/index.ts';
import type { Finding } from '../shared/findings/finding.ts';
import { countAsMeasured } from '../shared/inactive.ts';
import { accuracy, count, duration, plain, portion, real } from '../shared/present/format.ts';
import type { EpochMetrics } from '../shared/results.ts';
import type { Store } from '../store/store.ts';
import type { StoredRun } from '../store/types.ts';
import type { Progress } from './progress.ts';

export class StudyTeller {
  readonly #store: Store;
  readonly #runs: StoredRun[];
  readonly #progress: Progress;
  readonly #reason: string;
  #engine: string | null = null;
  /** Index of the first run of which nothing has been said. */
  #next = 0;
  #current: StoredRun | null = null;
  #inactive: string | null = null;

  /** @param reason why the engine was chosen. */
  constructor(store: Store, runs: StoredRun[], progress: Progress, reason: string) {
    this.#store = store;
    this.#runs = runs;
    this.#progress = progress;
    this.#reason = reason;
  }

  /** Sees every event of the queue. */
  observe<E extends EventName>(event: E, payload: Events[E]): void {
    if (event === 'queue') this.#queue(payload as QueueState);
    else if (event === 'step') this.#progress.step((payload as Events['step']).progress, this.#inactive);
    else if (event === 'epoch') this.#epoch((payload as Events['epoch']).metrics);
    else if (event === 'runs') for (const run of payload as RunSummary[]) this.#run(run);
  }

  /** Nothing more is done: what becomes of those of which nothing was said. */
  end(): void {
    this.#tellUpTo(this.#runs.length);
  }

  #queue({ current }: QueueState): void {
    if (!current?.engine || current.run === this.#current?.id) return;
    if (this.#engine !== current.engine) this.#progress.say(`Engine: ${current.engine}; chosen because ${this.#reason}`);
    this.#engine = current.engine;
    const index = this.#runs.findIndex(({ id }) => id === current.run);
    this.#tellUpTo(index);
    this.#next = index + 1;
    const run = (this.#current = this.#runs[index]!);
    this.#inactive = this.#inactiveText(run, this.#store.results.epochs(run.id).at(-1));
    this.#progress.run(index + 1, this.#runs.length, run.name);
    this.#progress.say(this.#label(index) + (this.#store.files.find(run.id, 'checkpoint') ? ': goes on from its checkpoint' : ''));
  }

  #tellUpTo(end: number): void {
    for (; this.#next < end; this.#next++) {
      const { status, parent } = this.#store.run(this.#runs[this.#next]!.id);
      if (status === 'finished') this.#progress.say(`${this.#label(this.#next)}: already finished`);
      else if (parent !== null && this.#store.run(parent).status !== 'finished')
        this.#progress.say(`${this.#label(this.#next)}: skipped, because run ${parent} has not finished`);
    }
  }

  #epoch(metrics: EpochMetrics): void {
    const { epoch, train, test, seconds, imagesPerSecond } = metrics;
    this.#inactive = this.#inactiveText(this.#current!, metrics);
    const parts = [
      `  epoch ${epoch}: train loss ${real(train.loss)}`,
      `test loss ${real(test.loss)}`,
      `test accuracy ${plain(accuracy(test.accuracy))}`,
      `inactive ${this.#inactive ?? '-'}`,
      `${count(imagesPerSecond)} images/s`,
      `took ${duration(seconds)}`,
    ];
    this.#progress.say(parts.join(', '));
  }

  #run({ id, status, error, params, parent }: RunSummary): void {
    const index = this.#runs.findIndex((run) => run.id === id);
    if (status === 'failed' || status === 'interrupted') {
      this.#progress.endRun();
      this.#tellUpTo(index);
      this.#next = index + 1;
      this.#progress.say(`${this.#label(index)}: ${status}: ${error?.split('\n')[0] ?? ''}`);
    } else if (status !== 'running') {
      this.#progress.endRun();
      // Notes are for who looks closer, but that fewer epochs were trained than asked for is not.
      const told = ({ kind, severity }: Finding) => severity !== 'note' || kind === 'stopped-early';
      if (status === 'finished')
        for (const { severity, text } of this.#store.findings.of(id).filter(told)) this.#progress.say(`  ${severity}: ${text}`);
    } else if (id === this.#current?.id && params !== this.#current.params) {
      this.#progress.say(`  cut from run ${parent!}: ${count(this.#current.params)} parameters become ${count(params)}`);
      this.#current = { ...this.#current, params };
    }
  }

  #inactiveText({ spec }: StoredRun, metrics: EpochMetrics | undefined): string | null {
    return metrics ? portion(countAsMeasured(metrics.test.activity, spec.training.measure)) : null;
  }

  #label(index: number): string {
    const { name, id } = this.#runs[index]!;
    return `run ${index + 1} of ${this.#runs.length}: ${name} (${id})`;
  }
}

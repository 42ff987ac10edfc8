/** Tells at the terminal what becomes of a study, run by run, from the events of its queue. */
import type { EventName, Events, QueueState, RunSummary } from '../shared/contract/index.ts';
import type { Finding } from '../shared/findings/finding.ts';
import { countAsMeasured } from '../shared/inactive.ts';
import { accuracy, count, duration, plain, portion, real } from '../shared/present/format.ts';
import { withLayerNames } from '../shared/present/layer-name.ts';
import type { EpochMetrics } from '../shared/results.ts';
import type { Store } from '../store/store.ts';
import type { StoredRun } from '../store/types.ts';
import type { Progress } from './progress.ts';

export class StudyTeller {
  readonly #store: Store;
  readonly #runs: StoredRun[];
  readonly #progress: Progress;
  readonly #reason: string;
  /** Whether several runs may be at work at once, so that every line has to name its own. */
  readonly #several: boolean;
  readonly #engines = new Set<string>();
  /** Indices of the runs of which something has been said. */
  readonly #told = new Set<number>();
  /** The runs at work, by id, as they were when last looked at. */
  readonly #current = new Map<string, { run: StoredRun; index: number; inactive: string | null }>();
  #fault: string | null = null;
  #short: string | null = null;

  /** @param reason why the engine was chosen. */
  constructor(store: Store, runs: StoredRun[], progress: Progress, { reason, several }: { reason: string; several: boolean }) {
    this.#store = store;
    this.#runs = runs;
    this.#progress = progress;
    this.#reason = reason;
    this.#several = several;
  }

  /** Sees every event of the queue. */
  observe<E extends EventName>(event: E, payload: Events[E]): void {
    if (event === 'queue') this.#queue(payload as QueueState);
    else if (event === 'step') this.#step(payload as Events['step']);
    else if (event === 'epoch') this.#epoch(payload as Events['epoch']);
    else if (event === 'runs') for (const run of payload as RunSummary[]) this.#run(run);
  }

  /** Nothing more is done: what becomes of those of which nothing was said. */
  end(): void {
    this.#tellUpTo(this.#runs.length, true);
  }

  #queue({ running, short, fault }: QueueState): void {
    if (fault !== this.#fault) this.#progress.say(fault ?? 'Goes on.');
    this.#fault = fault;
    for (const { run, engine } of running) if (engine !== null && !this.#current.has(run)) this.#begin(run, engine);
    if (short !== null && short !== this.#short) this.#progress.say(`The ${short}.`);
    this.#short = short;
  }

  #begin(id: string, engine: string): void {
    if (!this.#engines.has(engine)) this.#progress.say(`Engine: ${engine}; chosen because ${this.#reason}`);
    this.#engines.add(engine);
    const index = this.#runs.findIndex((run) => run.id === id);
    this.#tellUpTo(index, !this.#several);
    this.#told.add(index);
    const run = this.#runs[index]!;
    this.#current.set(id, { run, index, inactive: this.#inactiveText(run, this.#store.results.epochs(id).at(-1)) });
    this.#progress.run(id, index + 1, this.#runs.length, run.name);
    this.#progress.say(this.#label(index) + (this.#store.files.find(id, 'checkpoint') ? ': goes on from its checkpoint' : ''));
  }

  /** @param all whether what has not been begun so far is not begun any more; else it may only be waiting for its parent. */
  #tellUpTo(end: number, all: boolean): void {
    for (const [i, { id }] of this.#runs.slice(0, end).entries()) {
      if (this.#told.has(i)) continue;
      const { status, parent } = this.#store.run(id);
      const say = (what: string) => {
        this.#told.add(i);
        this.#progress.say(`${this.#label(i)}: ${what}`);
      };
      if (status === 'finished') say('already finished');
      else if (all && parent !== null && this.#store.run(parent).status !== 'finished')
        say(`skipped, because run ${parent} has not finished`);
    }
  }

  #step({ run, progress }: Events['step']): void {
    const current = this.#current.get(run);
    if (current) this.#progress.step(run, progress, current.inactive);
  }

  #epoch({ run: id, metrics }: Events['epoch']): void {
    const { epoch, train, test, seconds, imagesPerSecond } = metrics;
    const current = this.#current.get(id)!;
    current.inactive = this.#inactiveText(current.run, metrics);
    const parts = [
      `  ${this.#mark(current.index)}epoch ${epoch}: train loss ${real(train.loss)}`,
      `test loss ${real(test.loss)}`,
      `test accuracy ${plain(accuracy(test.accuracy))}`,
      `inactive ${current.inactive ?? '-'}`,
      `${count(imagesPerSecond)} images/s`,
      `took ${duration(seconds)}`,
    ];
    this.#progress.say(parts.join(', '));
  }

  #run({ id, status, error, params, parent }: RunSummary): void {
    const index = this.#runs.findIndex((run) => run.id === id);
    const current = this.#current.get(id);
    if (status === 'failed' || status === 'interrupted') {
      this.#leave(id);
      this.#tellUpTo(index, !this.#several);
      this.#told.add(index);
      this.#progress.say(`${this.#label(index)}: ${status}: ${error?.split('\n')[0] ?? ''}`);
    } else if (status !== 'running') {
      this.#leave(id);
      // Notes are for who looks closer, but that fewer epochs were trained than asked for is not.
      const told = ({ kind, severity }: Finding) => severity !== 'note' || kind === 'stopped-early';
      if (status === 'finished') {
        if (this.#several) this.#progress.say(`${this.#label(index)}: finished`);
        for (const { severity, text } of this.#store.findings.of(id).filter(told))
          this.#progress.say(`  ${this.#mark(index)}${severity}: ${withLayerNames(text)}`);
      }
    } else if (current && params !== current.run.params) {
      this.#progress.say(`  ${this.#mark(index)}cut from run ${parent!}: ${count(current.run.params)} parameters become ${count(params)}`);
      current.run = { ...current.run, params };
    }
  }

  #leave(id: string): void {
    this.#current.delete(id);
    this.#progress.endRun(id);
  }

  #inactiveText({ spec }: StoredRun, metrics: EpochMetrics | undefined): string | null {
    return metrics ? portion(countAsMeasured(metrics.test.activity, spec.training.measure)) : null;
  }

  #mark(index: number): string {
    return this.#several ? `run ${index + 1}, ` : '';
  }

  #label(index: number): string {
    const { name, id } = this.#runs[index]!;
    return `run ${index + 1} of ${this.#runs.length}: ${name} (${id})`;
  }
}

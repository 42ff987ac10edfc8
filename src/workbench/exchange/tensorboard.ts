/**
 * Event files of runs for TensorBoard, in a folder of their own each: <folder>/<study>/<run and its id>/. What is there already
 * is not written again, so that files may be written while a run is trained, after it, or both, by whatever process.
 */
import { appendFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf, lookThrough } from '../../exchange/tensorboard/events.ts';
import { endEvents, endTag, epochEvents, startEvents, type EventRun } from '../../exchange/tensorboard/run-events.ts';
import type { Event } from '../../exchange/tensorboard/schema.ts';
import type { Events, EventName } from '../../shared/contract/index.ts';
import { InputError } from '../../shared/input-error.ts';
import { fileName } from '../../shared/present/file-name.ts';
import type { EpochMetrics } from '../../shared/results.ts';
import { reasonOf } from '../../shared/system-error.ts';
import { armNames, armOf } from '../../shared/spec/arms.ts';
import { recordOf } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import type { StoredRun } from '../../store/types.ts';
import type { Host } from '../host.ts';

const PREFIX = 'events.out.tfevents.';

/** A run whose file is open. */
interface Open {
  run: EventRun;
  path: string;
  /** The last epoch that is there. */
  last: number;
}

const seconds = (time: string | null): number => Date.parse(time ?? '') / 1000;

function eventRun(store: Store, run: StoredRun): EventRun {
  const study = run.study === null ? null : store.studies.get(run.study).name;
  return {
    id: run.id,
    name: run.name,
    spec: run.spec,
    about: { arm: armNames[armOf(run)], dataset: store.dataset(run.dataset).name, study, parent: run.parent },
    params: run.params,
    flops: run.flops,
    began: seconds(run.started ?? run.created),
  };
}

const studyFolder = (store: Store, run: StoredRun): string => (run.study === null ? 'runs' : fileName(store.studies.get(run.study).name));
const placeOf = (store: Store, run: StoredRun): string => `${studyFolder(store, run)}/${fileName(run.name)} ${run.id}`;

/** The run's own folder in one for TensorBoard. */
export function eventFolder(store: Store, run: StoredRun, root: string): string {
  const parent = join(root, studyFolder(store, run));
  // It may have been renamed since.
  const known = namesIn(parent).find((name) => name.endsWith(` ${run.id}`));
  return known === undefined ? join(root, placeOf(store, run)) : join(parent, known);
}

/** Everything that is to be said of a run, of what is not there yet: epochs after the last one, and its end. */
async function eventsAfter(store: Store, run: StoredRun, last: number, ended: boolean): Promise<Event[]> {
  const described = eventRun(store, run);
  const all = store.results.epochs(run.id);
  const events: Event[] = [];
  let time = described.began;
  for (const [i, metrics] of all.entries()) {
    time += metrics.seconds;
    if (metrics.epoch > last) events.push(...(await epochEvents(described, metrics, accuraciesOf(all.slice(0, i)), time)));
  }
  return ended ? events : [...events, ...endOf(store, run, time)];
}

const fileOf = (seconds: number, rest: string): string => `${PREFIX}${String(Math.floor(seconds)).padStart(10, '0')}.${rest}`;

/** A run's events as one file, and where in a folder for TensorBoard it belongs. */
export async function eventFile(store: Store, run: StoredRun): Promise<{ path: string; bytes: Uint8Array }> {
  const described = eventRun(store, run);
  const events = [...startEvents(described), ...(await eventsAfter(store, run, -1, false))];
  return { path: `${placeOf(store, run)}/${fileOf(described.began, '0')}`, bytes: bytesOf(events) };
}

/** Writes what is missing of a run. Answers its file, where another epoch may follow. */
export async function writeEvents(store: Store, run: StoredRun, root: string): Promise<Open> {
  const folder = eventFolder(store, run, root);
  const files = namesIn(folder)
    .filter((name) => name.startsWith(PREFIX))
    .sort()
    .map((name) => readFileSync(join(folder, name)));
  const { last, has: ended } = lookThrough(files, endTag);
  const described = eventRun(store, run);
  const events = await eventsAfter(store, run, last, ended);
  const begin = startEvents(described);
  const path = join(folder, fileOf(Date.now() / 1000, `${process.pid}.${files.length}`));
  const open = { run: described, path, last: store.results.epochSummary(run.id)?.last ?? last };
  if (files.length > 0 && events.length === 0) return open;
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new InputError(`cannot write into ${folder}: ${reasonOf(error, 'write')}`, { cause: error });
  }
  // Every file says first what it is.
  appendFileSync(path, bytesOf([...(files.length === 0 ? begin : begin.slice(0, 1)), ...events]));
  return open;
}

const accuraciesOf = (epochs: readonly EpochMetrics[]) =>
  epochs.map(({ epoch, test, validation }) => ({ epoch, test: test.accuracy, validation: validation?.accuracy ?? null }));

/** Nothing while it may still go on. */
function endOf(store: Store, run: StoredRun, time: number) {
  const measured = recordOf(store, run);
  if (!measured || run.status !== 'finished') return [];
  return endEvents(measured, Number.isNaN(seconds(run.ended)) ? time : seconds(run.ended));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Events of runs while they are trained, from what a queue tells. What cannot be written is told once; training goes on. */
export class LiveEvents {
  readonly #store: Store;
  readonly #folder: () => string | null;
  readonly #onProblem: (text: string) => void;
  readonly #open = new Map<string, Open>();
  #failed = false;
  #done: Promise<void> = Promise.resolve();

  /** @param folder null while they are not wanted. */
  constructor(store: Store, folder: () => string | null, onProblem: (text: string) => void) {
    this.#store = store;
    this.#folder = folder;
    this.#onProblem = onProblem;
  }

  /** The host of a queue, which is told everything first. */
  listeningTo(host: Pick<Host, 'emit' | 'startTrainer'>): Pick<Host, 'emit' | 'startTrainer'> {
    return {
      startTrainer: (name) => host.startTrainer(name),
      emit: (event, payload) => {
        host.emit(event, payload);
        this.observe(event, payload);
      },
    };
  }

  observe<E extends EventName>(event: E, payload: Events[E]): void {
    if (event !== 'epoch' && event !== 'runs') return;
    const folder = this.#folder();
    if (folder === null) this.#open.clear();
    else if (event === 'epoch') {
      const { run, metrics } = payload as Events['epoch'];
      this.#then(() => this.#epoch(run, metrics, folder));
    } else
      for (const { id, status } of payload as Events['runs'])
        if (this.#open.has(id) && status === 'finished') this.#then(() => this.#end(id));
  }

  /** Resolves when everything that has been told is written. */
  close(): Promise<void> {
    return this.#done;
  }

  #then(write: () => Promise<void>): void {
    this.#done = this.#done.then(write).catch((error: unknown) => {
      if (!this.#failed) this.#onProblem(`Events for TensorBoard cannot be written: ${(error as Error).message}.`);
      this.#failed = true;
    });
  }

  async #epoch(id: string, metrics: EpochMetrics, folder: string): Promise<void> {
    const open = this.#open.get(id);
    if (!open) {
      this.#open.set(id, await writeEvents(this.#store, this.#store.run(id), folder));
      return;
    }
    if (metrics.epoch <= open.last) return;
    const before = this.#store.results.epochAccuracies(id).filter(({ epoch }) => epoch < metrics.epoch);
    appendFileSync(open.path, bytesOf(await epochEvents(open.run, metrics, before, Date.now() / 1000)));
    open.last = metrics.epoch;
  }

  #end(id: string): Promise<void> {
    const open = this.#open.get(id);
    this.#open.delete(id);
    if (open) appendFileSync(open.path, bytesOf(endOf(this.#store, this.#store.run(id), Date.now() / 1000)));
    return Promise.resolve();
  }
}

/** Runs by the beginning of their id, or of a study all its runs, by the study's name or id. */
export function runsNamed(store: Store, names: readonly string[]): StoredRun[] {
  const runs = names.flatMap((name) => {
    const studies = store.studies.list().filter((study) => study.name === name || study.id === name);
    if (studies.length > 1)
      throw new InputError(
        `there are ${studies.length} studies called ${name}; name one by its id: ${studies.map(({ id }) => id).join(', ')}`,
      );
    return studies[0] ? store.runs(studies[0].id) : [store.runByPrefix(name)];
  });
  return [...new Map(runs.map((run) => [run.id, run])).values()];
}

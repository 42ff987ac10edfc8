/**
 * Does one unit of a bundle: in a database of its own on a disk of this computer, with everything that has to outlast the process
 * written into the bundle as it comes. Started again, here or elsewhere, it goes on from there and computes the same numbers.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventName, Events } from '../shared/contract/index.ts';
import { InputError } from '../shared/input-error.ts';
import { isAlive, thisProcess } from '../store/process.ts';
import { Store } from '../store/store.ts';
import type { StoredRun } from '../store/types.ts';
import { startTrainer, folders } from '../workbench/node-host.ts';
import { processorHere } from '../workbench/processor.ts';
import { JobQueue } from '../workbench/queue/job-queue.ts';
import { LiveRuns } from '../workbench/queue/live-runs.ts';
import type { Bundle } from './bundle.ts';
import { Journal, lastStart } from './journal.ts';
import { Keeper } from './keeper.ts';
import { restore } from './restore.ts';
import { Damaged, readResults, resultsFrom, writeResults } from './results.ts';

export type UnitOutcome = 'finished' | 'failed' | 'interrupted';

export interface UnitOptions {
  threads: number;
  /** Name of this task in the batch system that has started it; null without one. */
  job: string | null;
  say: (line: string) => void;
  /** Asked once; `stop` has the unit saved and ended at its next step. */
  onStart: (stop: () => void) => void;
}

/** Milliseconds between two signs of life in the journal. */
const aliveInterval = 60_000;

export async function doUnit(bundle: Bundle, unit: number, options: UnitOptions): Promise<UnitOutcome> {
  const planned = bundle.runsOf(unit);
  if (isDone(bundle, unit, options.say)) return 'finished';
  refuseTwice(bundle, unit);
  const journal = new Journal(bundle.journal(unit));
  const folder = mkdtempSync(join(process.env['TMPDIR'] ?? tmpdir(), 'capscope-unit-'));
  const store = new Store(join(folder, 'capscope.db'));
  try {
    journal.add({ type: 'start', ...thisProcess(), processor: processorHere(), job: options.job });
    restore(store, bundle, unit, planned);
    const keeper = new Keeper({ store, bundle, journal });
    const outcome = await train({ store, bundle, keeper, journal, planned, ...options });
    if (outcome !== 'interrupted') {
      const runs = resultsFrom(
        store,
        planned.map(({ id }) => id),
      );
      writeResults(bundle.results(unit, outcome === 'failed'), { study: bundle.facts.study.id, unit, processor: processorHere(), runs });
      if (outcome === 'finished') rmSync(bundle.results(unit, true), { force: true });
    }
    const problems = planned.map(({ id }) => store.run(id)).filter(({ status }) => status === 'failed' || status === 'interrupted');
    const problem = problems[0] ? `run "${problems[0].name}": ${problems[0].error?.split('\n')[0] ?? problems[0].status}` : null;
    journal.add({ type: 'end', state: outcome, problem });
    return outcome;
  } finally {
    journal.close();
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether its results are there, whole. Damaged ones are set aside: it is done again. */
function isDone(bundle: Bundle, unit: number, say: (line: string) => void): boolean {
  const path = bundle.results(unit);
  if (!existsSync(path)) return false;
  try {
    readResults(path, bundle.facts.study.id, unit);
    return true;
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    say(`${error.message}; unit ${unit} is done again`);
    rmSync(path, { recursive: true });
    return false;
  }
}

/** A second process on the same computer would write into the same journal. On others it is the batch system that knows. */
function refuseTwice(bundle: Bundle, unit: number): void {
  const start = lastStart(bundle.journal(unit));
  const self = thisProcess();
  if (start?.host !== self.host || start.pid === self.pid) return;
  if (start.process !== null && isAlive(start, start.time))
    throw new InputError(`unit ${unit} is being done by process ${start.pid} here; wait for it or stop it first`);
}

interface Training extends UnitOptions {
  store: Store;
  bundle: Bundle;
  keeper: Keeper;
  journal: Journal;
  planned: readonly StoredRun[];
}

/** The runs that have not finished, one after another with all threads of the unit. */
async function train({ store, bundle, keeper, journal, planned, threads, say, onStart }: Training): Promise<UnitOutcome> {
  const { dataset, engine, hands } = bundle.facts;
  const ids = planned.map(({ id }) => id);
  const ended = Promise.withResolvers<null>();
  const asked = { stop: false };
  /** What cannot be written now is written in the end, or the unit ends without. */
  const keepLater = (id: string): void => {
    try {
      keeper.run(id);
    } catch (error) {
      say(`${(error as Error).message}; tried again when the unit ends`);
    }
  };
  store.queue.open(false);
  store.queue.add(ids.filter((id) => store.run(id).status !== 'finished'));
  const queue = new JobQueue({
    store,
    host: {
      startTrainer,
      emit: <E extends EventName>(event: E, payload: Events[E]) => {
        if (event === 'epoch') keeper.epoch(payload as Events['epoch']);
        else if (event === 'runs') for (const { id } of payload as Events['runs']) keepLater(id);
        else if (event === 'notice') say((payload as Events['notice']).text);
        else if (event === 'queue' && queue.running.length === 0) ended.resolve(null);
      },
    },
    live: new LiveRuns(),
    sourceOf: () => ({ path: bundle.data, name: dataset.name, fingerprint: dataset.fingerprint }),
    engine: () => ({ name: engine, threads, hands, ...folders(), reason: 'the study asks for it' }),
    decide: () => Promise.resolve(),
    atOnce: () => 1,
    outlives: false,
    patience: null,
  });
  const alive = setInterval(() => journal.add({ type: 'alive', run: queue.running[0] ?? null, epoch: keeper.lastEpoch }), aliveInterval);
  try {
    onStart(() => {
      asked.stop = true;
      void queue.pause();
    });
    queue.continue();
    await ended.promise;
    for (const id of ids) keeper.run(id);
    if (ids.every((id) => store.run(id).status === 'finished')) return 'finished';
    return asked.stop ? 'interrupted' : 'failed';
  } finally {
    clearInterval(alive);
    await queue.close();
  }
}

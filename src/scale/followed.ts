/** One study that has been given to another computer from a window: brings it there, asks how far it is, fetches what has been done. */
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { ClusterPlace, type ClusterStudy, type WantedWeights } from '../shared/contract/index.ts';
import { InputError } from '../shared/input-error.ts';
import { writeDurably } from '../store/disk.ts';
import type { Store } from '../store/store.ts';
import type { Bundle } from './bundle.ts';
import { cancelAnywhere, collectAnywhere, statusAnywhere, submitAnywhere } from './elsewhere.ts';
import type { Threads } from './in-thread.ts';
import { placeOf, usualFolder, usualNode, type Place } from './remote.ts';
import type { SlurmOptions } from './slurm/submit.ts';
import type { UnitStatus } from './status.ts';

/** What was asked for in the window, kept in the bundle. */
const Wish = z.strictObject({ place: ClusterPlace, submitted: z.boolean() });
type Wish = z.infer<typeof Wish>;
const wishName = 'wish.json';

export function keepWish(bundle: Bundle, wish: Wish): void {
  writeDurably(bundle.path(wishName), new TextEncoder().encode(`${JSON.stringify(wish, null, 2)}\n`));
}

/** Null: nothing that was asked for in a window. */
function readWish(bundle: Bundle): Wish | null {
  const path = bundle.path(wishName);
  if (existsSync(path)) return Wish.parse(JSON.parse(readFileSync(path, 'utf8')));
  // Bundles of before that was kept had been submitted before they were followed.
  const host = placeOf(bundle)?.host;
  return host === undefined ? null : { place: ClusterPlace.parse({ host }), submitted: true };
}

/** Nobody is there to be asked for a password: without a key it takes a connection that is open already. */
export const placeThere = (host: string, study: string): Place => ({
  host,
  node: usualNode,
  folder: usualFolder(study),
  ssh: ['-o', 'BatchMode=yes'],
});

/** Of what was asked for in the window. */
export function slurmOptionsOf(place: ClusterPlace): SlurmOptions {
  return Object.fromEntries(Object.entries(place).filter(([name, value]) => name !== 'host' && value !== null));
}

/** Milliseconds between two reports of how much has been done. */
const interval = 250;

type Stage = NonNullable<ClusterStudy['busy']>['stage'];

interface Context {
  store: Store;
  threads: Threads;
  notice: (text: string) => void;
  /** Something of these runs is new. */
  changed: (runs: readonly string[]) => void;
  /** It stands otherwise than before. */
  told: () => void;
}

export class Followed {
  readonly bundle: Bundle;
  readonly #context: Context;
  #wish: Wish;
  #shown: ClusterStudy;
  /** One thing after another; aborting it ends what is being done. */
  #last: Promise<unknown> = Promise.resolve();
  #work: AbortController | null = null;
  #toldAt = 0;

  /** Throws an InputError when nothing says where the study is. */
  constructor(bundle: Bundle, context: Context) {
    this.bundle = bundle;
    this.#context = context;
    const wish = readWish(bundle);
    if (!wish) throw new InputError(`${bundle.folder} does not say where its study is done`);
    this.#wish = wish;
    const { study, units } = bundle.facts;
    // What is all here need not be asked for.
    const finished = context.store.arrivals.isWhole(study.id) ? units : 0;
    this.#shown = {
      study: study.id,
      host: wish.place.host,
      submitted: wish.submitted,
      units: { ...nothing, finished, waiting: units - finished },
      running: [],
      interrupted: [],
      busy: null,
      answered: null,
      problem: null,
    };
  }

  get shown(): ClusterStudy {
    return this.#shown;
  }

  /** Whether there may be news of it by itself. */
  get isOpen(): boolean {
    const { submitted, units, answered } = this.#shown;
    return !submitted || units.waiting + units.running + units.interrupted > 0 || (answered === null && units.failed > 0);
  }

  /** What is next without being asked for. Answers whether it stands otherwise than before. */
  async goOn(): Promise<boolean> {
    const before = JSON.stringify(this.#shown.units);
    if (this.#shown.submitted) await this.fetch('none');
    else await this.#submit({});
    return JSON.stringify(this.#shown.units) !== before;
  }

  /** False: it was stopped. What went wrong is told, and kept as its problem. */
  async fetch(weights: WantedWeights): Promise<boolean> {
    return this.#do('asking', async (signal) => {
      const units = await statusAnywhere(this.bundle, { signal });
      const { units: before, answered } = this.#shown;
      const counts = countsOf(units);
      const news = answered === null || counts.finished !== before.finished || counts.failed !== before.failed;
      if (weights !== 'none' || news) await this.#collect(weights, signal);
      this.#now({ units: counts, ...atWork(units, this.#context.store), answered: new Date().toISOString() });
    });
  }

  /** What has failed, or was interrupted, with what was asked for at first. Answers how many units. */
  async resubmit(): Promise<number> {
    let units = 0;
    await this.#submit({ failed: true }, (number) => (units = number));
    this.#mustHaveWorked();
    await this.fetch('none');
    return units;
  }

  async cancel(): Promise<void> {
    await this.#do('asking', async () => {
      await cancelAnywhere(this.bundle);
    });
    this.#mustHaveWorked();
    await this.fetch('none');
  }

  /** Ends what is being done. Resolves when nothing is. */
  async stop(): Promise<void> {
    this.#work?.abort();
    await this.#last;
  }

  #mustHaveWorked(): void {
    if (this.#shown.problem !== null) throw new InputError(this.#shown.problem);
  }

  async #submit(options: SlurmOptions, hear: (units: number) => void = () => undefined): Promise<void> {
    await this.#do('bringing', async (signal) => {
      const asked = { ...slurmOptionsOf(this.#wish.place), ...options };
      const place = placeOf(this.bundle) ?? placeThere(this.#wish.place.host, this.#shown.study);
      const onShare = (share: number) => this.#doing('bringing', share);
      hear((await submitAnywhere(this.bundle, asked, place, { signal, onShare })).units);
      this.#wish = { ...this.#wish, submitted: true };
      keepWish(this.bundle, this.#wish);
      this.#now({ submitted: true, answered: new Date().toISOString() });
    });
  }

  async #collect(weights: WantedWeights, signal: AbortSignal): Promise<void> {
    const { store, threads, notice, changed } = this.#context;
    const onShare = (share: number) => this.#doing('fetching', share);
    this.#doing('fetching', null);
    const add = (withoutWeights: boolean) => {
      const task = { folder: this.bundle.folder, database: store.path, withoutWeights };
      return threads.collect(task, { signal, onAdded: changed, onProgress: (done, total) => this.#doing('adding', done / total) });
    };
    const { said } = await collectAnywhere(this.bundle, weights, add, { signal, onShare });
    for (const line of said) notice(line);
  }

  /** Answers whether it was done or has failed, and was not stopped. */
  #do(stage: Stage, what: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    const work = async (): Promise<boolean> => {
      const { signal } = (this.#work = new AbortController());
      this.#now({ busy: { stage, share: null } });
      try {
        await what(signal);
        this.#now({ busy: null, problem: null });
        return true;
      } catch (error) {
        this.#now({ busy: null, ...(signal.aborted ? {} : { problem: (error as Error).message }) });
        if (signal.aborted) return false;
        if (!(error instanceof InputError)) throw error;
        return true;
      } finally {
        this.#work = null;
      }
    };
    const outcome = this.#last.then(work);
    this.#last = outcome.catch(() => undefined);
    return outcome;
  }

  #doing(stage: Stage, share: number | null): void {
    if (this.#shown.busy?.stage === stage && performance.now() < this.#toldAt + interval) return;
    this.#toldAt = performance.now();
    this.#now({ busy: { stage, share } });
  }

  #now(changed: Partial<ClusterStudy>): void {
    this.#shown = { ...this.#shown, ...changed };
    this.#context.told();
  }
}

const nothing: ClusterStudy['units'] = { waiting: 0, running: 0, interrupted: 0, failed: 0, finished: 0 };

function countsOf(units: readonly UnitStatus[]): ClusterStudy['units'] {
  const counts = { ...nothing };
  for (const { state } of units) counts[state]++;
  return counts;
}

/** Runs rather than units. */
function atWork(units: readonly UnitStatus[], store: Store): Pick<ClusterStudy, 'running' | 'interrupted'> {
  const here = new Set(units.flatMap(({ runs }) => runs).filter((id) => store.arrivals.has(id)));
  const running = units.flatMap(({ state, run, runs, epoch }) => (state === 'running' ? [{ run: run ?? runs[0]!, epoch }] : []));
  const interrupted = units.flatMap(({ state, runs }) => (state === 'interrupted' ? runs.filter((id) => !here.has(id)) : []));
  return { running, interrupted };
}

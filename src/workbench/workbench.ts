/**
 * The workbench without a screen: implements the contract over store, data sets and queue. What it needs of the program
 * around it comes in as a Host, so that Electron's main process and the server of browser mode are thin.
 */
import { statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { contract, Settings, ViewState, type EngineInfo, type Handlers, type MethodName, type Reply } from '../shared/contract/index.ts';
import { chooseEngine, EngineName, type EngineReport } from '../shared/engines.ts';
import { InputError } from '../shared/input-error.ts';
import { firstIssue } from '../shared/issues.ts';
import { oneLine } from '../shared/one-line.ts';
import { fileName } from '../shared/present/file-name.ts';
import type { EngineChoice } from '../shared/trainer-protocol.ts';
import { readable } from '../store/json.ts';
import { Store } from '../store/store.ts';
import { sweep } from '../store/sweep.ts';
import { Unavailable } from '../store/unavailable.ts';
import { Background } from './background/background.ts';
import type { Found } from './background/tasks.ts';
import { Library } from './datasets/library.ts';
import { clusterHandlers, openClusters } from './clusters.ts';
import { Engines } from './engines.ts';
import { Forecaster } from './forecasts.ts';
import { Follower } from './follower.ts';
import type { Clusters, Host } from './host.ts';
import { addTraining } from './plan.ts';
import { infoOf } from './app-info.ts';
import { mustBePermitted } from './permitted.ts';
import { addPruning } from './plan-pruning.ts';
import { Importing } from './imports/importing.ts';
import { Exporting } from './exchange/exporting.ts';
import { LiveEvents } from './exchange/tensorboard.ts';
import { openInside, type Inside } from './inside/handlers.ts';
import { JobQueue } from './queue/job-queue.ts';
import { LiveRuns } from './queue/live-runs.ts';
import { refuse } from './refuse.ts';
import { runHandlers } from './runs.ts';
import { Scorer } from './scores.ts';
import { takeUp } from './take-up.ts';
import { Trials } from './trials.ts';

const settingsKey = 'settings';

/** Milliseconds between two steps of what is done in the background. */
const breath = 20;

/** Runs whose lines take no noticeable time to read. */
const few = 20;

/** Milliseconds until a trainer that should stop is killed: whoever closes the window does not wait for ever. */
const patience = 30_000;

export class Workbench {
  readonly #host: Host;
  readonly #store: Store;
  readonly #queue: JobQueue;
  readonly #scorer: Scorer;
  readonly #trials: Trials;
  readonly #forecaster: Forecaster;
  readonly #inside: Inside;
  readonly #library: Library;
  readonly #engines: Engines;
  readonly #follower: Follower;
  readonly #importing: Importing;
  readonly #exporting: Exporting;
  readonly #background: Background;
  readonly #live = new LiveRuns();
  readonly #events: LiveEvents;
  readonly #clusters: Clusters | null;
  #prepared: Promise<void> = Promise.resolve();
  #tidied: Promise<void> = Promise.resolve();
  #closed = false;
  readonly #handlers: Handlers;

  /** Opens the database. Throws an InputError when it cannot. */
  constructor(host: Host) {
    this.#host = host;
    this.#store = new Store(host.database);
    this.#library = new Library(this.#store, host);
    this.#importing = new Importing(this.#store, host);
    this.#exporting = new Exporting(host);
    this.#background = new Background(host);
    this.#engines = new Engines({ startTrainer: (name) => host.startTrainer(name), choice: (name) => this.#choice(name) });
    const context = {
      outlives: true,
      patience,
      store: this.#store,
      host,
      live: this.#live,
      sourceOf: (fingerprint: string) => this.#library.sourceOf(fingerprint),
      engine: (wanted: string | null) => this.#engine(wanted),
      decide: async () => {
        await this.#engines.decide();
      },
      atOnce: () => this.settings.atOnce,
    };
    this.#events = new LiveEvents(
      this.#store,
      () => (this.settings.tensorboard ? join(dirname(this.#store.path), 'tensorboard') : null),
      (text) => host.emit('notice', { kind: 'error', text }),
    );
    this.#queue = new JobQueue({ ...context, host: this.#events.listeningTo(host) });
    this.#scorer = new Scorer(context);
    this.#trials = new Trials(context);
    this.#forecaster = new Forecaster(context);
    this.#inside = openInside(context, this.#library, (name) => this.#choice(name));
    this.#follower = new Follower(
      this.#store,
      (ids) => void this.#told(ids),
      (ids) => host.emit('runs-removed', ids),
    );
    this.#clusters = openClusters(host, this.#store);
    this.#handlers = this.#makeHandlers();
  }

  /** What takes a moment and can happen while the first page loads. */
  prepare(): Promise<void> {
    // What cannot be written now is left to the next start.
    this.#tidied = this.#tidy().catch(() => undefined);
    return (this.#prepared = this.#library.prepare());
  }

  /** Runs that were deleted before go for good, and what processes that died have left, while others may already work. */
  async #tidy(): Promise<void> {
    const steps = this.#store.removal.purge();
    while (!this.#closed && !steps.next().done) await setTimeout(breath);
    await sweep(this.#store, () => this.#closed);
  }

  get settings(): Settings {
    return this.#readSettings(() => undefined);
  }

  /** The host's own small values, such as the place of its window; nothing is kept any more once the workbench is closed. */
  get values(): { get: (key: string) => unknown; set: Store['values']['set'] } {
    const { values } = this.#store;
    return {
      get: (key) => values.get(key, z.json()),
      set: (key, value) => {
        if (this.#closed) return;
        try {
          values.set(key, value);
        } catch (error) {
          // Not worth an error: it is what keeps a window from closing, for one.
          if (!(error instanceof Unavailable)) throw error;
        }
      },
    };
  }

  /** Ids of the runs that are being trained. */
  get running(): string[] {
    return this.#queue.running;
  }

  /** Saves the run that is being trained, and ends. It stays first in the queue, which is held at the next start. */
  async close(): Promise<void> {
    this.#follower.close();
    const clusters = this.#clusters?.close();
    this.#scorer.close();
    this.#trials.close();
    this.#forecaster.close();
    this.#inside.close();
    this.#engines.close();
    await this.#queue.close();
    await this.#events.close();
    try {
      await this.#library.close();
      await this.#importing.close();
      await this.#exporting.close();
      await this.#background.close();
      await clusters;
    } finally {
      // Ended right after its start, it may still be at it. Whoever asked for it hears of a failure.
      await this.#prepared.catch(() => undefined);
      this.#closed = true;
      await this.#tidied;
      this.#store.close();
    }
  }

  /** Answers a call from outside, whose name and argument may be anything. */
  async call(name: unknown, argument: unknown): Promise<Reply> {
    if (typeof name !== 'string') return refuse('input', 'A call names a method.');
    if (!Object.hasOwn(contract, name)) return refuse('input', `There is no method ${oneLine(name.slice(0, 100))}.`);
    const method = name as MethodName;
    try {
      const parsed = contract[method].argument.safeParse(argument ?? undefined);
      if (!parsed.success) return refuse('input', oneLine(firstIssue(parsed.error)));
      const handler = this.#handlers[method] as (argument: unknown) => unknown;
      return { ok: true, value: await handler(parsed.data) };
    } catch (error) {
      if (error instanceof InputError) return refuse('input', this.#named(error.message));
      // Looking for engines, for one, may still be under way when everything ends.
      if (this.#closed) return refuse('input', 'Capscope is closing');
      console.error(error);
      return refuse('fault', this.#named(`${method} failed: ${error instanceof Error ? error.message : String(error)}`));
    }
  }

  /** Of a few runs at once, so that nothing newer is told before. */
  async #told(ids: readonly string[]): Promise<void> {
    try {
      const runs = ids.length <= few ? this.#store.summaries(ids) : await this.#background.ask('runs', { ids });
      this.#host.emit('runs', runs);
    } catch (error) {
      // The disk may be gone for a while; the next look may see more.
      if (!this.#closed) console.error(error);
    }
  }

  #named(text: string): string {
    return this.#host.named?.(text) ?? text;
  }

  /** Those that cannot be read count as none, so that everything else still can. */
  #readSettings(onUnreadable: (problem: string) => void): Settings {
    const [settings] = readable([settingsKey], (key) => this.#store.values.get(key, Settings), onUnreadable);
    return settings ?? Settings.parse({});
  }

  #choice(name: EngineName): EngineChoice {
    const { kernels, resources, tensorflow } = this.#host;
    return { name, threads: this.settings.threads, hands: null, kernels, resources, tensorflow };
  }

  /** What a job computes with: what it asks for, or the settings, or the best there is; null while that is not known. */
  #engine(wanted: string | null): (EngineChoice & { reason: string }) | null {
    const asked = EngineName.nullable().catch(null).parse(wanted);
    if (asked) return { ...this.#choice(asked), reason: 'the run asks for it or was begun with it' };
    const { engine: preferred } = this.settings;
    if (preferred) return { ...this.#choice(preferred), reason: 'the settings ask for it' };
    const { decision } = this.#engines;
    return decision && { ...this.#choice(decision.name), reason: decision.reason };
  }

  #infoOf(reports: EngineReport[]): EngineInfo[] {
    const chosen = this.settings.engine ?? chooseEngine(reports).name;
    return reports.map((report) => ({ ...report, chosen: report.name === chosen }));
  }

  #makeHandlers(): Handlers {
    const host = this.#host;
    const store = this.#store;
    const queue = this.#queue;
    const library = this.#library;
    const background = this.#background;
    /** Tells of new runs, puts them into the queue and answers their ids. */
    const enqueue = (runs: { id: string }[]) => {
      const ids = runs.map(({ id }) => id);
      host.emit('runs', store.summaries(ids));
      queue.add(ids);
      return ids;
    };
    const enqueueStudy = ({ study, added, runs }: Found<'open'>) => {
      this.#follower.passOver();
      host.emit('runs', runs);
      queue.add(added);
      return study;
    };
    return {
      ...clusterHandlers({ clusters: this.#clusters, library, threads: () => this.settings.threads }),
      ...this.#inside.handlers(enqueue),
      ...runHandlers({ store, host, library, live: this.#live, queue, importing: this.#importing, exporting: this.#exporting, background }),

      'app.info': () => infoOf(host, store.path),
      'app.engines': async () => this.#infoOf(await this.#engines.all()),
      'app.measureEngines': async () => {
        if (queue.running.length > 0)
          throw new InputError('a run is being trained, which would be measured too; try again when it has ended');
        return this.#infoOf(await this.#engines.measure());
      },
      'app.space': () => {
        const { bavail, bsize } = statfsSync(dirname(store.path));
        return { free: bavail * bsize };
      },
      'app.settings': () =>
        this.#readSettings((problem) => host.emit('notice', { kind: 'error', text: `${problem}; settings are as new` })),
      'app.changeSettings': (change) => {
        const settings = Settings.parse({ ...this.settings, ...change });
        store.values.set(settingsKey, settings);
        host.emit('settings', settings);
        queue.reconsider();
        return settings;
      },
      'app.viewState': ({ key }) => store.values.get(`view.${key}`, ViewState),
      'app.keepViewState': ({ key, value }) => {
        store.values.set(`view.${key}`, value);
        return null;
      },
      'files.pick': ({ purpose }) => host.pick(purpose),
      'files.opened': () => host.takeOpened?.() ?? [],
      'files.save': ({ name, content }) =>
        host.save(fileName(name), typeof content === 'string' ? new TextEncoder().encode(content) : content),
      'files.reveal': ({ path }) => {
        host.reveal(path);
        return null;
      },

      'datasets.list': () => library.list(),
      'datasets.open': ({ task, paths, preparation }) => {
        mustBePermitted(host, paths);
        return library.open(task, paths, preparation);
      },
      'datasets.prepare': ({ task, fingerprint, preparation, name }) => library.prepareAnew(task, fingerprint, preparation, name),
      'datasets.accept': ({ task }) => library.accept(task),
      'datasets.cancel': async ({ task }) => {
        await library.cancel(task);
        return null;
      },
      'datasets.preview': ({ fingerprint, ...request }) => library.preview(fingerprint, request),
      'datasets.rename': ({ fingerprint, name }) => library.rename(fingerprint, name),
      'datasets.remove': ({ fingerprint }) => {
        queue.leaveToOthers(store.runsOn(fingerprint));
        library.remove(fingerprint);
        return null;
      },
      'datasets.restore': ({ fingerprint }) => library.restore(fingerprint),
      'datasets.samples': ({ fingerprint, ...wanted }) => library.samples(fingerprint, wanted),
      'datasets.images': ({ fingerprint, split, indices }) => library.images(fingerprint, split, indices),

      'queue.state': () => queue.state,
      'queue.train': (training) => {
        library.sourceOf(training.dataset);
        return enqueue(addTraining(store, training));
      },
      'queue.prune': (pruning) => {
        library.sourceOf(store.run(pruning.parent).dataset);
        return enqueue(addPruning(store, pruning));
      },
      'queue.takeUp': ({ run, learningRate }) => {
        library.sourceOf(store.run(run).dataset);
        return enqueue([takeUp(store, run, learningRate)])[0]!;
      },
      'queue.study': async (start) => {
        library.sourceOf(start.dataset);
        return enqueueStudy(await background.ask('open', start));
      },
      'queue.extendStudy': async ({ id, spec, order }) => {
        library.sourceOf(store.studies.get(id).dataset);
        return enqueueStudy(await background.ask('extend', { study: id, spec, order }));
      },
      'queue.resume': ({ ids, first }) => {
        for (const id of ids) {
          const { status, name } = store.run(id);
          if (status === 'finished') throw new InputError(`run "${name}" has already finished`);
          if (queue.isRunning(id)) throw new InputError(`run "${name}" is being trained`);
        }
        queue.add(ids, first);
        return null;
      },
      'queue.reorder': ({ ids }) => {
        queue.reorder(ids);
        return null;
      },
      'queue.pause': async () => {
        await queue.pause();
        return null;
      },
      'queue.continue': () => {
        queue.continue();
        return null;
      },
      'queue.stop': async ({ id }) => {
        await queue.stop(id);
        return null;
      },
      'queue.withdraw': ({ ids }) => {
        queue.leaveToOthers(ids);
        queue.remove(ids);
        return null;
      },
      'queue.cancel': ({ ids }) => {
        queue.leaveToOthers(ids);
        queue.remove(ids);
        const fresh = ids.filter((id) => !queue.isRunning(id) && store.findRun(id)?.status === 'queued');
        if (fresh.length > 0) {
          store.notes.remove(fresh);
          host.emit('runs-removed', fresh);
        }
        return null;
      },
      forecast: ({ network, dataset, options }) => this.#forecaster.forecast(network, dataset, options),
      'pruning.scores': (task) => this.#scorer.score(task),
      'pruning.try': (task) => this.#trials.try(task),
      'pruning.cancel': ({ task }) => {
        this.#scorer.cancel(task);
        this.#trials.cancel(task);
        return null;
      },
    };
  }
}

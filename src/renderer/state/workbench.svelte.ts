/** What every view needs to know of the workbench, kept up to date by its events. */
import type { AppInfo, CurrentJob, DatasetSummary, EngineInfo, QueueState, RunSummary, Settings } from '../../shared/contract/index.ts';
import { call, on, onConnection } from '../client/client.ts';
import { report } from './messages.ts';
import { inTurns } from './turns.ts';

const idle: QueueState = { held: false, running: [], waiting: [], short: null, fault: null, elsewhere: [] };

class Workbench {
  /** Set once everything below has been read. */
  ready = $state(false);
  /** Why it could not be read. */
  problem = $state<string | null>(null);
  connected = $state(true);
  info = $state.raw<AppInfo | null>(null);
  engines = $state.raw<EngineInfo[]>([]);
  /** Whether their speed is being measured. */
  measuring = $state(false);
  settings = $state.raw<Settings | null>(null);
  queue = $state.raw<QueueState>(idle);
  /** By id, oldest first. Replaced, never changed. */
  runs = $state.raw<ReadonlyMap<string, RunSummary>>(new Map());
  /** Most recently opened first. */
  datasets = $state.raw<DatasetSummary[]>([]);

  /** Of each data set that has some, by fingerprint. */
  readonly runsOn: ReadonlyMap<string, number> = $derived.by(() => {
    const counts = new Map<string, number>();
    for (const { dataset } of this.runs.values()) counts.set(dataset.fingerprint, (counts.get(dataset.fingerprint) ?? 0) + 1);
    return counts;
  });

  /** What happened to runs while the list was being read: by id, null for one that was deleted. */
  #meanwhile: Map<string, RunSummary | null> | null = null;
  /** What else was told while all was being read, in order: some of what is read may be older. */
  #told: ((state: Workbench) => void)[] = [];

  /** Reads everything and listens from then on. */
  async start(): Promise<void> {
    on('runs', (runs) => this.putRuns(runs));
    on('runs-removed', (ids) => this.#change(new Map(ids.map((id) => [id, null]))));
    on('queue', (queue) => this.#tell((state) => (state.queue = queue)));
    on('step', ({ run, progress }) => {
      const { running } = this.queue;
      this.queue = { ...this.queue, running: running.map((job) => (job.run === run ? { ...job, progress } : job)) };
    });
    on('dataset', (dataset) =>
      this.#tell((state) => {
        const known = state.datasets.some(({ fingerprint }) => fingerprint === dataset.fingerprint);
        const others = state.datasets.map((one) => (one.fingerprint === dataset.fingerprint ? dataset : one));
        state.datasets = known ? others : [dataset, ...others];
      }),
    );
    on('dataset-removed', (gone) =>
      this.#tell((state) => (state.datasets = state.datasets.filter(({ fingerprint }) => fingerprint !== gone))),
    );
    on('settings', (settings) => {
      this.settings = settings;
      void this.readEngines();
    });
    onConnection((connected) => {
      // What happened meanwhile was missed.
      if (connected && !this.connected) void this.read();
      this.connected = connected;
    });
    await this.read();
  }

  async read(): Promise<void> {
    // Another reading may begin before this one has ended.
    const meanwhile = (this.#meanwhile = new Map<string, RunSummary | null>());
    this.#told = [];
    try {
      const [info, settings, queue, { runs }, datasets] = await Promise.all([
        call('app.info'),
        call('app.settings'),
        call('queue.state'),
        call('runs.list').then(inTurns),
        call('datasets.list'),
      ]);
      Object.assign(this, { info, settings, queue, datasets, runs: new Map(runs.map((run) => [run.id, run])) });
      this.#change(meanwhile);
      for (const tell of this.#told) tell(this);
      this.ready = true;
      this.problem = null;
      // Looking for GPUs may take a while; nothing waits for it.
      void this.readEngines();
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    } finally {
      if (this.#meanwhile === meanwhile) this.#meanwhile = null;
    }
  }

  async readEngines(): Promise<void> {
    try {
      this.engines = await call('app.engines');
    } catch (error) {
      report(error);
    }
  }

  /** Tries and measures every engine anew. */
  async measureEngines(): Promise<void> {
    this.measuring = true;
    try {
      this.engines = await call('app.measureEngines');
    } finally {
      this.measuring = false;
    }
  }

  #tell(change: (state: Workbench) => void): void {
    if (this.#meanwhile) this.#told.push(change);
    change(this);
  }

  putRuns(changed: readonly RunSummary[]): void {
    this.#change(new Map(changed.map((run) => [run.id, run])));
  }

  #change(changes: ReadonlyMap<string, RunSummary | null>): void {
    const runs = new Map(this.runs);
    for (const [id, run] of changes) {
      this.#meanwhile?.set(id, run);
      if (run) runs.set(id, run);
      else runs.delete(id);
    }
    this.runs = runs;
  }

  dataset(fingerprint: string): DatasetSummary | undefined {
    return this.datasets.find((one) => one.fingerprint === fingerprint);
  }

  /** The training of a run, while it is at work here. */
  jobOf(run: string): CurrentJob | undefined {
    return this.queue.running.find((job) => job.run === run);
  }

  /** What another process does with a run, and which: it can only be looked at here. */
  elsewhere(run: string): { trains: boolean; by: string } | undefined {
    for (const { by, trains, waits } of this.queue.elsewhere) {
      if (trains.includes(run)) return { trains: true, by };
      if (waits.includes(run)) return { trains: false, by };
    }
    return undefined;
  }

  /** Name of what the next job will run on. */
  get engine(): EngineInfo | undefined {
    return this.engines.find(({ chosen }) => chosen);
  }
}

export const workbench = new Workbench();

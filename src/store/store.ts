/**
 * Everything that outlives a process: data sets seen, studies, runs with their epochs and results, and the files of runs.
 * Each method is one transaction. Killing the process at any moment loses at most the current epoch.
 */
import { dirname, resolve } from 'node:path';
import type { RunSummary } from '../shared/contract/index.ts';
import { InputError } from '../shared/input-error.ts';
import { armOf } from '../shared/spec/arms.ts';
import type { RunSpec } from '../shared/spec/run.ts';
import { twinFinder } from '../shared/twins.ts';
import { openDatabase } from './database.ts';
import { newId } from './ids.ts';
import { Images } from './images.ts';
import { readable, type OnUnreadable } from './json.ts';
import { Imports } from './imports.ts';
import { KeyedValues } from './keyed.ts';
import { Probes } from './probes.ts';
import { thisProcess } from './process.ts';
import { Queue } from './queue.ts';
import { findRun } from './read.ts';
import { datasetOf, datasetRow, newRun, runColumns, runOf, runRow, type DatasetRow, type RunRow } from './rows.ts';
import { RunFindings } from './run-findings.ts';
import { RunArrivals } from './run-arrivals.ts';
import { RunFiles } from './run-files.ts';
import { RunNotes } from './run-notes.ts';
import { RunRemoval } from './run-removal.ts';
import { RunResults } from './run-results.ts';
import { RunTraining } from './run-training.ts';
import { Sql } from './sql.ts';
import { Studies } from './studies.ts';
import { summaries } from './summaries.ts';
import { storedTwinKey } from './twin-keys.ts';
import { Unavailable } from './unavailable.ts';
import type { NewRun, StoredDataset, StoredRun } from './types.ts';

const ignore = () => undefined;

const now = () => new Date().toISOString();

export class Store {
  /** Absolute. */
  readonly path: string;
  readonly studies: Studies;
  /** Of runs: who trains them, what they have measured and found out, their files. */
  readonly training: RunTraining;
  readonly results: RunResults;
  readonly findings: RunFindings;
  readonly files: RunFiles;
  /** The workbench's: its queue, the images of data sets, settings, and what people note about runs. */
  readonly queue: Queue;
  readonly images: Images;
  readonly values: KeyedValues;
  readonly notes: RunNotes;
  readonly probes: Probes;
  readonly removal: RunRemoval;
  readonly imports: Imports;
  readonly arrivals: RunArrivals;
  readonly #sql: Sql;

  /** Opens or creates the database. Runs left behind by a process that died become `interrupted`. Throws an InputError as openDatabase does. */
  constructor(path: string) {
    this.path = resolve(path);
    this.#sql = new Sql(openDatabase(this.path));
    const self = thisProcess();
    this.files = new RunFiles(this.#sql, dirname(this.path));
    this.queue = new Queue(this.#sql, self);
    this.images = new Images(this.#sql);
    this.values = new KeyedValues(this.#sql);
    this.notes = new RunNotes(this.#sql);
    this.probes = new Probes(this.#sql);
    this.removal = new RunRemoval(this.#sql, this.files);
    this.findings = new RunFindings(this.#sql);
    this.studies = new Studies(this.#sql, this.path);
    this.results = new RunResults(this.#sql);
    this.imports = new Imports(this.#sql, self, this);
    this.training = new RunTraining(this.#sql, self, this);
    this.arrivals = new RunArrivals(this.#sql, this);
    try {
      this.training.interruptDead();
    } catch (error) {
      // What there is can still be read.
      if (!(error instanceof Unavailable)) throw error;
    }
  }

  /** For whoever has other things to do: a write that must wait longer is refused, and can be tried again. */
  waitAtMost(milliseconds: number): void {
    this.#sql.waitAtMost(milliseconds);
  }

  close(): void {
    this.#sql.close();
  }

  /** Runs several methods as one transaction. */
  atomically<T>(work: () => T): T {
    return this.#sql.atomically(work);
  }

  // Data sets

  addDataset(dataset: StoredDataset): void {
    this.#sql.run(
      `INSERT INTO datasets (fingerprint, name, height, width, channels, classes, train, test)
       VALUES (@fingerprint, @name, @height, @width, @channels, @classes, @train, @test) ON CONFLICT DO NOTHING`,
      datasetRow(dataset),
    );
  }

  dataset(fingerprint: string): StoredDataset {
    const row = this.#sql.get('SELECT * FROM datasets WHERE fingerprint = ?', fingerprint) as DatasetRow | undefined;
    if (!row) throw new InputError(`there is no data set ${fingerprint.slice(0, 12)}… in ${this.path}`);
    return datasetOf(row);
  }

  /** Without those that cannot be read. */
  datasets(onUnreadable: OnUnreadable = ignore): StoredDataset[] {
    return readable(this.#sql.all<DatasetRow>('SELECT * FROM datasets'), datasetOf, onUnreadable);
  }

  // Runs

  addRun(run: NewRun): StoredRun {
    const stored = newRun(newId(), run, now());
    this.insertRun(stored);
    return stored;
  }

  /** Adds a run that already has an id. */
  insertRun(run: StoredRun): void {
    const values = runColumns.replace(/\w+/g, '@$&');
    const twinKey = storedTwinKey(run.dataset, this.lineage(run));
    this.#sql.run(`INSERT INTO runs (${runColumns}, twin_key) VALUES (${values}, @twinKey)`, { ...runRow(run), twinKey });
  }

  /** The specs of the run at the root, of everything between, and of the run itself. */
  lineage({ parent, spec }: Pick<StoredRun, 'parent' | 'spec'>): RunSpec[] {
    const before = parent === null ? null : this.findRun(parent); // A parent that is not there is refused by SQLite.
    return before ? [...this.lineage(before), spec] : [spec];
  }

  /** Id of the unpruned run that this one is held against, or null; see shared/twins.ts. */
  twinOf(id: string): string | null {
    const keyOf = 'SELECT twin_key FROM runs WHERE id = @id';
    // Only runs with the same key are looked at, so that it need not be read.
    const twinned = (run: StoredRun) => ({ id: run.id, study: run.study, arm: armOf(run), twinKey: 'the same' });
    const alike = this.#sql
      .all<RunRow>(
        `SELECT ${runColumns} FROM runs WHERE deleted IS NULL AND twin_key <> '' AND twin_key = (${keyOf}) ORDER BY created, rowid`,
        { id },
      )
      .map(runOf);
    return twinFinder(alike.map(twinned))(twinned(this.run(id)))?.id ?? null;
  }

  /** All runs, oldest first; of one study those that it reuses, then its own in the order in which they were planned. */
  runs(study?: string): StoredRun[] {
    const where = study === undefined ? '' : 'AND (study = @study OR id IN (SELECT run FROM reused_runs WHERE reused_runs.study = @study))';
    return this.#sql
      .all<RunRow>(`SELECT ${runColumns} FROM runs WHERE deleted IS NULL ${where} ORDER BY created, rowid`, { study })
      .map(runOf);
  }

  /** Runs that are cut from this one or go on from it. */
  children(parent: string): StoredRun[] {
    return this.#sql
      .all<RunRow>(`SELECT ${runColumns} FROM runs WHERE deleted IS NULL AND parent = @parent ORDER BY created, rowid`, { parent })
      .map(runOf);
  }

  /** As the list shows them, oldest first; all, or those with these ids. Left out are deleted ones, and those that cannot be read. */
  summaries(ids?: readonly string[], onUnreadable: OnUnreadable = ignore): RunSummary[] {
    return summaries(this.#sql, this.probes, ids, onUnreadable);
  }

  /** How many runs there are on each data set. */
  runsPerDataset(): Map<string, number> {
    const rows = this.#sql.all<{ dataset: string; runs: number }>(
      'SELECT dataset, count(*) AS runs FROM runs WHERE deleted IS NULL GROUP BY dataset',
    );
    return new Map(rows.map(({ dataset, runs }) => [dataset, runs]));
  }

  /** Changes whenever another process has written to the database. */
  get writtenByOthers(): number {
    return (this.#sql.get('PRAGMA data_version') as { data_version: number }).data_version;
  }

  /** What of each run can change while another process trains it, as one text. */
  states(): Map<string, string> {
    const rows = this.#sql.all<{ id: string; state: string }>(
      `SELECT id, status || ' ' || name || ' ' || archived || ' ' || coalesce((SELECT max(epoch) FROM epochs WHERE run = runs.id), '') AS state
       FROM runs WHERE deleted IS NULL`,
    );
    return new Map(rows.map(({ id, state }) => [id, state]));
  }

  /** Ids of the runs on a data set that have not finished. */
  runsOn(dataset: string): string[] {
    return this.#sql
      .all<{ id: string }>(`SELECT id FROM runs WHERE dataset = @dataset AND status <> 'finished' AND deleted IS NULL`, { dataset })
      .map(({ id }) => id);
  }

  /** Finished runs that may have a run of a lineage with this key, by what makes them twins; see twin-keys.ts. */
  finishedLike(key: string): StoredRun[] {
    return this.#sql
      .all<RunRow>(
        `SELECT ${runColumns} FROM runs WHERE deleted IS NULL AND status = 'finished' AND twin_key = @key ORDER BY created, rowid`,
        { key },
      )
      .map(runOf);
  }

  findRun(id: string): StoredRun | null {
    return findRun(this.#sql, id);
  }

  /** Deleted ones and those that cannot be read included. */
  has(id: string): boolean {
    return this.#sql.get('SELECT 1 FROM runs WHERE id = ?', id) !== undefined;
  }

  run(id: string): StoredRun {
    const run = this.findRun(id);
    if (!run) throw new InputError(`there is no run ${id} in ${this.path}`);
    return run;
  }

  /** Throws an InputError when one of them is not here. */
  mustHave(ids: readonly string[]): void {
    const missing = this.#sql.get('SELECT value FROM json_each(@ids) WHERE value NOT IN (SELECT id FROM runs) LIMIT 1', {
      ids: JSON.stringify(ids),
    }) as { value: string } | undefined;
    if (missing) throw new InputError(`there is no run ${missing.value} in ${this.path}`);
  }

  /** The run whose id starts so. Throws an InputError when there is none or more than one. */
  runByPrefix(prefix: string): StoredRun {
    const ids = this.#sql.all<{ id: string }>(
      'SELECT id FROM runs WHERE deleted IS NULL AND substr(id, 1, length(@prefix)) = @prefix ORDER BY id',
      { prefix },
    );
    if (ids.length > 1) throw new InputError(`run id ${prefix} is ambiguous: ${ids.map(({ id }) => id).join(', ')}`);
    return this.run(ids[0]?.id ?? prefix);
  }
}

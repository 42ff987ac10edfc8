/**
 * Everything that outlives a process: data sets seen, studies, runs with their epochs and results, and the files of runs.
 * Each method is one transaction. Killing the process at any moment loses at most the current epoch.
 */
import { dirname, resolve } from 'node:path';
import type { RunSummary } from '../shared/contract/index.ts';
import type { EngineName } from '../shared/engines.ts';
import { InputError } from '../shared/input-error.ts';
import type { EpochAccuracy } from '../shared/measures/measured.ts';
import { Evaluation, RunAnalysis, StartMetrics, type EpochMetrics } from '../shared/results.ts';
import type { CutNetwork, FinishedRun } from '../shared/run-job.ts';
import { armOf } from '../shared/spec/arms.ts';
import type { RunSpec } from '../shared/spec/run.ts';
import type { StudySpec } from '../shared/spec/study.ts';
import { twinFinder } from '../shared/twins.ts';
import { openDatabase } from './database.ts';
import { newId } from './ids.ts';
import { readEpochs } from './epochs.ts';
import { Images } from './images.ts';
import { fromJson, readable, toJson, type OnUnreadable } from './json.ts';
import { KeyedValues } from './keyed.ts';
import { isAlive, thisProcess, type ProcessIdentity } from './process.ts';
import { Queue } from './queue.ts';
import {
  datasetOf,
  datasetRow,
  engineColumns,
  epochRows,
  newRun,
  runColumns,
  runOf,
  runRow,
  studyOf,
  type DatasetRow,
  type RunRow,
  type StudyRow,
} from './rows.ts';
import { RunFindings } from './run-findings.ts';
import { RunFiles, type FileKind, type StoredFile } from './run-files.ts';
import { RunNotes } from './run-notes.ts';
import { Sql } from './sql.ts';
import { studyIdentity } from './study-identity.ts';
import { summaries } from './summaries.ts';
import { storedTwinKey } from './twin-keys.ts';
import type { EpochSummary, NewRun, RunResult, StoredDataset, StoredRun, StoredStudy, UsedEngine } from './types.ts';

const ignore = () => undefined;

const now = () => new Date().toISOString();

export class Store {
  /** Absolute. */
  readonly path: string;
  readonly files: RunFiles;
  /** The workbench's: its queue, the images of data sets, settings, and what people note about runs. */
  readonly queue: Queue;
  readonly images: Images;
  readonly values: KeyedValues;
  readonly notes: RunNotes;
  readonly findings: RunFindings;
  readonly #sql: Sql;
  readonly #self = thisProcess();

  /** Opens or creates the database. Runs left behind by a process that died become `interrupted`. Throws an InputError as openDatabase does. */
  constructor(path: string) {
    this.path = resolve(path);
    this.#sql = new Sql(openDatabase(this.path));
    this.files = new RunFiles(dirname(this.path));
    this.queue = new Queue(this.#sql, this.#self);
    this.images = new Images(this.#sql);
    this.values = new KeyedValues(this.#sql);
    this.notes = new RunNotes(this.#sql, this.files);
    this.findings = new RunFindings(this.#sql);
    this.interruptDead();
  }

  close(): void {
    this.#sql.close();
  }

  /** Runs several methods as one transaction. */
  atomically<T>(work: () => T): T {
    return this.#sql.atomically(work);
  }

  // Data sets and studies

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

  addStudy(spec: StudySpec, dataset: string, engine: EngineName | null): StoredStudy {
    const study = { id: newId(), name: spec.name, dataset, spec, created: now() };
    this.#sql.run(
      `INSERT INTO studies (id, name, identity, dataset, spec, engine, created)
       VALUES (@id, @name, @identity, @dataset, @spec, @engine, @created)`,
      { ...study, identity: studyIdentity(spec, dataset, engine), spec: toJson(spec), engine },
    );
    return study;
  }

  /** The study as it is started now: the same in all that identifies it. */
  renewStudy(study: StoredStudy, spec: StudySpec): StoredStudy {
    this.#sql.run('UPDATE studies SET spec = @spec WHERE id = @id', { id: study.id, spec: toJson(spec) });
    return { ...study, spec };
  }

  /**
   * The latest study that an earlier start with the same settings has begun, unless runs of it have been deleted.
   * @param engine is part of what it is; null: the best there is when a run begins.
   */
  findStudy(spec: StudySpec, dataset: string, engine: EngineName | null): StoredStudy | null {
    const row = this.#sql.get(
      `SELECT id, name, dataset, spec, created FROM studies
       WHERE identity = ? AND NOT EXISTS (SELECT 1 FROM runs WHERE study = studies.id AND deleted IS NOT NULL)
       ORDER BY created DESC, rowid DESC LIMIT 1`,
      studyIdentity(spec, dataset, engine),
    ) as StudyRow | undefined;
    return row ? studyOf(row) : null;
  }

  /** Newest first, without those that cannot be read. */
  studies(onUnreadable: OnUnreadable = ignore): StoredStudy[] {
    const rows = this.#sql.all<StudyRow>('SELECT id, name, dataset, spec, created FROM studies ORDER BY created DESC, rowid DESC');
    return readable(rows, studyOf, onUnreadable);
  }

  study(id: string): StoredStudy {
    const row = this.#sql.get('SELECT id, name, dataset, spec, created FROM studies WHERE id = ?', id) as StudyRow | undefined;
    if (!row) throw new InputError(`there is no study ${id} in ${this.path}`);
    return studyOf(row);
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

  /** All runs, oldest first; of one study in the order in which they were planned. */
  runs(study?: string): StoredRun[] {
    const where = study === undefined ? '' : 'AND study = @study';
    return this.#sql
      .all<RunRow>(`SELECT ${runColumns} FROM runs WHERE deleted IS NULL ${where} ORDER BY created, rowid`, { study })
      .map(runOf);
  }

  /** As the list shows them, oldest first; all, or those with these ids. Left out are deleted ones, and those that cannot be read. */
  summaries(ids?: readonly string[], onUnreadable: OnUnreadable = ignore): RunSummary[] {
    return summaries(this.#sql, ids, onUnreadable);
  }

  /** How many runs there are on each data set. */
  runsPerDataset(): Map<string, number> {
    const rows = this.#sql.all<{ dataset: string; runs: number }>(
      'SELECT dataset, count(*) AS runs FROM runs WHERE deleted IS NULL GROUP BY dataset',
    );
    return new Map(rows.map(({ dataset, runs }) => [dataset, runs]));
  }

  findRun(id: string): StoredRun | null {
    const row = this.#sql.get(`SELECT ${runColumns} FROM runs WHERE id = ?`, id) as RunRow | undefined;
    return row ? runOf(row) : null;
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

  /** Makes this process the one that trains the run. Throws an InputError when another process that lives does so. */
  claim(id: string, engine: UsedEngine): void {
    this.atomically(() => {
      this.interruptDead();
      const changed = this.#sql.run(
        `UPDATE runs SET status = 'running', engine = @engine, device = @device, choice = @choice, versions = @versions, started = coalesce(started, @now), ended = NULL,
           error = NULL, pid = @pid, host = @host, process = @process, heartbeat = @now
         WHERE id = @id AND status NOT IN ('running', 'finished')`,
        { id, ...engineColumns(engine), now: now(), ...this.#self },
      );
      // Why it failed before no longer holds.
      if (changed === 1) {
        this.findings.renew(id);
        return;
      }
      const owner = this.#sql.get('SELECT status, pid, host FROM runs WHERE id = ?', id) as
        { status: string; pid: number; host: string } | undefined;
      if (owner?.status === 'running')
        throw new InputError(`run ${id} is being trained by process ${owner.pid} on ${owner.host}; wait for it or stop it first`);
      throw new Error(`run ${id} cannot be trained: it is ${owner?.status ?? 'unknown'}`);
    });
    this.files.sweep(id, this.storedFiles(id));
  }

  /** Which engine the run is really trained with, once it has started. */
  recordEngine(id: string, engine: UsedEngine): void {
    this.#own(id, ', engine = @engine, device = @device, choice = @choice, versions = @versions', engineColumns(engine));
  }

  /** Tells processes on other hosts that this one still trains the run. */
  heartbeat(id: string): void {
    this.#own(id, '');
  }

  /** Records what pruning made of the parent's network. */
  recordCut(id: string, { network, cut, params, flops }: CutNetwork): void {
    this.atomically(() => {
      const spec = toJson({ ...this.run(id).spec, network });
      this.#own(id, ', spec = @spec, cut = @cut, params = @params, flops = @flops', { spec, cut: toJson(cut), params, flops });
    });
  }

  /** Records an epoch together with the checkpoint after it, which replaces the one before. */
  recordEpoch(id: string, metrics: EpochMetrics, checkpoint: Uint8Array): void {
    this.#replaceFiles(id, { checkpoint }, () => {
      this.#own(id, '');
      this.insertEpoch(id, metrics);
      this.findings.renew(id, metrics);
    });
  }

  /** Adds an epoch's rows, and nothing else. */
  insertEpoch(run: string, metrics: EpochMetrics): void {
    const rows = epochRows(metrics, this.run(run).spec.training.measure);
    this.#sql.run(
      `INSERT INTO epochs (run, epoch, accuracy, loss, inactive, images_per_second, peak_memory, metrics)
       VALUES (@run, @epoch, @accuracy, @loss, @inactive, @imagesPerSecond, @peakMemory, @metrics)`,
      { run, ...rows.epoch },
    );
    for (const layer of rows.layers)
      this.#sql.run(
        `INSERT INTO layer_measurements (run, epoch, kind, position, layer, inactive, gradient_norm, data)
         VALUES (@run, @epoch, @kind, @position, @layer, @inactive, @gradientNorm, @data)`,
        { run, ...layer },
      );
  }

  /** The run was stopped on request and goes on from this checkpoint; null: from the one it has, or from the beginning. */
  recordStop(id: string, checkpoint: Uint8Array | null): void {
    this.#replaceFiles(id, checkpoint ? { checkpoint } : {}, () => this.#end(id, 'stopped'));
  }

  recordFailure(id: string, error: string): void {
    this.atomically(() => {
      this.#end(id, 'failed', error);
      this.findings.renew(id);
    });
  }

  /** The process that computed is gone; the run goes on from the checkpoint it has. */
  recordInterruption(id: string, error: string): void {
    this.#end(id, 'interrupted', error);
  }

  /** The run has ended: its weights and results are recorded, its checkpoint is no longer needed. */
  recordFinish(id: string, { weights, activity, evaluation, analysis }: FinishedRun): void {
    this.#replaceFiles(id, { weights, activity, checkpoint: null }, () => {
      this.#end(id, 'finished');
      this.insertResult(id, { evaluation, analysis: { ...analysis, cut: this.run(id).cut } });
      this.findings.renew(id);
    });
  }

  insertResult(run: string, { evaluation, analysis }: RunResult): void {
    this.#sql.run('INSERT INTO analyses (run, evaluation, analysis) VALUES (@run, @evaluation, @analysis)', {
      run,
      evaluation: toJson(evaluation),
      analysis: toJson(analysis),
    });
  }

  // What runs have measured

  epochs(run: string): EpochMetrics[] {
    return readEpochs(this.#sql, run);
  }

  /** What the run began with, its epoch 0; null before its first epoch has ended, and where an earlier version did not measure it. */
  start(run: string): StartMetrics | null {
    const row = this.#sql.get(`SELECT json_extract(metrics, '$.start') AS start FROM epochs WHERE run = ? ORDER BY epoch LIMIT 1`, run) as
      { start: string | null } | undefined;
    return row?.start ? fromJson(StartMetrics, row.start, `start of run ${run}`) : null;
  }

  #lastEpoch(run: string): EpochMetrics | undefined {
    return readEpochs(this.#sql, run, this.epochSummary(run)?.last).at(-1);
  }

  /** The latest epoch, and what sums the epochs up; null before the first. Quicker than reading them all. */
  epochSummary(run: string): EpochSummary | null {
    const row = this.#sql.get(
      `SELECT max(epoch) AS last, avg(images_per_second) AS imagesPerSecond, max(peak_memory) AS peakMemoryBytes FROM epochs WHERE run = ?`,
      run,
    ) as EpochSummary | { last: null };
    return row.last === null ? null : row;
  }

  /** Accuracy after every epoch, without reading what else was measured. */
  epochAccuracies(run: string): EpochAccuracy[] {
    return this.#sql.all<EpochAccuracy>(
      `SELECT epoch, accuracy AS test, json_extract(metrics, '$.validation.accuracy') AS validation FROM epochs WHERE run = @run ORDER BY epoch`,
      { run },
    );
  }

  result(run: string): RunResult | null {
    const analysis = this.#sql.get('SELECT analysis FROM analyses WHERE run = ?', run) as { analysis: string } | undefined;
    if (!analysis) return null;
    return { evaluation: this.evaluation(run)!, analysis: fromJson(RunAnalysis, analysis.analysis, `analysis of run ${run}`) };
  }

  /** The network's latest test: the final one, or that of the last epoch while the run has not ended; null before the first. */
  evaluation(run: string): Evaluation | null {
    const row = this.#sql.get('SELECT evaluation FROM analyses WHERE run = ?', run) as { evaluation: string } | undefined;
    return row ? fromJson(Evaluation, row.evaluation, `evaluation of run ${run}`) : (this.#lastEpoch(run)?.test ?? null);
  }

  // Files

  storedFiles(run: string): StoredFile[] {
    return this.#sql.all<StoredFile>('SELECT kind, path, bytes, sha256 FROM files WHERE run = @run ORDER BY kind', { run });
  }

  file(run: string, kind: FileKind): StoredFile | null {
    return this.storedFiles(run).find((file) => file.kind === kind) ?? null;
  }

  /** Writes the files, then records them together with whatever `record` does, then removes the files they replace. */
  #replaceFiles(run: string, contents: Partial<Record<FileKind, Uint8Array | null>>, record: () => void): void {
    const old = this.storedFiles(run).filter(({ kind }) => kind in contents);
    const written: StoredFile[] = [];
    try {
      for (const [kind, bytes] of Object.entries(contents)) if (bytes) written.push(this.files.write(run, kind as FileKind, bytes));
      this.atomically(() => {
        record();
        for (const { kind } of old) this.#sql.run('DELETE FROM files WHERE run = @run AND kind = @kind', { run, kind });
        for (const file of written) this.insertFile(run, file);
      });
    } catch (error) {
      for (const file of written) this.files.remove(file);
      throw error;
    }
    for (const file of old) if (!written.some(({ path }) => path === file.path)) this.files.remove(file);
  }

  /** Records a file that has been written. */
  insertFile(run: string, file: StoredFile): void {
    this.#sql.run('INSERT INTO files (run, kind, path, bytes, sha256) VALUES (@run, @kind, @path, @bytes, @sha256)', { run, ...file });
  }

  // Ownership

  #end(id: string, status: 'stopped' | 'interrupted' | 'failed' | 'finished', error: string | null = null): void {
    this.#own(id, ', status = @status, error = @error, ended = @now, pid = NULL, host = NULL, process = NULL', { status, error });
  }

  /** Changes a run that this process trains. Throws when it does not: what it would write no longer belongs there. */
  #own(id: string, assignments: string, values: Record<string, unknown> = {}): void {
    const changed = this.#sql.run(
      `UPDATE runs SET heartbeat = @now ${assignments}
       WHERE id = @id AND status = 'running' AND pid = @ownPid AND host = @ownHost AND process IS @ownProcess`,
      { ...values, id, now: now(), ownPid: this.#self.pid, ownHost: this.#self.host, ownProcess: this.#self.process },
    );
    if (changed !== 1) throw new Error(`run ${id} is no longer trained by this process`);
  }

  /**
   * The other process that lives and trains this run, or has it waiting in its queue; null: none, the run may be begun,
   * changed or deleted here.
   */
  holderOf(run: string): (ProcessIdentity & { trains: boolean }) | null {
    const row = this.#sql.get(`SELECT pid, host, process, heartbeat FROM runs WHERE id = @run AND status = 'running'`, { run }) as
      (ProcessIdentity & { heartbeat: string }) | undefined;
    if (row) {
      const { heartbeat, ...owner } = row;
      const { pid, host, process } = this.#self;
      if (owner.pid === pid && owner.host === host && owner.process === process) return null;
      if (isAlive(owner, heartbeat)) return { ...owner, trains: true };
    }
    const waits = this.queue.holderOf(run);
    return waits && { ...waits, trains: false };
  }

  /** Runs whose process has died become `interrupted`. Answers their ids. */
  interruptDead(): string[] {
    type Owner = { id: string; pid: number; host: string; process: string | null; heartbeat: string };
    const running = this.#sql.all<Owner>(`SELECT id, pid, host, process, heartbeat FROM runs WHERE status = 'running'`, {});
    const dead = running.filter(({ heartbeat, ...owner }) => !isAlive(owner, heartbeat));
    for (const { id, pid, heartbeat } of dead)
      // Only if nobody else has taken it over meanwhile.
      this.#sql.run(
        `UPDATE runs SET status = 'interrupted', ended = heartbeat, pid = NULL, host = NULL, process = NULL
         WHERE id = @id AND status = 'running' AND pid = @pid AND heartbeat = @heartbeat`,
        { id, pid, heartbeat },
      );
    return dead.map(({ id }) => id);
  }
}

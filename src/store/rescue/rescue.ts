/**
 * Makes a new database of what can be read of a damaged one, run by run, and says what is lost. The damaged one is not touched:
 * what is read is a copy of it.
 */
import Database from 'better-sqlite3';
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InputError } from '../../shared/input-error.ts';
import { reasonOf } from '../../shared/system-error.ts';
import { isDamage } from '../damage.ts';
import { bringUpToDate, refuseForeign } from '../database.ts';
import { mustBeFile, nameDurably, readWhole, temporaryName, writeDurably } from '../disk.ts';
import { idPattern } from '../ids.ts';
import { migrations } from '../migrations.ts';
import { findRun } from '../read.ts';
import { epochOf, type EpochRow, type MeasurementRow } from '../rows.ts';
import { sha256, type StoredFile } from '../run-files.ts';
import { RunResults } from '../run-results.ts';
import { Sql } from '../sql.ts';
import { Salvage, type Row } from './salvage.ts';

export interface Rescued {
  /** Runs that are in the new database. */
  runs: number;
  /** One sentence each. */
  lost: string[];
}

/** Throws an InputError when nothing can be read, or when the new database is there already. */
export function rescue(from: string, to: string): Rescued {
  const [source, target] = [resolve(from), resolve(to)];
  if (!existsSync(source)) throw new InputError(`there is no database ${source}`);
  mustBeFile(source);
  if (existsSync(target)) throw new InputError(`${target} is there already; name a new file`);
  const [copy, made] = [temporaryName(`${target}.damaged`), temporaryName(target)];
  try {
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(source, copy);
    if (existsSync(`${source}-wal`)) copyFileSync(`${source}-wal`, `${copy}-wal`);
    const rescued = new Rescue(copy, source, made, target).run();
    nameDurably(made, target);
    return rescued;
  } catch (error) {
    if (
      error instanceof InputError ||
      !/^(E[A-Z]+|SQLITE_(CANTOPEN|FULL|READONLY|IOERR).*)$/.test((error as NodeJS.ErrnoException).code ?? '')
    )
      throw error;
    throw new InputError(`${source} cannot be rescued into ${target}: ${reasonOf(error, 'write')}`, { cause: error });
  } finally {
    for (const path of [copy, made])
      for (const ending of ['', '-wal', '-shm', '-journal']) if (existsSync(path + ending)) rmSync(path + ending);
  }
}

class Rescue {
  readonly #salvage: Salvage;
  readonly #damaged: Database.Database;
  readonly #made: Database.Database;
  readonly #paths: { source: string; target: string };
  readonly #version: number;
  readonly #lost: string[] = [];

  constructor(copy: string, source: string, made: string, target: string) {
    this.#paths = { source, target };
    this.#damaged = new Database(copy);
    try {
      this.#version = refuseForeign(this.#damaged, source);
      if (this.#version === 0) throw new InputError(`there is nothing in ${source}`);
      this.#salvage = new Salvage(this.#damaged);
      this.#made = new Database(made);
    } catch (error) {
      this.#damaged.close();
      if (!isDamage(error)) throw error;
      throw new InputError(`nothing can be rescued from ${source}: its first pages cannot be read`, { cause: error });
    }
  }

  run(): Rescued {
    try {
      this.#made.pragma('foreign_keys = ON');
      const runs = this.#made.transaction(() => {
        bringUpToDate(this.#made, 0, this.#version);
        this.#copyAll();
        bringUpToDate(this.#made, this.#version, migrations.length);
        this.#dropUnreadable();
        return this.#made.prepare('SELECT count(*) FROM runs WHERE deleted IS NULL').pluck().get() as number;
      })();
      return { runs, lost: this.#lost };
    } finally {
      this.#damaged.close();
      this.#made.close();
    }
  }

  #copyAll(): void {
    const copied = (table: string, rows: Row[]) => rows.filter((row) => this.#insert(table, row)).length;
    const datasets = this.#salvage.byNumber('datasets', 'rowid');
    if (datasets.broken) this.#lost.push('data sets, and runs on them, cannot all be read');
    copied('datasets', datasets.rows);
    const studies = this.#salvage.byNumber('studies', 'rowid');
    if (studies.broken) this.#lost.push('studies cannot all be read; their runs belong to none');
    copied('studies', studies.rows);
    for (const [table, key, what] of [
      ['images', 'dataset', 'where images of data sets are kept; open their files again'],
      ['keyed', 'key', 'settings, and what views remember'],
    ] as const) {
      if (!this.#has(table)) continue;
      const { rows, broken } = this.#salvage.fromEnds(table, [key]);
      copied(table, rows);
      if (broken) this.#lost.push(what);
    }
    this.#copyRuns();
  }

  #copyRuns(): void {
    const found = new Map(this.#salvage.byNumber('runs', 'rowid').rows.map((row) => [row['id'] as string, row]));
    for (const id of this.#namedRuns())
      if (!found.has(id)) {
        const [row] = this.#salvage.fromEnds('runs', ['id'], 'id = @id', { id }).rows;
        if (row) found.set(id, row);
        else this.#lost.push(`run ${id}: it cannot be read`);
      }
    const done = new Set<string>();
    const add = (id: string, row: Row): void => {
      if (done.has(id)) return;
      done.add(id);
      const parent = row['parent'] as string | null;
      const parentRow = parent === null ? undefined : found.get(parent);
      if (parentRow) add(parent!, parentRow);
      this.#copyRun(id, row);
    };
    for (const [id, row] of found) add(id, row);
    if (this.#has('reused_runs'))
      for (const row of this.#salvage.fromEnds('reused_runs', ['study', 'run']).rows) this.#insert('reused_runs', row);
  }

  /** Ids of runs that anything names, even where they cannot be read themselves. */
  #namedRuns(): Set<string> {
    const tables = [
      ['runs', 'id'],
      ['epochs', 'run'],
      ['analyses', 'run'],
      ['files', 'run'],
    ] as const;
    const named = tables.flatMap(([table, column]) => [...this.#salvage.values(table, column)]);
    return new Set(named.filter((id): id is string => typeof id === 'string' && idPattern.test(id)));
  }

  #copyRun(id: string, row: Row): void {
    const name = `run ${id} (${String(row['name'])})`;
    const has = (table: string, column: string, value: unknown) =>
      value === null || this.#made.prepare(`SELECT 1 FROM ${table} WHERE ${column} = ?`).get(value) !== undefined;
    if (!has('datasets', 'fingerprint', row['dataset'])) {
      this.#lost.push(`${name}: the data set that it was trained on cannot be read`);
      return;
    }
    const kept = { ...row };
    if (!has('studies', 'id', row['study'])) kept['study'] = null;
    if (!has('runs', 'id', row['parent'])) {
      kept['parent'] = null;
      this.#lost.push(`${name}: it is kept, but run ${String(row['parent'])}, from which it was cut, is lost`);
    }
    if (row['status'] === 'running') Object.assign(kept, { status: 'interrupted', pid: null, host: null, process: null });
    if (!this.#insert('runs', kept)) {
      this.#lost.push(`${name}: what can be read of it is not whole`);
      return;
    }
    if (this.#has('tags'))
      for (const tag of this.#salvage.fromEnds('tags', ['run', 'tag'], 'run = @id', { id }).rows) this.#insert('tags', tag);
    const analyses = this.#salvage.fromEnds('analyses', ['run'], 'run = @id', { id });
    const result = analyses.rows.filter((analysis) => this.#insert('analyses', analysis)).length > 0;
    if (row['status'] === 'finished' && !result) {
      this.#made.prepare('DELETE FROM runs WHERE id = ?').run(id);
      this.#lost.push(`${name}: its results cannot be read`);
      return;
    }
    this.#copyEpochs(id, name);
    this.#copyFiles(id, name);
  }

  /** An epoch is copied with all its measurements, or not. */
  #copyEpochs(id: string, name: string): void {
    const epochs = this.#salvage.byNumber('epochs', 'epoch', 'run = @id', { id });
    const layers = this.#salvage.fromEnds('layer_measurements', ['run', 'epoch', 'kind', 'position'], 'run = @id', { id });
    const measured = Map.groupBy(layers.rows, ({ epoch }) => epoch as number);
    const torn = new Set(layers.edges.map(({ epoch }) => epoch));
    let lost = 0;
    for (const epoch of epochs.rows) {
      const ofEpoch = measured.get(epoch['epoch'] as number) ?? [];
      const whole = !layers.broken || (ofEpoch.length > 0 && !torn.has(epoch['epoch']));
      const readable = whole && isReadable(id, epoch, ofEpoch);
      if (readable && this.#insert('epochs', epoch)) for (const layer of ofEpoch) this.#insert('layer_measurements', layer);
      else lost++;
    }
    if (lost > 0 || epochs.broken)
      this.#lost.push(`${name}: it is kept, without ${lost > 0 && !epochs.broken ? lost : 'some'} of its epochs, which cannot be read`);
  }

  #copyFiles(id: string, name: string): void {
    const files = this.#salvage.fromEnds('files', ['run', 'kind'], 'run = @id', { id });
    const [from, to] = [dirname(this.#paths.source), dirname(this.#paths.target)];
    let lost = files.broken;
    for (const row of files.rows) {
      const { path, sha256: expected } = row as unknown as StoredFile;
      try {
        const content = readWhole(join(from, ...path.split('/')));
        if (sha256(content) !== expected) throw new InputError(`${path} is damaged`);
        if (from !== to) writeDurably(join(to, ...path.split('/')), content);
        lost ||= !this.#insert('files', row);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        lost = true;
      }
    }
    if (lost) this.#lost.push(`${name}: it is kept, without its weights or its checkpoint, which cannot be read or are damaged`);
  }

  #has(table: string): boolean {
    return this.#made.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?`).get(table) !== undefined;
  }

  /** Answers false when the row is not what the schema allows. */
  #insert(table: string, row: Row): boolean {
    const columns = this.#made.pragma(`table_info(${table})`) as { name: string }[];
    const names = columns.map(({ name }) => name);
    try {
      this.#made.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((one) => `@${one}`).join(', ')})`).run(row);
      return true;
    } catch (error) {
      if ((error as { code?: string }).code?.startsWith('SQLITE_CONSTRAINT')) return false;
      throw error;
    }
  }

  /** What could be copied may still be no run. */
  #dropUnreadable(): void {
    const sql = new Sql(this.#made);
    const results = new RunResults(sql);
    for (const { id } of sql.all<{ id: string }>('SELECT id FROM runs'))
      try {
        findRun(sql, id);
        results.final(id);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        sql.run('UPDATE runs SET parent = NULL WHERE parent = @id', { id });
        sql.run('DELETE FROM runs WHERE id = @id', { id });
        this.#lost.push(`run ${id}: ${error.message}`);
      }
  }
}

function isReadable(run: string, epoch: Row, layers: Row[]): boolean {
  try {
    epochOf(run, epoch as unknown as EpochRow, layers as unknown as MeasurementRow[]);
    return true;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

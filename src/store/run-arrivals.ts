/** Runs that were computed elsewhere, of studies that are known here or become known by them. */
import type { EngineName } from '../shared/engines.ts';
import type { EpochMetrics } from '../shared/results.ts';
import { toJson } from './json.ts';
import { findRun } from './read.ts';
import { runColumns, runRow } from './rows.ts';
import type { RunFiles } from './run-files.ts';
import type { RunFindings } from './run-findings.ts';
import type { RunResults } from './run-results.ts';
import type { Sql } from './sql.ts';
import { studyIdentity } from './study-identity.ts';
import type { RunResult, StoredRun, StoredStudy } from './types.ts';

interface Parts {
  files: RunFiles;
  results: RunResults;
  findings: RunFindings;
}

/** What a person may have changed of a run here, and what stays as it was planned. */
const kept = new Set(['id', 'study', 'key', 'name', 'parent', 'dataset', 'created']);
const assignments = runColumns
  .split(', ')
  .filter((column) => !kept.has(column))
  .map((column) => `${column} = @${column}`)
  .join(', ');

export class RunArrivals {
  readonly #sql: Sql;
  readonly #parts: Parts;

  constructor(sql: Sql, parts: Parts) {
    this.#sql = sql;
    this.#parts = parts;
  }

  /** Whether a study is here with runs of its own, all of which have finished. */
  isWhole(study: string): boolean {
    const { open, all } = this.#sql.get(
      `SELECT count(*) AS "all", coalesce(sum(status <> 'finished'), 0) AS open FROM runs WHERE study = ? AND deleted IS NULL`,
      study,
    ) as { open: number; all: number };
    return all > 0 && open === 0;
  }

  /** A study that already has an id; one that is here already stays as it is. */
  addStudy(study: StoredStudy, engine: EngineName | null): void {
    const identity = studyIdentity(study.spec, study.dataset, engine);
    this.#sql.run(
      `INSERT INTO studies (id, name, identity, dataset, spec, engine, created)
       VALUES (@id, @name, @identity, @dataset, @spec, @engine, @created) ON CONFLICT DO NOTHING`,
      { ...study, identity, spec: toJson(study.spec), engine },
    );
  }

  /** How far a run is that was planned here and is not being trained, from another database or computer. Part of a transaction. */
  put(run: StoredRun, epochs: readonly EpochMetrics[], result: RunResult | null): void {
    const { id } = run;
    const row = Object.fromEntries(Object.entries(runRow(run)).filter(([column]) => column === 'id' || !kept.has(column)));
    this.#sql.run(`UPDATE runs SET ${assignments} WHERE id = @id`, row);
    this.#sql.run('DELETE FROM epochs WHERE run = @id', { id });
    this.#sql.run('DELETE FROM analyses WHERE run = @id', { id });
    // What it has been trained here is taken over by what comes.
    for (const file of this.#parts.files.of(id))
      this.#sql.run('DELETE FROM files WHERE run = @id AND kind = @kind', { id, kind: file.kind });
    this.#parts.results.addEpochs(id, epochs);
    if (result) this.#parts.results.addResult(id, result);
    this.#parts.findings.renew(id);
  }

  /** Whether a run is here and has finished. */
  has(id: string): boolean {
    return findRun(this.#sql, id)?.status === 'finished';
  }
}

/** Studies: what was asked for, and which start of it goes on. */
import type { EngineName } from '../shared/engines.ts';
import { InputError } from '../shared/input-error.ts';
import { DataSpec, type StudySpec } from '../shared/spec/study.ts';
import { newId } from './ids.ts';
import { readable, toJson, type OnUnreadable } from './json.ts';
import { studyOf, type StudyRow } from './rows.ts';
import type { Sql } from './sql.ts';
import { studyIdentity } from './study-identity.ts';
import type { StoredStudy } from './types.ts';

const ignore = () => undefined;
/** What a study says of its images where it says nothing. */
const unnamed = DataSpec.parse({});

/** Runs of a study that are still to be done. */
const open = `study IS NOT NULL AND deleted IS NULL AND status NOT IN ('running', 'finished')`;

export class Studies {
  readonly #sql: Sql;
  readonly #path: string;

  /** @param path of the database, for messages. */
  constructor(sql: Sql, path: string) {
    this.#sql = sql;
    this.#path = path;
  }

  add(spec: StudySpec, dataset: string, engine: EngineName | null): StoredStudy {
    const study = { id: newId(), name: spec.name, dataset, spec, created: new Date().toISOString() };
    this.#sql.run(
      `INSERT INTO studies (id, name, identity, dataset, spec, engine, created)
       VALUES (@id, @name, @identity, @dataset, @spec, @engine, @created)`,
      { ...study, identity: studyIdentity(spec, dataset, engine), spec: toJson(spec), engine },
    );
    return study;
  }

  /** The study as it is started now: the same, or one that has grown. One that is to be begun anew keeps no identity. */
  renew(study: StoredStudy, spec: StudySpec): StoredStudy {
    this.#sql.run(
      `UPDATE studies SET spec = @spec, name = @name, identity = CASE identity WHEN '' THEN '' ELSE @identity END WHERE id = @id`,
      { id: study.id, name: spec.name, spec: toJson(spec), identity: studyIdentity(spec, study.dataset, this.engineOf(study.id)) },
    );
    return { ...study, name: spec.name, spec };
  }

  /** The engine that it asks for; null: the best there is when a run begins. */
  engineOf(id: string): EngineName | null {
    return (this.#sql.get('SELECT engine FROM studies WHERE id = ?', id) as { engine: EngineName | null }).engine;
  }

  /** A run that has been done elsewhere counts as one of the study. */
  reuse(study: string, run: string): void {
    this.#sql.run('INSERT INTO reused_runs (study, run) VALUES (@study, @run) ON CONFLICT DO NOTHING', { study, run });
  }

  /** Ids of the runs that each study has from elsewhere, by its own id. */
  reused(): Map<string, string[]> {
    const rows = this.#sql.all<{ study: string; run: string }>(
      'SELECT reused_runs.study, run FROM reused_runs JOIN runs ON runs.id = run WHERE deleted IS NULL ORDER BY runs.created, runs.rowid',
    );
    return new Map([...Map.groupBy(rows, ({ study }) => study)].map(([study, found]) => [study, found.map(({ run }) => run)]));
  }

  /**
   * The latest study that an earlier start with the same settings and images has begun, unless runs of it have been deleted.
   * @param engine is part of what it is; null: the best there is when a run begins.
   */
  find(spec: StudySpec, dataset: string, engine: EngineName | null): StoredStudy | null {
    const found = (condition: string) =>
      this.#sql.all<StudyRow>(
        `SELECT id, name, dataset, spec, created FROM studies WHERE ${condition}
         AND NOT EXISTS (SELECT 1 FROM runs WHERE study = studies.id AND deleted IS NOT NULL)
         ORDER BY created DESC, rowid DESC`,
        { identity: studyIdentity(spec, dataset, engine), dataset, engine },
      );
    const [same] = found('identity = @identity');
    if (same) return studyOf(same);
    // One that was begun in a window names no images, or names them otherwise; that they are the same, the fingerprint says.
    const told = (one: StudySpec) => studyIdentity({ ...one, data: unnamed }, dataset, engine);
    const others = readable(found(`dataset = @dataset AND engine IS @engine AND identity <> ''`), studyOf, ignore);
    return others.find((one) => told(one.spec) === told(spec)) ?? null;
  }

  /** Newest first, without those that cannot be read. */
  list(onUnreadable: OnUnreadable = ignore): StoredStudy[] {
    const rows = this.#sql.all<StudyRow>('SELECT id, name, dataset, spec, created FROM studies ORDER BY created DESC, rowid DESC');
    return readable(rows, studyOf, onUnreadable);
  }

  /** Those with runs that are still to be done and would be ended early, should they collapse. */
  stopping(): Set<string> {
    const rows = this.#sql.all<{ study: string }>(
      `SELECT DISTINCT study FROM runs WHERE ${open} AND json_extract(spec, '$.training.stopCollapsed')`,
    );
    return new Set(rows.map(({ study }) => study));
  }

  /** Whether runs that are still to be done are ended early, should they collapse. Those under way stay as they have begun. */
  setStopping(id: string, stop: boolean): void {
    this.#sql.run(`UPDATE runs SET spec = json_set(spec, '$.training.stopCollapsed', json(@stop)) WHERE study = @id AND ${open}`, {
      id,
      stop: String(stop),
    });
  }

  get(id: string): StoredStudy {
    const row = this.#sql.get('SELECT id, name, dataset, spec, created FROM studies WHERE id = ?', id) as StudyRow | undefined;
    if (!row) throw new InputError(`there is no study ${id} in ${this.#path}`);
    return studyOf(row);
  }
}

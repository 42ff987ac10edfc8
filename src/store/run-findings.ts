/** What runs have found out about themselves. It stands beside each run, and is found anew whenever a run has got further. */
import type Database from 'better-sqlite3';
import { Findings, type Finding } from '../shared/findings/finding.ts';
import { stepsPerEpoch } from '../shared/dataset.ts';
import { findingsOf } from '../shared/findings/findings.ts';
import { layerVitals, vitalsOf, type Vitals } from '../shared/findings/vitals.ts';
import { Evaluation, RunAnalysis, type EpochMetrics, type RunStatus } from '../shared/results.ts';
import { RunSpec } from '../shared/spec/run.ts';
import { readEpochs } from './read.ts';
import { fromJson, toJson } from './json.ts';
import { datasetOf, type DatasetRow } from './rows.ts';
import { Sql } from './sql.ts';

interface Row {
  spec: string;
  status: RunStatus;
  error: string | null;
  dataset: string;
  evaluation: string | null;
  analysis: string | null;
}

export class RunFindings {
  readonly #sql: Sql;
  /** Of the run whose epochs come one after another: they need not all be read again after each. */
  #watched: { run: string; vitals: Vitals[] } | null = null;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  of(run: string): Finding[] {
    const row = this.#sql.get('SELECT findings FROM runs WHERE id = ?', run) as { findings: string };
    return fromJson(Findings, row.findings, `findings of run ${run}`);
  }

  /** @param latest the epoch that has just been added, if that is what is new. */
  renew(run: string, latest?: EpochMetrics): void {
    const findings = toJson(this.#find(run, latest));
    this.#sql.run('UPDATE runs SET findings = @findings WHERE id = @run', { run, findings });
  }

  #find(run: string, latest: EpochMetrics | undefined): Finding[] {
    const row = this.#sql.get(
      `SELECT spec, status, error, dataset, evaluation, analysis FROM runs LEFT JOIN analyses ON analyses.run = runs.id WHERE id = ?`,
      run,
    ) as Row;
    const spec = fromJson(RunSpec, row.spec, `spec of run ${run}`);
    const dataset = datasetOf(this.#sql.get('SELECT * FROM datasets WHERE fingerprint = ?', row.dataset) as DatasetRow);
    const { training } = spec;
    return findingsOf({
      spec,
      input: { ...dataset.shape, classes: dataset.classes.length },
      status: row.status,
      error: row.error,
      vitals: this.#vitals(run, spec, row, latest),
      stepsPerEpoch: training.validation > 0 ? null : stepsPerEpoch(dataset.train, training.batch),
    });
  }

  #vitals(run: string, spec: RunSpec, { evaluation, analysis }: Row, latest: EpochMetrics | undefined): Vitals[] {
    const { measure } = spec.training;
    const known = this.#watched?.run === run && latest && this.#watched.vitals.at(-1)?.epoch === latest.epoch - 1;
    const vitals = known
      ? [...this.#watched!.vitals, ...vitalsOf(latest, measure)]
      : readEpochs(this.#sql, run).flatMap((epoch) => vitalsOf(epoch, measure));
    this.#watched = { run, vitals };
    if (evaluation === null || analysis === null) return vitals;
    const { coupling } = fromJson(RunAnalysis, analysis, `analysis of run ${run}`);
    const last = vitals.at(-1);
    // Earlier versions looked at routing in the end only.
    if (last) return last.coupling.length > 0 ? vitals : [...vitals.slice(0, -1), { ...last, coupling }];
    // A run without an epoch of its own is what it began with.
    const tested = fromJson(Evaluation, evaluation, `evaluation of run ${run}`);
    return [
      { epoch: spec.firstEpoch, margin: tested.margin, trained: null, layers: layerVitals(tested, measure), gradients: [], coupling },
    ];
  }
}

/** Finds what every run of before would have found. One that cannot be read has found nothing. */
export function findForAll(database: Database.Database): void {
  const sql = new Sql(database);
  const findings = new RunFindings(sql);
  for (const { id } of sql.all<{ id: string }>('SELECT id FROM runs')) {
    try {
      findings.renew(id);
    } catch {
      continue;
    }
  }
}

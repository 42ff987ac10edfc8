/** What runs have measured: their epochs, and the results of those that have ended. */
import type { RunCurve } from '../shared/contract/index.ts';
import type { EpochAccuracy } from '../shared/measures/measured.ts';
import { Evaluation, RunAnalysis, StartMetrics, type EpochMetrics } from '../shared/results.ts';
import { accuracyCurves } from './curves.ts';
import { fromJson, toJson } from './json.ts';
import { findRun, readEpochs } from './read.ts';
import { epochRows } from './rows.ts';
import type { Sql } from './sql.ts';
import type { EpochSummary, RunResult } from './types.ts';

export class RunResults {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Adds rows of epochs, and nothing else. */
  addEpochs(run: string, epochs: readonly EpochMetrics[]): void {
    const { measure } = findRun(this.#sql, run)!.spec.training;
    for (const { epoch, layers } of epochs.map((metrics) => epochRows(metrics, measure))) {
      this.#sql.run(
        `INSERT INTO epochs (run, epoch, accuracy, loss, inactive, images_per_second, peak_memory, metrics)
         VALUES (@run, @epoch, @accuracy, @loss, @inactive, @imagesPerSecond, @peakMemory, @metrics)`,
        { run, ...epoch },
      );
      for (const layer of layers)
        this.#sql.run(
          `INSERT INTO layer_measurements (run, epoch, kind, position, layer, inactive, gradient_norm, data)
           VALUES (@run, @epoch, @kind, @position, @layer, @inactive, @gradientNorm, @data)`,
          { run, ...layer },
        );
    }
  }

  addResult(run: string, { evaluation, analysis }: RunResult): void {
    this.#sql.run('INSERT INTO analyses (run, evaluation, analysis) VALUES (@run, @evaluation, @analysis)', {
      run,
      evaluation: toJson(evaluation),
      analysis: toJson(analysis),
    });
  }

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

  /** Mean margin loss over the steps of the last epoch; null where the run has none of its own. */
  trainedMargin(run: string): number | null {
    const row = this.#sql.get(
      `SELECT json_extract(metrics, '$.train.margin') AS margin FROM epochs WHERE run = ? ORDER BY epoch DESC LIMIT 1`,
      run,
    ) as { margin: number } | undefined;
    return row?.margin ?? null;
  }

  /** Of those of these runs that have epochs of their own. */
  curves(runs: readonly string[]): RunCurve[] {
    return accuracyCurves(this.#sql, runs);
  }

  final(run: string): RunResult | null {
    const analysis = this.#sql.get('SELECT analysis FROM analyses WHERE run = ?', run) as { analysis: string } | undefined;
    if (!analysis) return null;
    return { evaluation: this.evaluation(run)!, analysis: fromJson(RunAnalysis, analysis.analysis, `analysis of run ${run}`) };
  }

  /** The network's latest test: the final one, or that of the last epoch while the run has not ended; null before the first. */
  evaluation(run: string): Evaluation | null {
    const row = this.#sql.get('SELECT evaluation FROM analyses WHERE run = ?', run) as { evaluation: string } | undefined;
    return row ? fromJson(Evaluation, row.evaluation, `evaluation of run ${run}`) : (this.#lastEpoch(run)?.test ?? null);
  }
}

/** Runs as the list shows them: one query for thousands, without reading what only a single run's view needs. */
import type { RunSummary } from '../shared/contract/index.ts';
import { countAsMeasured } from '../shared/inactive.ts';
import type { Evaluation } from '../shared/results.ts';
import type { RunSpec } from '../shared/spec/run.ts';
import type { Sql } from './sql.ts';

interface Row extends Omit<
  RunSummary,
  | 'study'
  | 'dataset'
  | 'pruning'
  | 'network'
  | 'tags'
  | 'favourite'
  | 'archived'
  | 'resumable'
  | 'epoch'
  | 'firstEpoch'
  | 'lastEpoch'
  | 'inactive'
  | 'seed'
> {
  study: string | null;
  studyName: string | null;
  dataset: string;
  datasetName: string;
  spec: string;
  tags: string;
  favourite: number;
  archived: number;
  resumable: number;
  last: number | null;
  inactive: number | null;
  /** Only of a run that has a result but no epoch of its own. */
  evaluation: string | null;
}

const query = (where: string) => `
  SELECT runs.id, runs.name, status, role, parent, runs.study, studies.name AS studyName, runs.dataset, datasets.name AS datasetName,
    runs.spec, params, flops, runs.engine, runs.created, started, ended, note, favourite, archived, error,
    (SELECT json_group_array(tag) FROM (SELECT tag FROM tags WHERE run = runs.id ORDER BY tag)) AS tags,
    coalesce((SELECT bytes FROM files WHERE run = runs.id AND kind = 'weights'), 0) AS weightBytes,
    EXISTS (SELECT 1 FROM files WHERE run = runs.id AND kind = 'checkpoint') AS resumable,
    done.last, done.imagesPerSecond, done.peakMemoryBytes, latest.accuracy, latest.loss, latest.inactive,
    CASE WHEN done.last IS NULL THEN (SELECT evaluation FROM analyses WHERE run = runs.id) END AS evaluation
  FROM runs
    JOIN datasets ON datasets.fingerprint = runs.dataset
    LEFT JOIN studies ON studies.id = runs.study
    LEFT JOIN (SELECT run, max(epoch) AS last, avg(images_per_second) AS imagesPerSecond, max(peak_memory) AS peakMemoryBytes FROM epochs GROUP BY run)
      AS done ON done.run = runs.id
    LEFT JOIN epochs AS latest ON latest.run = runs.id AND latest.epoch = done.last
  WHERE deleted IS NULL ${where} ORDER BY runs.created, runs.rowid`;

/** All runs but deleted ones, oldest first, or those with these ids. */
export function summaries(sql: Sql, ids?: readonly string[]): RunSummary[] {
  if (ids === undefined) return sql.all<Row>(query('')).map(summaryOf);
  const rows = sql.all<Row>(query('AND runs.id IN (SELECT value FROM json_each(@ids))'), { ids: JSON.stringify(ids) });
  return rows.map(summaryOf);
}

function summaryOf({ study, studyName, dataset, datasetName, spec, last, inactive, evaluation, ...row }: Row): RunSummary {
  const { network, training, pruning, seed, firstEpoch } = JSON.parse(spec) as RunSpec;
  const tested = evaluation === null ? null : (JSON.parse(evaluation) as Evaluation);
  const total = tested ? countAsMeasured(tested.activity, training.measure).total : inactive;
  return {
    ...row,
    study: study === null ? null : { id: study, name: studyName ?? '' },
    dataset: { fingerprint: dataset, name: datasetName },
    seed,
    pruning: pruning && {
      criterion: pruning.criterion,
      backbone: pruning.backbone,
      capsules: pruning.capsules,
      granularity: pruning.granularity,
      capsuleLayers: pruning.capsuleLayers,
    },
    network: { types: network.primary.types, dim: network.primary.dim, depth: network.intermediate.length },
    epoch: last ?? firstEpoch,
    firstEpoch,
    lastEpoch: firstEpoch + training.epochs,
    accuracy: tested?.accuracy ?? row.accuracy,
    loss: tested?.loss ?? row.loss,
    inactive: total === null ? null : { total, of: network.intermediate.reduce((sum, { types }) => sum + types, 0) },
    tags: JSON.parse(row.tags) as string[],
    favourite: row.favourite === 1,
    archived: row.archived === 1,
    resumable: row.resumable === 1,
  };
}

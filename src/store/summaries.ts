/** Runs as the list shows them: one query for thousands, without reading what only a single run's view needs. */
import { z } from 'zod';
import type { Health, RunSummary } from '../shared/contract/index.ts';
import { Findings } from '../shared/findings/finding.ts';
import { countAsMeasured } from '../shared/inactive.ts';
import { Evaluation } from '../shared/results.ts';
import { armOf } from '../shared/spec/arms.ts';
import { PruningSpec } from '../shared/spec/pruning.ts';
import { RunSpec } from '../shared/spec/run.ts';
import { MeasureSpec, TrainingSpec } from '../shared/spec/training.ts';
import { fromJson, readable, type OnUnreadable } from './json.ts';
import type { Probes } from './probes.ts';
import { networkLines } from './run-network.ts';
import type { Sql } from './sql.ts';

interface Row extends Omit<
  RunSummary,
  | 'study'
  | 'dataset'
  | 'pruning'
  | 'network'
  | 'gain'
  | 'before'
  | 'tags'
  | 'favourite'
  | 'archived'
  | 'resumable'
  | 'epoch'
  | 'firstEpoch'
  | 'lastEpoch'
  | 'inactive'
  | 'seed'
  | 'arm'
  | 'health'
> {
  study: string | null;
  studyName: string | null;
  dataset: string;
  datasetName: string;
  height: number;
  width: number;
  channels: number;
  classes: number;
  spec: string;
  /** 1: `spec` has the network as its cut has left it. */
  wasCut: number;
  tags: string;
  favourite: number;
  archived: number;
  resumable: number;
  last: number | null;
  inactive: number | null;
  findings: string;
  /** Only of a run that has a result but no epoch of its own. */
  evaluation: string | null;
}

const query = (where: string) => `
  SELECT runs.id, runs.name, role, parent, runs.study, studies.name AS studyName, runs.dataset, datasets.name AS datasetName,
    height, width, channels, json_array_length(classes) AS classes, runs.spec, cut IS NOT NULL AS wasCut, params, flops, runs.engine, runs.created, started, ended, note, favourite, archived, error, retries, findings, twin_key AS twinKey,
    CASE WHEN status = 'stopped' AND EXISTS (SELECT 1 FROM queue WHERE run = runs.id) THEN 'paused' ELSE status END AS status,
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

const Network = z.looseObject({
  primary: z.looseObject({ types: z.int(), dim: z.int() }),
  intermediate: z.array(z.looseObject({ types: z.int() })),
});

/** What a line of the list needs of a RunSpec. The rest is not looked at: there may be thousands. */
const Listed = z.object({
  network: Network,
  training: z.object({ epochs: TrainingSpec.shape.epochs, measure: z.object(MeasureSpec.shape).prefault({}) }),
  pruning: z
    .looseObject({
      criterion: PruningSpec.shape.criterion,
      backbone: PruningSpec.shape.backbone,
      blocks: PruningSpec.shape.blocks,
      capsules: PruningSpec.shape.capsules,
      granularity: PruningSpec.shape.granularity,
      capsuleLayers: PruningSpec.shape.capsuleLayers,
    })
    .nullable(),
  control: z.looseObject({ network: Network }).nullable().default(null),
  frozen: RunSpec.shape.frozen,
  seed: RunSpec.shape.seed,
  firstEpoch: RunSpec.shape.firstEpoch,
});
const Tags = z.array(z.string());

/** All runs but deleted ones, oldest first, or those with these ids; without those that cannot be read. */
export function summaries(sql: Sql, probes: Probes, ids: readonly string[] | undefined, onUnreadable: OnUnreadable): RunSummary[] {
  const rows =
    ids === undefined
      ? sql.all<Row>(query(''))
      : sql.all<Row>(query('AND runs.id IN (SELECT value FROM json_each(@ids))'), { ids: JSON.stringify(ids) });
  const lineOf = networkLines(probes);
  return readable(rows, (row) => summaryOf(row, lineOf), onUnreadable);
}

function summaryOf(
  {
    study,
    studyName,
    dataset,
    datasetName,
    height,
    width,
    channels,
    classes,
    spec,
    wasCut,
    last,
    inactive,
    evaluation,
    findings,
    ...row
  }: Row,
  lineOf: ReturnType<typeof networkLines>,
): RunSummary {
  const { network, training, pruning, control, frozen, seed, firstEpoch } = fromJson(Listed, spec, `spec of run ${row.id}`);
  const tested = evaluation === null ? null : fromJson(Evaluation, evaluation, `evaluation of run ${row.id}`);
  const input = { height, width, channels, classes };
  const total = tested ? countAsMeasured(tested.activity, training.measure).total : inactive;
  return {
    ...row,
    study: study === null ? null : { id: study, name: studyName ?? '' },
    dataset: { fingerprint: dataset, name: datasetName },
    seed,
    arm: armOf({ role: row.role, parent: row.parent, spec: { pruning, control, frozen } }),
    pruning: pruning && listedPruning(pruning),
    ...lineOf({ network, pruning, wasCut: wasCut === 1, parent: row.parent, dataset, input }),
    before: control && lineOf({ network: control.network, pruning: null, wasCut: false, parent: null, dataset, input }).network.name,
    epoch: last ?? firstEpoch,
    firstEpoch,
    lastEpoch: firstEpoch + training.epochs,
    accuracy: tested?.accuracy ?? row.accuracy,
    loss: tested?.loss ?? row.loss,
    inactive: total === null ? null : { total, of: network.intermediate.reduce((sum, { types }) => sum + types, 0) },
    tags: fromJson(Tags, row.tags, `tags of run ${row.id}`),
    favourite: row.favourite === 1,
    archived: row.archived === 1,
    resumable: row.resumable === 1,
    health: healthOf(findings, row.id),
  };
}

function listedPruning({
  criterion,
  backbone,
  blocks,
  capsules,
  granularity,
  capsuleLayers,
}: NonNullable<RunSummary['pruning']>): RunSummary['pruning'] {
  return { criterion, backbone, blocks, capsules, granularity, capsuleLayers };
}

function healthOf(findings: string, run: string): Health | null {
  if (findings === '[]') return null; // Most have none, and there may be thousands.
  const found = fromJson(Findings, findings, `findings of run ${run}`);
  return found[0] ? { severity: found[0].severity, text: found[0].text, kinds: found.map(({ kind }) => kind) } : null;
}

/** Between rows of SQLite and the types of the store. */
import { z } from 'zod';
import { countAsMeasured } from '../shared/inactive.ts';
import { EpochMetrics, Evaluation, LayerActivity, LayerCut, LayerGradient } from '../shared/results.ts';
import { RunSpec } from '../shared/spec/run.ts';
import { StudySpec } from '../shared/spec/study.ts';
import type { MeasureSpec } from '../shared/spec/training.ts';
import { fromJson, toJson } from './json.ts';
import type { NewRun, StoredDataset, StoredRun, StoredStudy, UsedEngine } from './types.ts';

export interface DatasetRow {
  fingerprint: string;
  name: string;
  height: number;
  width: number;
  channels: number;
  classes: string;
  train: number;
  test: number;
}

export const datasetRow = ({ shape, classes, ...rest }: StoredDataset): DatasetRow => ({ ...rest, ...shape, classes: toJson(classes) });

const Names = z.array(z.string());

export const datasetOf = ({ height, width, channels, classes, ...rest }: DatasetRow): StoredDataset => ({
  ...rest,
  shape: { height, width, channels },
  classes: fromJson(Names, classes, `classes of data set ${rest.name}`),
});

export type StudyRow = Omit<StoredStudy, 'spec'> & { spec: string };

export const studyOf = ({ spec, ...rest }: StudyRow): StoredStudy => ({
  ...rest,
  spec: fromJson(StudySpec, spec, `settings of study "${rest.name}"`),
});

export type RunRow = Omit<StoredRun, 'spec' | 'cut' | 'versions'> & { spec: string; cut: string | null; versions: string | null };

/** Columns of RunRow, in no particular order. */
export const runColumns =
  'id, study, key, name, role, parent, dataset, status, spec, cut, params, flops, engine, device, choice, versions, error, created, started, ended';

const Cut = z.array(LayerCut);
const Versions = z.record(z.string(), z.string());

export const runOf = ({ spec, cut, versions, ...rest }: RunRow): StoredRun => ({
  ...rest,
  spec: fromJson(RunSpec, spec, `spec of run ${rest.id}`),
  cut: cut === null ? null : fromJson(Cut, cut, `cut of run ${rest.id}`),
  versions: versions === null ? {} : fromJson(Versions, versions, `versions of run ${rest.id}`),
});

export const runRow = ({ spec, cut, versions, ...rest }: StoredRun): RunRow => ({
  ...rest,
  spec: toJson(spec),
  cut: cut && toJson(cut),
  versions: toJson(versions),
});

export const newRun = (id: string, run: NewRun, created: string): StoredRun => ({
  ...run,
  id,
  created,
  status: 'queued',
  cut: null,
  engine: run.engine ?? null,
  device: null,
  choice: null,
  versions: {},
  error: null,
  started: null,
  ended: null,
});

export const engineColumns = ({ name, versions, ...rest }: UsedEngine) => ({ ...rest, engine: name, versions: toJson(versions) });

export interface EpochRow {
  epoch: number;
  accuracy: number;
  loss: number;
  inactive: number;
  imagesPerSecond: number;
  peakMemory: number;
  metrics: string;
}

export interface MeasurementRow {
  epoch: number;
  kind: 'activity' | 'gradient';
  position: number;
  layer: string;
  inactive: number | null;
  gradientNorm: number | null;
  data: string;
}

/** Splits an epoch into its own row and one per measured layer. */
export function epochRows(metrics: EpochMetrics, measure: MeasureSpec): { epoch: EpochRow; layers: MeasurementRow[] } {
  const { gradients, test, ...rest } = metrics;
  const { activity, ...evaluation } = test;
  const { epoch } = metrics;
  const inactive = countAsMeasured(activity, measure);
  return {
    epoch: {
      epoch,
      accuracy: test.accuracy,
      loss: test.loss,
      inactive: inactive.total,
      imagesPerSecond: metrics.imagesPerSecond,
      peakMemory: metrics.peakMemoryBytes,
      metrics: toJson({ ...rest, test: evaluation }),
    },
    layers: [
      ...activity.map((layer, position) => ({
        epoch,
        kind: 'activity' as const,
        position,
        layer: layer.layer,
        inactive: inactive.perLayer.find((l) => l.layer === layer.layer)?.inactive ?? null,
        gradientNorm: null,
        data: toJson(layer),
      })),
      ...gradients.map((layer, position) => ({
        epoch,
        kind: 'gradient' as const,
        position,
        layer: layer.layer,
        inactive: null,
        gradientNorm: layer.norm,
        data: toJson(layer),
      })),
    ],
  };
}

const OwnMetrics = EpochMetrics.omit({ gradients: true }).extend({ test: Evaluation.omit({ activity: true }) });

/** The opposite of epochRows. `layers` in order of position. */
export function epochOf(
  run: string,
  { epoch, metrics }: Pick<EpochRow, 'epoch' | 'metrics'>,
  layers: Pick<MeasurementRow, 'kind' | 'data'>[],
): EpochMetrics {
  const where = `epoch ${epoch} of run ${run}`;
  const of = <T>(kind: MeasurementRow['kind'], schema: z.ZodType<T>) =>
    layers.filter((layer) => layer.kind === kind).map(({ data }) => fromJson(schema, data, `${kind} in ${where}`));
  const { test, ...own } = fromJson(OwnMetrics, metrics, `metrics of ${where}`);
  return { ...own, test: { ...test, activity: of('activity', LayerActivity) }, gradients: of('gradient', LayerGradient) };
}

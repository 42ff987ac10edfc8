/** Between rows of SQLite and the types of the store. */
import type { EpochMetrics, LayerActivity, LayerGradient } from '../shared/results.ts';
import { countAsMeasured } from '../shared/inactive.ts';
import type { MeasureSpec } from '../shared/spec/training.ts';
import type { NewRun, StoredDataset, StoredRun, StoredStudy, UsedEngine } from './types.ts';

/** JSON knows no NaN or Infinity and would write null for them without a word. Throws a RangeError instead. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (key, item: unknown) => {
    if (typeof item === 'number' && !Number.isFinite(item)) throw new RangeError(`"${key}" is ${item}; only finite numbers can be stored`);
    return item;
  });
}

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

export const datasetOf = ({ height, width, channels, classes, ...rest }: DatasetRow): StoredDataset => ({
  ...rest,
  shape: { height, width, channels },
  classes: JSON.parse(classes) as string[],
});

export type StudyRow = Omit<StoredStudy, 'spec'> & { spec: string };

export const studyOf = ({ spec, ...rest }: StudyRow): StoredStudy => ({ ...rest, spec: JSON.parse(spec) as StoredStudy['spec'] });

export type RunRow = Omit<StoredRun, 'spec' | 'cut' | 'versions'> & { spec: string; cut: string | null; versions: string | null };

/** Columns of RunRow, in no particular order. */
export const runColumns =
  'id, study, key, name, role, parent, dataset, status, spec, cut, params, flops, engine, device, choice, versions, error, created, started, ended';

export const runOf = ({ spec, cut, versions, ...rest }: RunRow): StoredRun => ({
  ...rest,
  spec: JSON.parse(spec) as StoredRun['spec'],
  cut: cut === null ? null : (JSON.parse(cut) as StoredRun['cut']),
  versions: versions === null ? {} : (JSON.parse(versions) as StoredRun['versions']),
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

/** The opposite of epochRows. `layers` in order of position. */
export function epochOf(epoch: Pick<EpochRow, 'metrics'>, layers: Pick<MeasurementRow, 'kind' | 'data'>[]): EpochMetrics {
  const metrics = JSON.parse(epoch.metrics) as Omit<EpochMetrics, 'test' | 'gradients'> & { test: Omit<EpochMetrics['test'], 'activity'> };
  const of = <T>(kind: MeasurementRow['kind']) => layers.filter((l) => l.kind === kind).map((l) => JSON.parse(l.data) as T);
  return { ...metrics, test: { ...metrics.test, activity: of<LayerActivity>('activity') }, gradients: of<LayerGradient>('gradient') };
}

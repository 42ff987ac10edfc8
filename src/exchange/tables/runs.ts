/** Runs as a table: a row each, with who they are, their settings and everything that the catalogue measures. */
import { layerMeasures, measures } from '../../shared/measures/catalogue.ts';
import { criteria } from '../../shared/measures/criteria.ts';
import type { EpochAccuracy, Measured } from '../../shared/measures/measured.ts';
import type { EpochMetrics, RunStatus } from '../../shared/results.ts';
import type { RunSpec } from '../../shared/spec/run.ts';
import { meanOf } from '../../shared/statistics/moments.ts';
import { valuesOfEpoch, lateValues } from '../epoch-values.ts';
import { settings } from '../settings.ts';
import { tableOf, type Cell, type Column, type Table } from './table.ts';

export interface TableRun {
  id: string;
  name: string;
  /** Null of a run of its own. */
  study: string | null;
  arm: string;
  parent: string | null;
  twin: string | null;
  status: RunStatus;
  dataset: string;
  engine: string | null;
  device: string | null;
  versions: Record<string, string>;
  created: string;
  spec: RunSpec;
  params: number;
  flops: number;
  /** Null before its first test. */
  measured: (Measured & { epochs: number }) | null;
}

type Text = [id: string, label: string, description: string, of: (run: TableRun) => Cell];

const text = ([id, label, description, of]: Text): Column<TableRun> => ({ id, label, description, unit: '', kind: 'text', of });

const identity: Column<TableRun>[] = (
  [
    ['run', 'Run', 'Its id.', ({ id }) => id],
    ['name', 'Name', 'As lists call it.', ({ name }) => name],
    ['study', 'Study', 'The study that it belongs to; empty of a run of its own.', ({ study }) => study],
    ['arm', 'Arm', 'What it is in a comparison: unpruned, pruned, or a control.', ({ arm }) => arm],
    ['parent', 'Parent', 'Id of the run that it was cut from, or goes on from.', ({ parent }) => parent],
    ['twin', 'Twin', 'Id of the unpruned run that it is held against: the same network, data and seed.', ({ twin }) => twin],
    ['status', 'Status', 'What has become of it.', ({ status }) => status],
    ['dataset', 'Data set', 'Name of its images.', ({ dataset }) => dataset],
  ] satisfies Text[]
).map(text);

const computed: Column<TableRun>[] = (
  [
    ['engine', 'Engine', 'What computed it.', ({ engine }) => engine],
    ['device', 'Device', 'What that computed on.', ({ device }) => device],
    ['version', 'Version', 'Of Capscope.', ({ versions }) => versions['capscope'] ?? null],
    ['created', 'Created', 'When it was made; ISO 8601.', ({ created }) => created],
  ] satisfies Text[]
).map(text);

const settingColumns: Column<TableRun>[] = settings.map((setting) => ({ ...setting, of: ({ spec }) => setting.of(spec) }));

/** A row per run. */
export function runTable(runs: readonly TableRun[]): Table {
  const measuredRuns = runs.flatMap(({ measured }) => measured ?? []);
  const better = { more: ' More is better.', fewer: ' Fewer are better.' };
  const measureColumns = [...measures, ...layerMeasures(measuredRuns)].map((measure): Column<TableRun> => ({
    id: measure.id,
    label: measure.label,
    description: `${measure.label}, of the last test where it is measured on images.${measure.better === null ? '' : better[measure.better]}`,
    unit: measure.unit,
    kind: 'number',
    of: ({ measured }) => measured && measure.of(measured),
  }));
  return tableOf(runs, [...identity, ...settingColumns, ...measureColumns, ...computed]);
}

interface TidyRow {
  run: TableRun;
  epoch: number;
  measure: string;
  layer: string | null;
  value: number;
}

const tidyColumns: Column<TidyRow>[] = [
  ...identity
    .filter(({ id }) => ['run', 'name', 'study', 'arm', 'dataset'].includes(id))
    .map((column): Column<TidyRow> => ({ ...column, of: ({ run }) => column.of(run) })),
  ...settings
    .filter(({ id }) => ['network', 'seed'].includes(id))
    .map((setting): Column<TidyRow> => ({ ...setting, of: ({ run }) => setting.of(run.spec) })),
  {
    ...{ id: 'epoch', label: 'Epoch', unit: 'epochs', kind: 'number' },
    description: 'In the network’s life, those before a cut included; one before a run’s first stands for what it began with.',
    of: ({ epoch }) => epoch,
  },
  {
    ...{ id: 'measure', label: 'Measure', unit: '', kind: 'text' },
    description: `What is measured. ${measures.map(({ id, label, unit }) => `${id}: ${label}${unit ? ` (${unit})` : ''}`).join('; ')}; train.…, test.…, validation.…: parts of the loss, and accuracy while training; gradient: norm of a layer’s gradient; update: relative size of a step; coupling: entropy of coupling; activation: mean over the layer’s capsule types, by the run’s criterion.`,
    of: ({ measure }) => measure,
  },
  {
    ...{ id: 'layer', label: 'Layer', unit: '', kind: 'text' },
    description: 'Empty of what is said of the whole network.',
    of: ({ layer }) => layer,
  },
  { ...{ id: 'value', label: 'Value', unit: '', kind: 'number' }, description: 'The number.', of: ({ value }) => value },
];

/** A row per run, epoch, measure and layer. */
export function tidyTable(runs: Iterable<{ run: TableRun; epochs: readonly EpochMetrics[] }>): Table {
  const rows: TidyRow[] = [];
  for (const { run, epochs } of runs) rows.push(...tidyRows(run, epochs));
  return tableOf(rows, tidyColumns);
}

function tidyRows(run: TableRun, epochs: readonly EpochMetrics[]): TidyRow[] {
  const { reads } = criteria[run.spec.training.measure.criterion];
  const before: EpochAccuracy[] = [];
  const rows: TidyRow[] = [];
  for (const metrics of epochs) {
    for (const { epoch, values } of valuesOfEpoch(run, metrics, before)) {
      for (const { group, name, layer, value } of values)
        rows.push({ run, epoch, layer, value, measure: group === 'measures' || layer !== null ? name : `${group}.${name}` });
      const { activity } = epoch < metrics.epoch ? metrics.start! : metrics.test;
      for (const one of activity) rows.push({ run, epoch, layer: one.layer, value: meanOf(one[reads]), measure: 'activation' });
    }
    before.push({ epoch: metrics.epoch, test: metrics.test.accuracy, validation: metrics.validation?.accuracy ?? null });
  }
  if (run.measured && run.status === 'finished')
    for (const { name, layer, value } of lateValues(run.measured))
      rows.push({ run, epoch: run.measured.epochs, layer, value, measure: name });
  return rows;
}

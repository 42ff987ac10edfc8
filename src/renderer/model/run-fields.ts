/** What the list of runs can show, sort, filter and draw of a run: every column and every field of the filter is an entry here. */
import type { RunCurve, RunSummary } from '../../shared/contract/index.ts';
import { verdicts } from '../../shared/forecast/verdict.ts';
import { measureOf } from '../../shared/measures/catalogue.ts';
import { accuracy, count, percent, points, real, span } from '../../shared/present/format.ts';
import { day } from '../../shared/present/time.ts';
import type { ShownStatus } from '../../shared/results.ts';
import { armNames, type RunArm } from '../../shared/spec/arms.ts';
import { PruningCriterion } from '../../shared/spec/pruning.ts';
import type { FilterField } from './filter/vocabulary.ts';
import { isCollapsed } from './collapsed.ts';
import { statusNames } from './names.ts';
import { backboneText, ratioText } from './run-names.ts';

/** A run with what follows from others. */
export interface RunRow {
  run: RunSummary;
  /** By which it can be told from all others. */
  name: string;
  /** Name of its network before any cut. */
  origin: string;
  twin: RunRow | null;
  /** Another run is held against it. */
  isTwin: boolean;
  readonly curve: RunCurve | null;
}

type Value = number | string | readonly string[] | null;

export interface RunField extends FilterField {
  /** Of a column. */
  head: string;
  /** Rem; a column without one is not offered. */
  width: number | null;
  of: (row: RunRow) => Value;
  print: (row: RunRow) => string;
  /** A mean of such numbers, and how far they spread; null where a mean says nothing. */
  mean: { print: (value: number) => string; spread: (value: number) => string } | null;
  /** Prints such a number, on an axis for example. */
  value: (value: number) => string;
  /** Numbers are never beyond these. */
  within: readonly [number, number] | null;
}

interface NumberField extends Pick<RunField, 'id' | 'also' | 'label' | 'head' | 'width' | 'example'> {
  of: (row: RunRow) => number | null;
  value: (value: number) => string;
  spread?: (value: number) => string;
  /** Where the number alone does not say it. */
  print?: (row: RunRow) => string | null;
  /** A mean says nothing. */
  alike?: true;
  /** In [0, 1]. */
  share?: true;
}

const missing = '–';
const noNumber = { mean: null, value: String, within: null };

function number({ value, spread = value, print, alike, share, ...rest }: NumberField): RunField {
  return {
    ...rest,
    value,
    within: share ? [0, 1] : null,
    share: share === true,
    kind: 'number',
    print: (row) => {
      const found = rest.of(row);
      return print?.(row) ?? (found === null ? missing : value(found));
    },
    mean: alike ? null : { print: value, spread },
  };
}

interface ChoiceField extends Pick<RunField, 'id' | 'also' | 'label' | 'head' | 'width' | 'example'> {
  choices: readonly string[];
  of: (row: RunRow) => string | readonly string[] | null;
  names?: Readonly<Record<string, string>>;
}

function choice({ names, ...rest }: ChoiceField): RunField {
  const print = (row: RunRow) => {
    const found = rest.of(row);
    return found === null ? '' : [found].flat().map((one) => names?.[one] ?? one).join(', '); // prettier-ignore
  };
  return { ...rest, kind: 'choice', print, ...noNumber };
}

interface TextField extends Pick<RunField, 'id' | 'also' | 'label' | 'head' | 'width' | 'example'> {
  of: (row: RunRow) => string | readonly string[];
}

const text = (field: TextField): RunField => ({ ...field, kind: 'text', print: (row) => [field.of(row)].flat().join(', '), ...noNumber });

function measured(id: string, rest: Pick<NumberField, 'id' | 'also' | 'head' | 'width' | 'example'>): RunField {
  const { of, print, printNumber, printSpread, label } = measureOf(id);
  return number({
    ...rest,
    label: label.charAt(0).toLowerCase() + label.slice(1),
    of: ({ run }) => of(run),
    print: ({ run }) => print(run),
    value: printNumber,
    spread: printSpread,
  });
}

const marks = ['favourite', 'archived', 'collapsed', 'resumable'] as const;

function marksOf({ favourite, archived, health, resumable }: RunSummary): string[] {
  const holds: Record<(typeof marks)[number], boolean> = { favourite, archived, collapsed: isCollapsed({ health }), resumable };
  return marks.filter((mark) => holds[mark]);
}

const whole = (value: number) => (Number.isInteger(value) ? count(value) : real(value, 3));
const gainText = (value: number) => value.toFixed(2);

export const runFields: readonly RunField[] = [
  text({ id: 'name', head: 'Run', width: 23, label: 'name', of: ({ name, run }) => [name, run.name], example: 'name:pruned' }),
  choice({
    ...{ id: 'status', head: 'Status', width: 6.25, label: 'status', example: 'status:finished' },
    choices: Object.keys(statusNames),
    names: statusNames,
    of: ({ run }) => run.status,
  }),
  choice({
    ...{ id: 'arm', head: 'Arm', width: 7, label: 'arm of the study', example: 'arm:pruned' },
    choices: Object.keys(armNames),
    names: armNames,
    of: ({ run }) => run.arm,
  }),
  text({
    id: 'study',
    head: 'Study',
    width: 9,
    label: 'study',
    of: ({ run }) => run.study?.name ?? '',
    example: 'study:depth',
  }),
  text({
    id: 'data',
    also: ['dataset'],
    head: 'Data',
    width: 7.5,
    label: 'data set',
    of: ({ run }) => run.dataset.name,
    example: 'data:mnist',
  }),
  text({
    id: 'network',
    also: ['net'],
    head: 'Network',
    width: 8,
    label: 'network before pruning',
    of: ({ origin }) => origin,
    example: 'network:"N16 D4"',
  }),
  number({
    id: 'N',
    also: ['types'],
    head: 'N',
    width: 2.75,
    label: 'capsule types',
    of: ({ run }) => run.network.types,
    value: whole,
    alike: true,
    example: 'N = 8,16',
  }),
  number({
    id: 'D',
    also: ['dim'],
    head: 'D',
    width: 2.5,
    label: 'dimensions',
    of: ({ run }) => run.network.dim,
    value: whole,
    alike: true,
    example: 'D = 4',
  }),
  number({
    id: 'L',
    also: ['depth'],
    head: 'L',
    width: 2.5,
    label: 'intermediate layers',
    of: ({ run }) => run.network.depth,
    value: whole,
    alike: true,
    example: 'L = 3..7',
  }),
  number({
    id: 'gain',
    also: ['g'],
    head: 'Gain',
    width: 3.5,
    label: 'gain of its weakest layer',
    of: ({ run }) => run.gain?.value ?? null,
    value: gainText,
    alike: true,
    example: 'gain < 1.5',
  }),
  number({
    ...{
      id: 'critical',
      also: ['border'],
      head: 'Gain ÷ critical',
      width: 6.5,
      label: 'gain divided by the critical gain',
      example: 'critical < 1',
    },
    of: ({ run }) => (run.gain ? run.gain.value / run.gain.critical : null),
    value: gainText,
    alike: true,
  }),
  choice({
    ...{ id: 'forecast', head: 'Forecast', width: 5.5, label: 'forecast before training', example: 'forecast:vanishes' },
    choices: verdicts,
    of: ({ run }) => run.gain?.verdict ?? null,
  }),
  choice({
    ...{ id: 'cut', also: ['criterion'], head: 'Cut by', width: 4.5, label: 'pruning criterion', example: 'cut:chip' },
    choices: PruningCriterion.options,
    of: ({ run }) => run.pruning?.criterion ?? null,
  }),
  text({
    ...{ id: 'ratios', head: 'Ratios', width: 4, label: 'pruning ratios: backbone, primary capsules', example: 'ratios:.5' },
    of: ({ run: { pruning } }) => (pruning ? `${backboneText(pruning)}, ${ratioText(pruning.capsules)}` : ''),
  }),
  number({
    id: 'backbone',
    head: 'Backbone',
    width: 5,
    label: 'pruning ratio of the backbone',
    of: ({ run: { pruning } }) => (pruning && pruning.blocks === null ? pruning.backbone : null),
    value: ratioText,
    alike: true,
    example: 'backbone = 0.5',
  }),
  number({
    id: 'capsules',
    head: 'Capsules',
    width: 5,
    label: 'pruning ratio of the primary capsules',
    of: ({ run }) => run.pruning?.capsules ?? null,
    value: ratioText,
    alike: true,
    example: 'capsules >= 0.5',
  }),
  number({
    id: 'seed',
    head: 'Seed',
    width: 3.75,
    label: 'seed',
    of: ({ run }) => run.seed,
    value: String,
    alike: true,
    example: 'seed = 1',
  }),
  number({
    ...{ id: 'epoch', head: 'Epoch', width: 6.25, label: 'epochs completed', example: 'epoch >= 10' },
    of: ({ run }) => run.epoch,
    print: ({ run }) => `${run.epoch} / ${run.lastEpoch}`,
    value: whole,
  }),
  number({
    ...{ id: 'acc', also: ['accuracy'], head: 'Accuracy', width: 8, label: 'test accuracy', example: 'acc > 0.8' },
    share: true,
    of: ({ run }) => run.accuracy,
    value: accuracy,
    spread: (value) => (100 * value).toFixed(2),
  }),
  number({
    ...{ id: 'best', head: 'Best epoch', width: 8.5, label: 'test accuracy of the best epoch', example: 'best > 90%' },
    share: true,
    of: ({ curve }) => curve?.best?.accuracy ?? null,
    print: ({ curve }) => (curve?.best ? `${accuracy(curve.best.accuracy)} (${curve.best.epoch})` : null),
    value: accuracy,
    spread: (value) => (100 * value).toFixed(2),
  }),
  number({
    id: 'loss',
    head: 'Loss',
    width: 5,
    label: 'test loss',
    of: ({ run }) => run.loss,
    value: (value) => real(value),
    example: 'loss < 0.1',
  }),
  number({
    ...{ id: 'inactive', head: 'Inactive', width: 8.25, label: 'share of inactive capsule types', example: 'inactive = 0..10%' },
    share: true,
    of: ({ run }) => (run.inactive && run.inactive.of > 0 ? run.inactive.total / run.inactive.of : null),
    print: ({ run }) => (run.inactive ? `${count(run.inactive.total)} / ${count(run.inactive.of)}` : null),
    value: (value) => percent(value, 0),
    spread: (value) => (100 * value).toFixed(0),
  }),
  number({
    ...{
      id: 'delta',
      also: ['Δ', 'difference'],
      head: 'Δ to twin',
      width: 9.25,
      label: 'test accuracy minus that of its twin',
      example: 'delta > 5%',
    },
    of: differenceToTwin,
    value: (value) => points(value),
    spread: (value) => span(value).replace(/\s*pp$/, ''),
  }),
  number({
    id: 'params',
    also: ['parameters'],
    head: 'Parameters',
    width: 6.5,
    label: 'parameters',
    of: ({ run }) => run.params,
    value: count,
    example: 'params < 1000000',
  }),
  // Drawn, and sorted by how much was gained.
  number({
    ...{ id: 'curve', head: 'By epoch', width: 5, label: 'accuracy gained since the first epoch', example: 'curve > 10%' },
    of: ({ curve }) => (curve && curve.accuracy.length > 1 ? curve.accuracy.at(-1)! - curve.accuracy[0]! : null),
    value: (value) => points(value),
    alike: true,
  }),
  measured('flops', { id: 'flops', head: 'FLOPs', width: 5, example: 'flops < 1e7' }),
  measured('weights', { id: 'weights', head: 'Weights', width: 5.5, example: 'weights < 1e6' }),
  measured('speed', { id: 'speed', head: 'Images/s', width: 5.25, example: 'speed > 100' }),
  measured('memory', { id: 'memory', head: 'Memory', width: 5.5, example: 'memory < 1e9' }),
  text({ id: 'engine', head: 'Engine', width: 5.5, label: 'engine', of: ({ run }) => run.engine ?? '', example: 'engine:wasm' }),
  text({ id: 'tag', also: ['tags'], head: 'Tags', width: 7, label: 'tags', of: ({ run }) => run.tags, example: 'tag:paper' }),
  text({ id: 'note', head: 'Note', width: 10, label: 'note', of: ({ run }) => run.note, example: 'note:again' }),
  {
    id: 'created',
    kind: 'date',
    head: 'Created',
    width: 6.5,
    label: 'date of creation',
    example: 'created >= 2026-01-31',
    of: ({ run }) => Date.parse(run.created),
    print: ({ run }) => day(run.created),
    ...noNumber,
  },
  choice({
    ...{ id: 'is', head: '', width: null, label: 'flags', example: 'is:favourite' },
    choices: marks,
    of: ({ run }) => marksOf(run),
  }),
];

function differenceToTwin({ run, twin }: RunRow): number | null {
  return run.accuracy === null || !twin || twin.run.accuracy === null ? null : run.accuracy - twin.run.accuracy;
}

const byId = new Map(runFields.map((field) => [field.id, field]));

export function fieldOf(id: string): RunField {
  const field = byId.get(id);
  if (!field) throw new Error(`runs have no field "${id}"`);
  return field;
}

export const isField = (id: string): boolean => byId.has(id);

/** Number by which a field is drawn or averaged; null where it has none. */
export function numberOf(field: RunField, row: RunRow): number | null {
  const value = field.of(row);
  return typeof value === 'number' ? value : null;
}

/** For a scatter and for means. */
export const numberFields = runFields.filter(({ kind }) => kind === 'number');

/** Known values of text fields, for completion; each once. */
export function valuesOf(rows: readonly RunRow[], id: string): string[] {
  const field = fieldOf(id);
  return [...new Set(rows.flatMap((row) => [field.of(row)].flat()).filter((value): value is string => typeof value === 'string' && value !== ''))]; // prettier-ignore
}

/** As a study compares them; the source is but a means. */
export const armOrder: readonly RunArm[] = ['unpruned', 'ccm', 'pruned', 'scratch', 'random', 'source', 'decoder'];
export const statusOrder = Object.keys(statusNames) as ShownStatus[];

/** What the runs of a study differ in, as somebody who reads it can sort them by: one entry per factor and nothing else. */
import type { NetworkSpec } from './spec/network.ts';
import { backboneRatio, criterionChoices, type PruningSpec } from './spec/pruning.ts';
import type { TrainingSpec } from './spec/training.ts';

export type FactorValue = number | string;

export interface Factored {
  /** What the network is called in its study. */
  name: string;
  /** Before any cut. */
  network: NetworkSpec;
  /** Null of a run that no cut has to do with. */
  pruning: PruningSpec | null;
  training: TrainingSpec;
  /** Name. */
  dataset: string;
}

export interface Factor {
  /** As it stands before a value: "L = 4". */
  symbol: string;
  label: string;
  /** Null of a run that has no such thing: an unpruned one has no ratio, and stands beside those of every ratio. */
  of: (run: Factored) => FactorValue | null;
}

const first = ({ intermediate }: NetworkSpec) => intermediate[0];

export const factors = {
  network: { symbol: 'Network', label: 'Network', of: ({ name }) => name },
  dataset: { symbol: 'Data', label: 'Data set', of: ({ dataset }) => dataset },
  types: { symbol: 'N', label: 'N, capsule types', of: ({ network }) => network.primary.types },
  dim: { symbol: 'D', label: 'D, dimensions', of: ({ network }) => network.primary.dim },
  ratio: { symbol: 'D/N', label: 'D/N, dimensions per type', of: ({ network: { primary } }) => rounded(primary.dim / primary.types) },
  depth: { symbol: 'L', label: 'L, capsule layers', of: ({ network }) => network.intermediate.length },
  kind: {
    symbol: 'Kind',
    label: 'Kind of capsule layers',
    of: ({ network }) => ({ conv: 'convolutional', full: 'fully connected' })[first(network)?.kind ?? 'conv'],
  },
  iterations: { symbol: 'Iterations', label: 'Routing iterations', of: ({ network }) => (first(network) ?? network.classes).iterations },
  squash: { symbol: 'Squash', label: 'Squash', of: ({ network }) => network.squash },
  initialisation: {
    symbol: 'Initial gain',
    label: 'Initial gain',
    of: ({ network: { initialisation } }) => (initialisation === 'paper' ? 'paper' : initialisation.gain),
  },
  bias: { symbol: 'Capsule bias', label: 'Capsule bias', of: ({ network }) => (network.bias ? 'learnt' : 'none') },
  residual: { symbol: 'Residual', label: 'Residual distance', of: ({ network }) => network.residual },
  criterion: { symbol: 'Criterion', label: 'Criterion of the cut', of: ({ pruning }) => pruning && criterionName(pruning) },
  backbone: { symbol: 'Backbone cut', label: 'Backbone channels cut', of: ({ pruning }) => pruning && backboneRatio(pruning) },
  capsules: { symbol: 'Capsules cut', label: 'Primary channels cut', of: ({ pruning }) => pruning && pruning.capsules },
  granularity: {
    symbol: 'Cut by',
    label: 'Granularity of the cut',
    of: ({ pruning }) => pruning && { channel: 'channels', type: 'whole types' }[pruning.granularity],
  },
  surgery: {
    symbol: 'Layers above',
    label: 'Capsule layers above the cut',
    of: ({ pruning }) => pruning && { reinitialise: 'afresh', inherit: 'inherited' }[pruning.capsuleLayers],
  },
} as const satisfies Record<string, Factor>;

export type FactorName = keyof typeof factors;
export const factorNames = Object.keys(factors) as FactorName[];

/** Chance is an arm of its own: as a criterion it would say the same again, and its runs would leave those that they control. */
const criterionName = ({ criterion }: PruningSpec) => (criterion === 'random' ? null : criterionChoices[criterion].label);

const rounded = (value: number) => Number(value.toPrecision(6));

export type FactorValues = Partial<Record<FactorName, FactorValue>>;

export function factorsOf(run: Factored): FactorValues {
  return Object.fromEntries(
    factorNames.flatMap((name) => {
      const value = (factors[name] as Factor).of(run);
      return value === null ? [] : [[name, value]];
    }),
  );
}

const fractions: [number, string][] = [
  [1 / 8, '⅛'],
  [1 / 4, '¼'],
  [3 / 8, '⅜'],
  [1 / 2, '½'],
  [3 / 4, '¾'],
  [1 / 3, '⅓'],
  [2 / 3, '⅔'],
];

/** A value as it is read: ratios as fractions, shares of a cut in percent. */
export function factorText(name: FactorName, value: FactorValue): string {
  if (typeof value === 'string') return value;
  if (name === 'ratio') return fractions.find(([share]) => Math.abs(share - value) < 1e-5)?.[1] ?? String(Number(value.toPrecision(3)));
  if (name === 'backbone' || name === 'capsules') return `${Number((100 * value).toPrecision(3))} %`;
  return String(value);
}

/** "cut of 50 % of the backbone's channels and 50 % of the primary capsules' by channel independence (CHIP)" */
export function cutInWords({ criterion, backbone, capsules, granularity, capsuleLayers, intermediate }: PruningSpec): string {
  const share = (ratio: number) => `${Number((100 * ratio).toPrecision(3))} %`;
  const parts = [
    ...(backbone > 0 ? [`${share(backbone)} of the channels of every backbone block`] : []),
    ...(capsules > 0 ? [`${share(capsules)} of the primary capsules’ ${granularity === 'type' ? 'types' : 'channels'}`] : []),
    ...(intermediate.ratio > 0 ? [`${share(intermediate.ratio)} of the types of every intermediate layer`] : []),
  ];
  const what = parts.length === 0 ? 'nothing' : parts.join(' and ');
  const above = capsuleLayers === 'inherit' ? 'keep their weights' : 'start afresh';
  const by = criterion === 'random' ? 'at random' : `by ${criterionChoices[criterion].label}`;
  return `cuts ${what}, ${by}; the capsule layers above ${above}`;
}

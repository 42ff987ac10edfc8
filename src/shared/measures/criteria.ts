/**
 * The ways to call a capsule type inactive: which activity each reads, and what it is compared with.
 * Counting, forms, charts and the documentation all go by this table.
 */
import type { LayerActivity } from '../results.ts';
import { InactivityCriterion } from '../spec/training.ts';

export interface Criterion {
  label: string;
  /** What is compared, in words: the unit of a chart. */
  unit: string;
  help: string;
  /** One value per capsule type. */
  of: (layer: LayerActivity) => number[];
}

export const criteria = {
  'mean-vector': {
    label: 'mean vector',
    unit: 'length of the mean vector',
    help: 'Length of the capsule’s mean vector over positions and test images: the paper’s measure. Vectors that point apart cancel.',
    of: (layer) => layer.meanVector,
  },
  'mean-length': {
    label: 'mean length',
    unit: 'mean length',
    help: 'Mean length of the capsule over positions and test images; nothing cancels.',
    of: (layer) => layer.meanLength,
  },
  'max-length': {
    label: 'largest length',
    unit: 'largest length',
    help: 'Longest the capsule ever gets on a test image. At most the threshold means that it is dead.',
    of: (layer) => layer.maxLength,
  },
  'activation-rate': {
    label: 'activation rate',
    unit: 'share of images',
    help: 'Share of test images on which the capsule is longer, somewhere in its map, than the threshold the run was measured with.',
    of: (layer) => layer.activationRate,
  },
} as const satisfies Record<InactivityCriterion, Criterion>;

/** To choose from. */
export const criterionOptions = InactivityCriterion.options.map((value) => ({ value, label: criteria[value].label }));

/** How capsules were told inactive, e.g. "length of the mean vector at most 0.01". */
export function ruleText({ criterion, threshold }: { criterion: InactivityCriterion; threshold: number }): string {
  return `${criteria[criterion].unit} at most ${threshold}`;
}

/**
 * The ways to call a capsule type inactive: which activity each reads, and what it is compared with.
 * Counting, settings, charts and the documentation all go by this table.
 */

export interface Criterion {
  label: string;
  /** What is compared, in words: the unit of a chart. */
  unit: string;
  help: string;
  /** The field of LayerActivity with one value per capsule type. */
  reads: 'meanVector' | 'meanLength' | 'maxLength' | 'activationRate';
  /** The field of MeasureSpec that it is compared with: a length, or a share of images. */
  limit: 'threshold' | 'rate';
}

export const criteria = {
  'mean-vector': {
    label: 'mean vector',
    unit: 'length of the mean vector',
    help: 'Length of the capsule’s mean vector over positions and test images: the paper’s measure. Vectors that point apart cancel.',
    reads: 'meanVector',
    limit: 'threshold',
  },
  'mean-length': {
    label: 'mean length',
    unit: 'mean length',
    help: 'Mean length of the capsule over positions and test images; nothing cancels.',
    reads: 'meanLength',
    limit: 'threshold',
  },
  'max-length': {
    label: 'largest length',
    unit: 'largest length',
    help: 'Longest the capsule ever gets on a test image. At most the threshold means that it is dead.',
    reads: 'maxLength',
    limit: 'threshold',
  },
  'activation-rate': {
    label: 'activation rate',
    unit: 'share of images',
    help: 'Share of test images on which the capsule is longer, somewhere in its map, than the threshold the run was measured with. It is compared with a share of its own.',
    reads: 'activationRate',
    limit: 'rate',
  },
} as const satisfies Record<string, Criterion>;

export type CriterionName = keyof typeof criteria;
export const criterionNames = Object.keys(criteria) as [CriterionName, ...CriterionName[]];

/** To choose from. */
export const criterionOptions = criterionNames.map((value) => ({ value, label: criteria[value].label }));

/** What is compared by the criterion of a run: its threshold, which is a length, or its share of images. */
export function limitOf({
  criterion,
  threshold,
  rate = null,
}: {
  criterion: CriterionName;
  threshold: number;
  rate?: number | null;
}): number {
  return criteria[criterion].limit === 'rate' ? (rate ?? threshold) : threshold;
}

/** How capsules were told inactive, e.g. "length of the mean vector at most 0.01". */
export function ruleText({ criterion, threshold }: { criterion: CriterionName; threshold: number }): string {
  return `${criteria[criterion].unit} at most ${threshold}`;
}

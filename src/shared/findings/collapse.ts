/** When a network is given up as collapsed: what ends a run early, and what offers to. */
import { countAsMeasured } from '../inactive.ts';
import type { Evaluation } from '../results.ts';
import type { MeasureSpec } from '../spec/training.ts';
import { hasCollapsed } from '../statistics/outcomes.ts';

/** Epochs in a row after which a collapsed network is taken to stay so. */
export const PATIENCE = 2;

/** Margin loss of class capsules that are all zero: (0.9 − 0)² for the true class, and nothing for the others. */
const ZEROS = 0.81;
/** Losses of living networks do not come this near by chance twice. */
const NEAR = 1e-4;

export function isStuck(margin: number): boolean {
  return Math.abs(margin - ZEROS) <= NEAR;
}

/** Whether only the test finds the class capsules zero: the running statistics of batch norm may not have settled yet. */
export const isUnsettled = (trained: number, tested: number): boolean => isStuck(tested) && !isStuck(trained);

/**
 * Whether an epoch leaves a network collapsed: some intermediate layer passes nothing on, and the class capsules are zero. In its
 * steps, too: soon after the start a test may find nothing only because the running statistics of batch norm have not settled.
 */
export function isCollapsed(trained: number, { margin, activity }: Pick<Evaluation, 'margin' | 'activity'>, measure: MeasureSpec): boolean {
  return isStuck(trained) && isStuck(margin) && hasCollapsed(countAsMeasured(activity, measure));
}

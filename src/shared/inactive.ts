/** Counting inactive capsules from stored activity, so that threshold and criterion can change after the run. */
import { criteria, limitOf } from './measures/criteria.ts';
import type { Portion } from './present/format.ts';
import type { InactiveSummary, LayerActivity, RunAnalysis } from './results.ts';
import type { InactivityCriterion, MeasureSpec } from './spec/training.ts';

/** The paper's test: the value rounded to 3 decimals is at most the threshold. What is inactive and what is dead are both told by it. */
export function isInactive(value: number, threshold: number): boolean {
  return Math.round(value * 1000) / 1000 <= threshold;
}

/** Only the capsules between the primary and the class capsules are counted. */
export function isCounted(layer: string): boolean {
  return layer.startsWith('capsules.');
}

/** Inactive capsule types of the intermediate layers, per layer and in total. */
export function countInactive(activity: readonly LayerActivity[], criterion: InactivityCriterion, threshold: number): InactiveSummary {
  const perLayer = activity
    .filter(({ layer }) => isCounted(layer))
    .map((layer) => {
      const activations = layer[criteria[criterion].reads];
      return {
        layer: layer.layer,
        inactive: activations.filter((a) => isInactive(a, threshold)).length,
        of: activations.length,
        activations,
      };
    });
  const sum = (pick: (l: (typeof perLayer)[number]) => number) => perLayer.reduce((total, layer) => total + pick(layer), 0);
  return { total: sum((l) => l.inactive), of: sum((l) => l.of), threshold, criterion, perLayer };
}

/** The same as a run's own settings say. */
export function countAsMeasured(activity: readonly LayerActivity[], measure: MeasureSpec): InactiveSummary {
  return countInactive(activity, measure.criterion, limitOf(measure));
}

/** Dead capsule types of the intermediate layers; null before the analysis that counts them. */
export function deadOf(analysis: RunAnalysis | null): Portion | null {
  if (!analysis) return null;
  const layers = analysis.dead.filter(({ layer }) => isCounted(layer));
  return layers.reduce((sum, { dead, of }) => ({ total: sum.total + dead, of: sum.of + of }), { total: 0, of: 0 });
}

/** Counting inactive capsules from stored activity, so that threshold and criterion can change after the run. */
import type { InactiveSummary, LayerActivity } from './results.ts';
import type { InactivityCriterion } from './spec/training.ts';

const values = {
  'mean-vector': (layer) => layer.meanVector,
  'mean-length': (layer) => layer.meanLength,
  'max-length': (layer) => layer.maxLength,
  'activation-rate': (layer) => layer.activationRate,
} as const satisfies Record<InactivityCriterion, (layer: LayerActivity) => number[]>;

/** The paper's test: the value rounded to 3 decimals is at most the threshold. */
export function isInactive(value: number, threshold: number): boolean {
  return Math.round(value * 1000) / 1000 <= threshold;
}

/**
 * Inactive capsule types of the intermediate layers (names starting with "capsules."), per layer and in total.
 * `activation-rate` compares the share of images on which the type was longer than the threshold of the run.
 */
export function countInactive(activity: LayerActivity[], criterion: InactivityCriterion, threshold: number): InactiveSummary {
  const perLayer = activity
    .filter(({ layer }) => layer.startsWith('capsules.'))
    .map((layer) => {
      const activations = values[criterion](layer);
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

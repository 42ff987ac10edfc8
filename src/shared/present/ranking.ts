/** Units of a layer in the order of their scores, and where the cut runs through it. */
import type { LayerCut } from '../results.ts';

/** Indices of a layer's units, highest score first; of equal scores the lower index. */
export function ranking(cut: LayerCut): number[] {
  return cut.scores.map((_, i) => i).sort((a, b) => cut.scores[b]! - cut.scores[a]! || a - b);
}

/** Rank below which everything was cut and above which nothing was, or null where the cut does not follow the single scores. */
export function cutRank(cut: LayerCut): number | null {
  const kept = new Set(cut.kept);
  return ranking(cut).every((unit, rank) => kept.has(unit) === rank < kept.size) ? kept.size : null;
}

/**
 * Whether activity reaches the last intermediate layer of a fresh network. The *border* is the gain with which the capsules of
 * that layer have a mean length of 0.01, all gains being changed by one factor. A network well above its border stays, one well
 * below vanishes, and within 10 % of it the question is open.
 */

/** Mean length at and below which a layer counts as vanished: the paper's threshold for a capsule type. */
export const VANISHED = 0.01;
/** Gains so near their border leave the question open, as a share. */
export const MARGIN = 0.1;

export const verdicts = ['stays', 'open', 'vanishes'] as const;
export type Verdict = (typeof verdicts)[number];

/** From lengths in the last intermediate layer, with gains smaller and greater by the margin; several of each: all have to agree. */
export function verdictOfLengths({ weaker, stronger }: { weaker: number[]; stronger: number[] }): Verdict {
  if (weaker.every((length) => length > VANISHED)) return 'stays';
  return stronger.every((length) => length <= VANISHED) ? 'vanishes' : 'open';
}

/** Without lengths: from gain over critical gain of the intermediate layers, by their geometric mean. Holds for many layers. */
export function verdictOfGains(ratios: number[]): Verdict {
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / Math.max(1, ratios.length));
  if (mean * (1 - MARGIN) > 1 || ratios.length === 0) return 'stays';
  return mean * (1 + MARGIN) < 1 ? 'vanishes' : 'open';
}

/** How lengths of capsules are shown. */
import { VANISHED } from '../forecast/verdict.ts';
import type { LayerLook, RoutingLook } from './look.ts';

/** The smallest length that single precision holds without losing digits. */
export const LEAST = 1.2e-38;

/** Where a length stands between nothing and the top of the scale. A vanished layer's is logarithmic, so that one sees where the signal dies. */
export interface LengthScale {
  log: boolean;
  /** In [0, 1]. */
  of: (length: number) => number;
}

export function lengthScale({ lengths }: Pick<LayerLook, 'lengths'>): LengthScale {
  const most = lengths.reduce((largest, length) => Math.max(largest, length), 0);
  if (most < VANISHED) return { log: true, of: (length) => (length > LEAST ? 1 - Math.log(length) / Math.log(LEAST) : 0) };
  // Behind a shortcut capsules may be longer than 1.
  const top = Math.max(1, most);
  return { log: false, of: (length) => length / top };
}

/** How decided the couplings of a layer are in an iteration, in [0, 1]; of one that has fewer, in its last. */
export const decidedBetween = ({ entropy, iterations }: RoutingLook, iteration: number): number =>
  Math.max(0, 1 - entropy[Math.min(iteration, iterations - 1)]!);

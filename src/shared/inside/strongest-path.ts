/** The strongest path through a network, as far as its couplings tell one. */
import type { Look, PathStep, RoutingLook } from './look.ts';
import { decidedBetween } from './scale.ts';

/** As decided as a child is whose couplings differ by 0.2 % from each other: less is next to nothing, as where nothing arrives. */
const ALIKE = 1e-6;

/** Whether routing has left all couplings as they were at first. With one iteration they are alike by construction, and lengths decide. */
const areAlike = (routing: RoutingLook): boolean =>
  routing.iterations > 1 && routing.to > 1 && decidedBetween(routing, routing.iterations - 1) < ALIKE;

/**
 * From the class down, to where all couplings are alike: from there on no child is stronger than another. Layers may have fewer
 * iterations than the one that has the most.
 */
export function strongestPath({ paths, routing }: Pick<Look, 'paths' | 'routing'>, iteration: number): PathStep[] {
  const path = paths[Math.min(iteration, paths.length - 1)] ?? [];
  const alike = path.findIndex(({ layer }, i) => i > 0 && areAlike(routing[layer]!));
  return alike < 0 ? path : path.slice(0, alike);
}

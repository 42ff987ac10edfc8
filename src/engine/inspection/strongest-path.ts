/**
 * Which capsules an answer rests on: from a class capsule down, in every layer the child with the largest coupling · length.
 * Parents share their children's windows, so that each step routes one position again instead of keeping all couplings.
 */
import type { PathStep } from '../../shared/inside/look.ts';
import type { PositionRouter } from './position-router.ts';

/** A layer that routes, and what it has routed from. */
export interface RoutedLayer {
  router: PositionRouter;
  /** Capsules below, (inHeight, inWidth, inTypes, inDim), and their lengths. */
  below: Float64Array;
  lengths: Float64Array;
}

type Child = Omit<PathStep, 'layer' | 'next'>;

/** One path per iteration, as many as the layer with most has. `layers` from the lowest to the classes. */
export function strongestPaths(layers: readonly RoutedLayer[], classes: Float64Array, winner: number): PathStep[][] {
  const iterations = Math.max(...layers.map(({ router }) => router.shape.iterations));
  return Array.from({ length: iterations }, (_, iteration) => pathOf(layers, classes, winner, iteration));
}

function pathOf(layers: readonly RoutedLayer[], classes: Float64Array, winner: number, iteration: number): PathStep[] {
  let step: PathStep = { layer: layers.length, type: winner, y: 0, x: 0, length: Math.fround(classes[winner]!), coupling: 1, next: null };
  const path = [step];
  for (const [l, layer] of [...layers.entries()].reverse()) {
    layer.router.route(layer.below, step.y, step.x);
    const [strongest, next] = twoStrongest(layer, step.type, Math.min(iteration, layer.router.shape.iterations - 1));
    step = { layer: l, ...strongest, next };
    path.push(step);
  }
  return path;
}

/** The strongest child of a parent at the position that has just been routed, and the strongest one of another type. */
function twoStrongest({ router, lengths }: RoutedLayer, parent: number, iteration: number): [Child, Child | null] {
  const { outTypes, inTypes, inWidth } = router.shape;
  const couplings = router.couplings[iteration]!;
  const ofType = new Map<number, { k: number; flow: number }>();
  for (const k of router.present.subarray(0, router.count)) {
    const flow = couplings[k * outTypes + parent]! * lengths[router.places[k]!]!;
    const best = ofType.get(k % inTypes);
    if (!best || flow > best.flow) ofType.set(k % inTypes, { k, flow });
  }
  const [first, second] = [...ofType.values()].sort((a, b) => b.flow - a.flow);
  const childOf = ({ k }: { k: number }): Child => {
    const cell = Math.floor(router.places[k]! / inTypes);
    return {
      type: k % inTypes,
      y: Math.floor(cell / inWidth),
      x: cell % inWidth,
      length: Math.fround(lengths[router.places[k]!]!),
      coupling: couplings[k * outTypes + parent]!,
    };
  };
  return [childOf(first!), second ? childOf(second) : null];
}

/** Where one looks in a network: a capsule type of a layer, at a position of its map. Classes are the last layer. */
import type { LayerLook, Look } from '../../../shared/inside/look.ts';
import { strongestPath } from '../../../shared/inside/strongest-path.ts';

export interface Position {
  y: number;
  x: number;
}

export interface Place extends Position {
  /** Index into the layers of a look. */
  layer: number;
  type: number;
}

/** What was chosen. Without `at` it is the position at which the strongest path comes by, else the one with the longest capsule. */
export interface Choice {
  layer: number;
  type: number;
  at: Position | null;
}

export const lengthAt = ({ lengths, width, types }: LayerLook, { y, x, type }: Pick<Place, 'y' | 'x' | 'type'>): number =>
  lengths[(y * width + x) * types + type]!;

export function poseAt({ vectors, width, types, dim }: LayerLook, { y, x, type }: Pick<Place, 'y' | 'x' | 'type'>): Float32Array {
  const start = ((y * width + x) * types + type) * dim;
  return vectors.subarray(start, start + dim);
}

export function longestPosition(layer: LayerLook, type: number): Position {
  let best = { y: 0, x: 0 };
  for (let y = 0; y < layer.height; y++)
    for (let x = 0; x < layer.width; x++) if (lengthAt(layer, { y, x, type }) > lengthAt(layer, { ...best, type })) best = { y, x };
  return best;
}

/** Of one type over its map. */
export function lengthsOf({ lengths, types }: LayerLook, type: number): { longest: number; mean: number } {
  let [longest, sum, count] = [0, 0, 0];
  for (let i = type; i < lengths.length; i += types, count++) {
    longest = Math.max(longest, lengths[i]!);
    sum += lengths[i]!;
  }
  return { longest, mean: sum / count };
}

export const longestIn = ({ lengths }: LayerLook): number => lengths.reduce((most, length) => Math.max(most, length), 0);
export const meanIn = ({ lengths }: LayerLook): number => lengths.reduce((sum, length) => sum + length, 0) / lengths.length;

/** Of a choice that may have been made on another network: a place that this one has. Null: the class that it reads. */
export function placeOf(look: Look, choice: Choice | null, iteration: number): Place {
  const last = look.layers.length - 1;
  if (!choice) return { layer: last, type: look.longest[0]!, y: 0, x: 0 };
  const layer = Math.min(choice.layer, last);
  const of = look.layers[layer]!;
  const type = Math.min(choice.type, of.types - 1);
  if (choice.at && choice.at.y < of.height && choice.at.x < of.width) return { layer, type, ...choice.at };
  const step = strongestPath(look, iteration).find((one) => one.layer === layer && one.type === type);
  return { layer, type, ...(step ? { y: step.y, x: step.x } : longestPosition(of, type)) };
}

const within = (value: number, count: number) => Math.max(0, Math.min(count - 1, value));

/** One step by an arrow key: left and right to another layer, up and down to another type; in a map to another position. */
export function moved(look: Look, place: Place, key: string, inMap: boolean): Choice | null {
  const step = ({ ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] } as Record<string, [number, number]>)[key];
  if (!step) return null;
  const here = look.layers[place.layer]!;
  if (inMap) {
    const at = { y: within(place.y + step[0], here.height), x: within(place.x + step[1], here.width) };
    return { layer: place.layer, type: place.type, at };
  }
  const layer = within(place.layer + step[1], look.layers.length);
  // Layers that differ in their number of types are as high as each other.
  const next = look.layers[layer]!;
  const type = layer === place.layer ? place.type : Math.round((place.type / Math.max(1, here.types - 1)) * (next.types - 1));
  return { layer, type: within(type + step[0], next.types), at: null };
}

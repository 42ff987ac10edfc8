/** Activity by depth and gain as the law for one routing iteration has it: the ground of a small phase diagram. */
import { criticalGainOfLaw, nextLength } from '../../../shared/forecast/law.ts';
import { fromAxis } from './phase.ts';

/** Of the primary capsules, about, before any training. */
const BEGINNING = 0.5;

/** Mean length in each layer from below, for a gain so many times the critical one. */
export function lengthsAt(ratio: number, layers: number): number[] {
  const lengths: number[] = [];
  for (let length = BEGINNING; lengths.length < layers; lengths.push(length))
    length = nextLength('squash', ratio * criticalGainOfLaw.squash, length);
  return lengths;
}

/** The same in so many columns along an axis of gain over critical gain. */
export const fieldOf = (axis: readonly [number, number], columns: number, layers: number): number[][] =>
  Array.from({ length: columns }, (_, i) => lengthsAt(fromAxis((i + 0.5) / columns, axis), layers));

import { expect, it } from 'vitest';
import { classAccuracy, confidence, confusionDifference, disagreement, lengthsOf } from './classes.ts';

const predictions = (lengths: number[][]) => ({
  labels: Uint16Array.from([0, 1, 1]),
  lengths: Float32Array.from(lengths.flat()),
});
const first = predictions([[0.9, 0.1], [0.8, 0.2], [0.1, 0.6]]); // prettier-ignore
const second = predictions([[0.2, 0.3], [0.1, 0.9], [0.2, 0.7]]); // prettier-ignore

it('tells accuracy per class, and nothing of a class without images', () =>
  expect(classAccuracy([[3, 1], [0, 0]])).toEqual([0.75, NaN])); // prettier-ignore

it('subtracts confusion matrices', () => expect(confusionDifference([[1, 2]], [[4, 1]])).toEqual([[3, -1]]));

it('finds images that only one of two networks gets right', () =>
  expect(disagreement(first, second)).toEqual({ onlyFirst: [0], onlySecond: [1], both: 1, neither: 0 }));

it('measures how sure a network is', () => {
  expect(confidence(first, 0)).toBeCloseTo(0.8);
  expect(confidence(first, 1)).toBeCloseTo(-0.6);
  expect(lengthsOf(second, 1).map((v) => v.toFixed(1))).toEqual(['0.1', '0.9']);
});

import { expect, it } from 'vitest';
import type { PathStep, RoutingLook } from './look.ts';
import { strongestPath } from './strongest-path.ts';

const step = (layer: number): PathStep => ({ layer, type: 0, y: 0, x: 0, length: 0.5, coupling: 0.2, next: null });
const paths = [[step(2), step(1), step(0)]];
/** @param last entropy in the last of three iterations */
const routing = (last: number, iterations = 3): RoutingLook => ({
  ...{ layer: '', iterations, from: 4, to: 5, coupling: new Float32Array(), flow: new Float32Array() },
  ...{ entropy: Float32Array.from([1, 1, last].slice(-iterations)), agreement: new Float32Array() },
});
const lengthOf = (...layers: RoutingLook[]) => strongestPath({ paths, routing: layers }, 7).length;

it('goes down as far as couplings differ', () => {
  expect(lengthOf(routing(0.9), routing(0.8))).toBe(3);
  expect(lengthOf(routing(1), routing(0.8))).toBe(2);
  expect(lengthOf(routing(0.9), routing(1))).toBe(1);
});

it('goes by lengths where there is one iteration, in which couplings are always alike', () => {
  expect(lengthOf(routing(1, 1), routing(1, 1))).toBe(3);
});

import { describe, expect, it } from 'vitest';
import { networkOf } from '../spec/network.ts';
import { forecast, lengthsByLaw } from './forecast.ts';
import { primaryLength, routedLayers } from './law.ts';
import { gainOverBorder } from './over-border.ts';

const input = { height: 28, width: 28, channels: 1, classes: 10 };

describe('gain over border', () => {
  it('is, by the law, the factor by which gains can shrink until the last layer is at the threshold', () => {
    for (const depth of [1, 2, 4, 8]) {
      const spec = networkOf({ types: 8, dim: 16, depth, iterations: 1 });
      const over = gainOverBorder(spec, input)!;
      const at = (factor: number) => lengthsByLaw(spec, routedLayers(spec, input), primaryLength(spec), factor)[depth - 1]!;
      expect(at(1 / over)).toBeCloseTo(0.01, 9);
    }
  });

  it('sinks with depth by the law, for activity has farther to go', () => {
    const ratios = [1, 2, 4, 8].map((depth) => gainOverBorder(networkOf({ types: 8, dim: 16, depth, iterations: 1 }), input)!);
    expect(ratios).toEqual(ratios.toSorted((a, b) => b - a));
  });

  it('agrees with the verdict of the forecast, whatever it is from', () => {
    for (const [types, dim] of [
      [32, 4],
      [16, 4],
      [16, 8],
      [8, 8],
      [8, 16],
    ] as const)
      for (const iterations of [1, 3]) {
        const spec = networkOf({ types, dim, depth: 6, iterations });
        const over = gainOverBorder(spec, input)!;
        const expected = over > 1 / 0.9 ? 'stays' : over <= 1 / 1.1 ? 'vanishes' : 'open';
        expect(forecast(spec, input).verdict, `N${types} D${dim}, ${iterations}`).toBe(expected);
      }
  });

  it('is unknown without intermediate layers, and with what keeps activity up', () => {
    expect(gainOverBorder(networkOf({ types: 8, dim: 8, depth: 0 }), input)).toBeNull();
    expect(gainOverBorder(networkOf({ types: 8, dim: 8, depth: 3, bias: true }), input)).toBeNull();
    expect(gainOverBorder(networkOf({ types: 8, dim: 8, depth: 4, residual: 2 }), input)).toBeNull();
  });
});

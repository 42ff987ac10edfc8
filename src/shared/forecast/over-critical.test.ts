import { describe, expect, it } from 'vitest';
import { networkOf } from '../spec/network.ts';
import { forecast, gainRatio } from './forecast.ts';
import { gainOverCritical } from './over-critical.ts';

const input = { height: 28, width: 28, channels: 1, classes: 10 };

describe('gain over critical gain', () => {
  it('is that of the weakest intermediate layer, by whatever number of routing iterations', () => {
    for (const iterations of [1, 3]) {
      const spec = networkOf({ types: 8, dim: 8, depth: 4, iterations });
      const ratios = forecast(spec, input).layers.slice(0, 4).map(gainRatio);
      expect(gainOverCritical(spec, input)).toBe(Math.min(...ratios));
    }
  });

  it('is the same at every depth, whatever the forecast says', () => {
    for (const iterations of [1, 3]) {
      const ratios = [1, 2, 4, 8].map((depth) => gainOverCritical(networkOf({ types: 8, dim: 4, depth, iterations }), input)!);
      expect(new Set(ratios.map((ratio) => ratio.toFixed(9))).size).toBe(1);
      expect(ratios[0]).toBeLessThan(1);
    }
    expect(forecast(networkOf({ types: 8, dim: 4, depth: 1, iterations: 1 }), input).verdict).toBe('stays');
  });

  it('is unknown without intermediate layers, and with what keeps activity up', () => {
    expect(gainOverCritical(networkOf({ types: 8, dim: 8, depth: 0 }), input)).toBeNull();
    expect(gainOverCritical(networkOf({ types: 8, dim: 8, depth: 3, bias: true }), input)).toBeNull();
    expect(gainOverCritical(networkOf({ types: 8, dim: 8, depth: 4, residual: 2 }), input)).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { countInactive, isInactive } from './inactive.ts';

const layer = (name: string, values: number[]) => ({
  layer: name,
  meanVector: values,
  meanLength: values.map((v) => v + 0.1),
  maxLength: values.map(() => 1),
  activationRate: values.map((v) => v * 2),
});

describe('isInactive', () => {
  it('rounds to three decimals before it compares', () => {
    expect(isInactive(0.0104, 0.01)).toBe(true);
    expect(isInactive(0.0106, 0.01)).toBe(false);
    expect(isInactive(0.01, 0.01)).toBe(true);
  });
});

describe('countInactive', () => {
  const activity = [layer('primary', [0, 0]), layer('capsules.0', [0, 0.5, 0.006]), layer('capsules.1', [0.2, 0.3, 0.4])];

  it('counts the intermediate layers only', () => {
    const summary = countInactive(activity, 'mean-vector', 0.01);
    expect([summary.total, summary.of]).toEqual([2, 6]);
    expect(summary.perLayer.map(({ layer: name, inactive }) => [name, inactive])).toEqual([
      ['capsules.0', 2],
      ['capsules.1', 0],
    ]);
  });

  it('looks at what the criterion names', () => {
    expect(countInactive(activity, 'mean-length', 0.01).total).toBe(0);
    expect(countInactive(activity, 'activation-rate', 0.01).total).toBe(1);
    expect(countInactive(activity, 'mean-length', 0.3).total).toBe(3);
  });
});

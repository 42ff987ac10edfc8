import { describe, expect, it } from 'vitest';
import { countAsMeasured, countInactive, deadOf, isInactive } from './inactive.ts';
import { criteria } from './measures/criteria.ts';
import { InactivityCriterion, MeasureSpec } from './spec/training.ts';

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

describe('countAsMeasured', () => {
  const activity = [layer('capsules.0', [0, 0.1, 0.2, 0.3])];
  const total = (settings: object) => countAsMeasured(activity, MeasureSpec.parse(settings)).total;

  it('takes the threshold for a share of images too, unless there is one for it', () => {
    expect(total({ criterion: 'activation-rate', threshold: 0.2 })).toBe(2);
    expect(total({ criterion: 'activation-rate', threshold: 0.2, rate: null })).toBe(2);
    expect(total({ criterion: 'activation-rate', threshold: 0.2, rate: 0.4 })).toBe(3);
    expect(total({ criterion: 'activation-rate', threshold: 0.2, rate: 0 })).toBe(1);
  });

  it('compares lengths with the threshold, whatever the share', () => {
    expect(total({ criterion: 'mean-vector', threshold: 0.2, rate: 0.9 })).toBe(3);
    expect(countAsMeasured(activity, MeasureSpec.parse({ rate: 0.9 })).threshold).toBe(0.01);
  });
});

it('has a criterion in the table for every one that a run may name', () => {
  expect(InactivityCriterion.options).toEqual(Object.keys(criteria));
});

it('adds up dead capsules of the intermediate layers', () => {
  const dead = ['primary', 'capsules.0', 'capsules.1'].map((name, i) => ({ layer: name, dead: i, of: 4 }));
  expect(deadOf({ coupling: [], correlation: [], cut: null, dead })).toEqual({ total: 3, of: 8 });
  expect(deadOf(null)).toBeNull();
});

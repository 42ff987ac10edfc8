import { describe, expect, it } from 'vitest';
import { networkOf, type NetworkFamily } from '../spec/network.ts';
import { forecast } from './forecast.ts';
import { nextLength, primaryLength } from './law.ts';
import type { Probe } from './probe.ts';
import { verdictOfGains, verdictOfLengths } from './verdict.ts';
import { forecastSentence } from './words.ts';

const input = { height: 28, width: 28, channels: 1, classes: 10 };
const of = (family: Partial<NetworkFamily>, probe?: Probe) => forecast(networkOf(family), input, probe);

describe('from a spec alone', () => {
  it('gives the paper’s layers a gain of 2.25 · D / N', () => {
    const { layers } = of({ types: 16, dim: 8, depth: 2 });
    expect(layers.map(({ layer, gain }) => [layer, gain])).toEqual([
      ['capsules.0', 1.125],
      ['capsules.1', 1.125],
      // 0.1² · (36 · 16) · 16 / 10²
      ['classes', expect.closeTo(0.9216, 9)],
    ]);
  });

  it('follows the law for one iteration, layer by layer, less at the border', () => {
    const spec = networkOf({ types: 8, dim: 16, depth: 2, iterations: 1 });
    const unpadded = { ...spec, intermediate: spec.intermediate.map((layer) => ({ ...layer, padding: 0 })) };
    const inner = forecast(unpadded, { ...input, height: 40, width: 40 }).layers;
    const first = nextLength('squash', 4.5, primaryLength(spec)!);
    expect(inner[0]!.closedForm).toBeCloseTo(first, 12);
    expect(inner[1]!.closedForm).toBeCloseTo(nextLength('squash', 4.5, first), 12);
    expect(inner[0]!.criticalGain).toBeCloseTo(4, 12);
    const padded = forecast(spec, input).layers;
    expect(padded[0]!.closedForm).toBeLessThan(first);
    expect(padded[0]!.gain).toBeCloseTo(4.5, 12);
    expect(padded[0]!.criticalGain).toBeGreaterThan(4);
  });

  it('finds by the law where activity vanishes', () => {
    expect(of({ types: 16, dim: 4, depth: 4, iterations: 1 })).toMatchObject({
      verdict: 'vanishes',
      vanishesAt: 'capsules.1',
      basis: 'law',
    });
    expect(of({ types: 8, dim: 32, depth: 6, iterations: 1 })).toMatchObject({ verdict: 'stays', vanishesAt: null, basis: 'law' });
  });

  it('has no law for more iterations, and goes by gain against critical gain', () => {
    const found = of({ types: 16, dim: 4, depth: 4 });
    expect(found.layers.every(({ closedForm, probe }) => closedForm === null && probe === null)).toBe(true);
    expect(found).toMatchObject({ verdict: 'vanishes', vanishesAt: null, basis: 'gains' });
    expect(of({ types: 16, dim: 16, depth: 2 })).toMatchObject({ verdict: 'stays', basis: 'gains' });
    expect(of({ depth: 0 }).verdict).toBe('stays');
  });

  it.each([{ residual: 2 }, { bias: true }])('has nothing to say of %j, which only images tell of', (remedy) => {
    const spec = { ...networkOf({ types: 16, dim: 4, depth: 4, iterations: 1 }), ...remedy };
    const found = forecast(spec, input);
    expect(found).toMatchObject({ verdict: 'open', vanishesAt: null, basis: 'nothing' });
    expect(found.layers.every(({ closedForm }) => closedForm === null)).toBe(true);
    expect(forecastSentence(found)).toContain('Measuring on images would tell');
  });

  it('says what cannot be built', () => {
    expect(() => forecast(networkOf(), { ...input, height: 2, width: 2 })).toThrow('primary: a 3×3 window');
  });
});

describe('with a probe', () => {
  const layer = (name: string, mean: number) => ({ layer: name, mean, sd: 0.001 });
  const probe = (weaker: number[], stronger: number[]): Probe => ({
    draws: weaker.length,
    images: 4,
    layers: [layer('primary', 0.3), layer('capsules.0', 0.1), layer('capsules.1', 0.005), layer('classes', 0.1)],
    last: { weaker, stronger },
  });

  it('takes the verdict from it, and the layer', () => {
    const gone = of({ depth: 2 }, probe([0, 0], [0.004, 0.01]));
    expect(gone).toMatchObject({ verdict: 'vanishes', vanishesAt: 'capsules.1', basis: 'probe' });
    expect(gone.layers[1]!.probe).toEqual({ mean: 0.005, sd: 0.001 });
    expect(gone.primary.probe).toEqual({ mean: 0.3, sd: 0.001 });
    expect(forecastSentence(gone)).toContain('vanished in Capsules 2 (mean length 0.005)');
    expect(of({ depth: 2 }, probe([0, 0.02], [0.1, 0.1]))).toMatchObject({ verdict: 'open', vanishesAt: null });
    expect(of({ depth: 2 }, probe([0.011, 0.02], [0.1, 0.1]))).toMatchObject({ verdict: 'stays', vanishesAt: null });
  });
});

describe('verdicts', () => {
  it('of lengths need all draws to agree', () => {
    expect(verdictOfLengths({ weaker: [0.5, 0.01], stronger: [0.6, 0.6] })).toBe('open');
    expect(verdictOfLengths({ weaker: [0, 0], stronger: [0, 0.011] })).toBe('open');
  });

  it('of gains leave 10 % on both sides open', () => {
    expect([1.12, 1.1, 0.95, 0.92, 0.9].map((ratio) => verdictOfGains([ratio]))).toEqual(['stays', 'open', 'open', 'open', 'vanishes']);
    expect(verdictOfGains([4, 0.25])).toBe('open');
  });
});

import { describe, expect, it } from 'vitest';
import { networkOf, type NetworkFamily } from '../spec/network.ts';
import { forecast, gainRatio } from './forecast.ts';
import type { Probe } from './probe.ts';
import { verdictSentence, weakestOf } from './sentence.ts';

const input = { height: 28, width: 28, channels: 1, classes: 10 };
const say = (family: Partial<NetworkFamily>, probe?: Probe) => {
  const spec = networkOf(family);
  return verdictSentence(spec, forecast(spec, input, probe));
};
const probe = (lengths: number[], weaker: number, stronger: number): Probe => ({
  ...{ draws: 1, images: 1, last: { weaker: [weaker], stronger: [stronger] } },
  layers: ['primary', ...lengths.map((_, l) => `capsules.${l}`), 'classes'].map((layer, l) => ({
    layer,
    mean: lengths[l - 1] ?? 0.5,
    sd: 0,
  })),
});

describe('a verdict in one sentence', () => {
  it('names the layer once that is known', () => {
    const family = { types: 16, dim: 4, depth: 4 };
    expect(say(family)).toMatch(
      /^Vanishes with depth: gain 0\.56 is below 0\.79, the critical gain on this map for 3 routing iterations\. Training can revive/,
    );
    expect(say(family, probe([0.2, 0.05, 0.004, 0], 0, 0))).toMatch(/^Vanishes in layer 3 of 4: gain 0\.56 is below 0\.79, /);
    expect(say({ ...family, iterations: 1 })).toMatch(
      /^Vanishes in layer \d of 4: gain 0\.56 is below 4\.59, the critical gain on this map for 1 routing iteration\. /,
    );
  });

  it('says why a network stays, and where the gain is no reason', () => {
    expect(say({ types: 8, dim: 8, depth: 3 })).toBe(
      'Stays active in all 3 layers: gain 2.25 is above 1.69, the critical gain on this map for 3 routing iterations.',
    );
    expect(say({ types: 16, dim: 4, depth: 1 }, probe([0.2], 0.15, 0.25))).toMatch(
      /^Its one layer stays active, although its gain 0\.56 is below /,
    );
  });

  it('gives no reason that speaks for the contrary, however near the border', () => {
    const near = { types: 16, dim: 8, depth: 2 };
    expect(say(near, probe([0.2, 0.2], 0.15, 0.25))).toMatch(/^Stays active in all 2 layers, although its gain 1\.13 is below 1\.17, /);
    expect(say(near, probe([0.005, 0], 0, 0))).toMatch(/^Vanishes in layer 1 of 2: gain 1\.13 is below 1\.17, /);
  });

  it('leaves open what is near the border, and has nothing to say without layers', () => {
    expect(say({ types: 16, dim: 8, depth: 7 })).toMatch(/^It is open whether layer 7 of 7 stays active: gain 1\.13 is below 1\.17, /);
    expect(say({ depth: 0 })).toBe('There are no intermediate layers in which activity could vanish.');
  });

  it('says that shortcuts and biases keep activity up, of which gains say nothing', () => {
    const family = { types: 16, dim: 4, depth: 4, bias: true };
    expect(say(family)).toBe('Open until measured on images: capsule biases keep activity up, which gains do not account for.');
    const seen = say({ ...family, residual: 2 }, probe([0.2, 0.2, 0.2, 0.2], 0.2, 0.2));
    expect(seen).toMatch(/^Stays active in all 4 layers, although .* iterations: shortcuts and capsule biases keep activity up\.$/);
  });

  it('goes by the layer that passes on least of what it needs', () => {
    const spec = networkOf({ types: 16, dim: 4, depth: 3 });
    spec.intermediate[1]!.types = 32;
    const found = forecast(spec, input);
    expect(weakestOf(found)!.layer).toBe('capsules.1');
    expect(gainRatio(weakestOf(found)!)).toBe(Math.min(...found.layers.slice(0, 3).map(gainRatio)));
  });
});

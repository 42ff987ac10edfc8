import { describe, expect, it } from 'vitest';
import { gainOf, sigmaForGain } from './gain.ts';
import { randomStream } from './random.ts';

const size = { kernelHeight: 3, kernelWidth: 3, inTypes: 16, outTypes: 16, outDim: 4 };

describe('gain', () => {
  it("is 2.25 · D / N for the paper's layers", () => {
    expect(gainOf(size, 0.5)).toBeCloseTo((2.25 * 4) / 16, 12);
    expect(gainOf({ ...size, inTypes: 8, outTypes: 8, outDim: 8 }, 0.5)).toBeCloseTo(2.25, 12);
  });

  it('is what the deviation for it gives', () => {
    const full = { kernelHeight: 6, kernelWidth: 4, inTypes: 5, outTypes: 10, outDim: 7 };
    for (const gain of [0.3, 1.6, 4]) expect(gainOf(full, sigmaForGain(full, gain))).toBeCloseTo(gain, 12);
  });

  it('is by how much a sum of random votes exceeds the capsules it is made of', () => {
    const [inDim, draws, gain] = [5, 400, 1.7];
    const [sigma, children] = [sigmaForGain(size, gain), 9 * size.inTypes];
    const random = randomStream(2, 'gain');
    let squares = 0;
    for (let draw = 0; draw < draws; draw++) {
      const s = new Float64Array(size.outDim);
      for (let k = 0; k < children; k++) {
        const u = Array.from({ length: inDim }, () => random.normal());
        const length = Math.hypot(...u); // capsules of length 1
        for (let d = 0; d < size.outDim; d++) for (const value of u) s[d]! += (sigma * random.normal() * value) / length / size.outTypes;
      }
      squares += s.reduce((sum, value) => sum + value ** 2, 0);
    }
    // The mean of 1600 squares of normal numbers has a relative error of √(2 / 1600).
    expect(Math.abs(squares / draws / gain - 1)).toBeLessThan(4.5 * Math.sqrt(2 / (draws * size.outDim)));
  });
});

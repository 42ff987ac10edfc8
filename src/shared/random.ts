/**
 * Seeded randomness. Every use has a stream of its own, derived from the run's seed and labels such as the epoch, so
 * that nothing depends on how many numbers somebody else has drawn and a run can be resumed from its counters alone.
 */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export interface RandomStream {
  /** Integer in [low, high], both included. */
  int: (low: number, high: number) => number;
  /** Float in [0, 1). */
  float: () => number;
  /** Standard normal (Box–Muller). */
  normal: () => number;
}

/** The stream of `seed` for this purpose. Different labels give unrelated streams. */
export function randomStream(seed: number, ...labels: (string | number)[]): RandomStream {
  const generator = xoroshiro128plus(hash([seed, ...labels].join('/')));
  const float = () => uniformFloat64(generator);
  let spare: number | null = null;
  return {
    int: (low, high) => uniformInt(generator, low, high),
    float,
    normal() {
      if (spare !== null) {
        const value = spare;
        spare = null;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - float()));
      const angle = 2 * Math.PI * float();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
}

/** 0 … count − 1 in random order (Fisher–Yates). */
export function permutation(count: number, random: RandomStream): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.int(0, i);
    const swapped = order[i]!;
    order[i] = order[j]!;
    order[j] = swapped;
  }
  return order;
}

/** FNV-1a with a final avalanche, so that neighbouring seeds and epochs do not give neighbouring states. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}

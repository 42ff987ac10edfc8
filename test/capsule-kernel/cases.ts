/** The inputs of test/goldens/capsule-layer.safetensors, made again from their seeds as its script makes them. */
import { readFileSync } from 'node:fs';
import type { LayerShape } from '../../src/engine/ops/capsule-kernel.ts';
import { decodeSafetensors } from '../../src/shared/safetensors.ts';

const SAMPLE_STRIDE = 7919;
const FILE = new URL('../goldens/capsule-layer.safetensors', import.meta.url);

export interface Golden {
  shape: LayerShape;
  u: Float32Array;
  w: Float32Array;
  dv: Float32Array;
  /** How far results are from PyTorch's in float64, as a share of the largest element. */
  errors(results: Record<'v' | 'du' | 'dw', ArrayLike<number>>): Record<'v' | 'du' | 'dw', number>;
}

/** Wellons' lowbias32 of (seed, index). */
function hashed(seed: number, index: number): number {
  let x = (Math.imul(index, 0x9e3779b1) + Math.imul(seed, 0x85ebca6b)) >>> 0;
  x ^= x >>> 16;
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

function uniform(seed: number, count: number, scale: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => ((hashed(seed, i) >>> 8) / 2 ** 24 - 0.5) * scale);
}

/** The error of a sample of elements, and that of all elements together by a sum with signs from the hash. */
function errorOf(values: ArrayLike<number>, summary: ArrayLike<number>, seed: number): number {
  const [largest, sum] = [summary[0]!, summary[1]!];
  let error = 0;
  for (let i = 2; i < summary.length; i++) {
    const difference = Math.abs(values[((i - 2) * SAMPLE_STRIDE) % values.length]! - summary[i]!);
    if (!(difference <= error)) error = difference; // NaN too
  }
  let signed = 0;
  for (let i = 0; i < values.length; i++) signed += hashed(seed, i) & 1 ? values[i]! : -values[i]!;
  // Independent errors add up as the root of their number.
  const ofSum = Math.abs(signed - sum) / Math.sqrt(values.length);
  return (ofSum <= error ? error : ofSum) / largest;
}

export function readGoldens(): Golden[] {
  const { tensors, metadata } = decodeSafetensors(readFileSync(FILE), 'capsule-layer.safetensors');
  const cases = JSON.parse(metadata['cases']!) as (LayerShape & { seed: number; scale: number })[];
  return cases.map(({ seed, scale, ...shape }, i) => {
    const { batch, inHeight, inWidth, inTypes, inDim, outHeight, outWidth, outTypes, outDim, kernelHeight, kernelWidth } = shape;
    const summary = (name: string) => tensors.get(`${i}.${name}`)!.data as Float32Array;
    return {
      shape,
      u: uniform(seed, batch * inHeight * inWidth * inTypes * inDim, 1),
      w: uniform(seed + 1, kernelHeight * kernelWidth * inTypes * outTypes * outDim * inDim, scale),
      dv: uniform(seed + 2, batch * outHeight * outWidth * outTypes * outDim, 2),
      errors: ({ v, du, dw }) => ({
        v: errorOf(v, summary('v'), seed + 3),
        du: errorOf(du, summary('du'), seed + 3),
        dw: errorOf(dw, summary('dw'), seed + 3),
      }),
    };
  });
}

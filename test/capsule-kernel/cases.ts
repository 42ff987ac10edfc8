/** The inputs of test/goldens/capsule-layer.safetensors and capsule-bias.safetensors, made again from their seeds as their script makes them. */
import { readFileSync } from 'node:fs';
import type { LayerShape } from '../../src/engine/ops/capsule-kernel.ts';
import { decodeSafetensors } from '../../src/shared/safetensors.ts';

const SAMPLE_STRIDE = 7919;

export interface Golden {
  shape: LayerShape;
  u: Float32Array;
  w: Float32Array;
  dv: Float32Array;
  bias: Float32Array | undefined;
  /** How far each result is from PyTorch's in float64, as a share of the largest element. */
  errors(results: Partial<Record<Result, ArrayLike<number>>>): Record<string, number>;
}

/** `dbias` only where there is a bias. */
export const RESULTS = ['v', 'du', 'dw', 'dbias'] as const;
export type Result = (typeof RESULTS)[number];

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

export function readGoldens(name: 'capsule-layer' | 'capsule-bias' = 'capsule-layer'): Golden[] {
  const file = new URL(`../goldens/${name}.safetensors`, import.meta.url);
  const { tensors, metadata } = decodeSafetensors(readFileSync(file), file.pathname);
  const cases = JSON.parse(metadata['cases']!) as (LayerShape & { seed: number; scale: number })[];
  return cases.map(({ seed, scale, ...shape }, i) => {
    const { batch, inHeight, inWidth, inTypes, inDim, outHeight, outWidth, outTypes, outDim, kernelHeight, kernelWidth } = shape;
    const biased = name === 'capsule-bias';
    const wanted = RESULTS.filter((result) => biased || result !== 'dbias');
    return {
      shape,
      u: uniform(seed, batch * inHeight * inWidth * inTypes * inDim, 1),
      w: uniform(seed + 1, kernelHeight * kernelWidth * inTypes * outTypes * outDim * inDim, scale),
      dv: uniform(seed + 2, batch * outHeight * outWidth * outTypes * outDim, 2),
      bias: biased ? uniform(seed + 4, outTypes * outDim, 1) : undefined,
      errors: (results) =>
        Object.fromEntries(
          wanted.map((result) => {
            const summary = tensors.get(`${i}.${result}`)!.data as Float32Array;
            return [result, errorOf(results[result] ?? [], summary, seed + 3)];
          }),
        ),
    };
  });
}

/**
 * Arithmetic on eight lanes, always as two vectors `lo` and `hi` that lie 16 bytes apart in memory. V8 joins such twins
 * into one 256-bit instruction where it may, so every operation below stands next to its twin. Of two stores the upper one
 * comes first, because V8 would else store the lower one twice; addresses come from locals, because it takes a global that
 * is read twice for two addresses.
 */
import { LANE_BYTES } from '../jobs/numbers';

/** Bytes of eight float32 lanes. */
export const LANES: usize = LANE_BYTES;

/** a · b + c, in one rounding where the engine offers it. */
@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

export const LOG2E: f32 = 1.4426950408889634;

/** The eight constants of exp2 as floats, EXP2_BYTES. V8 builds vector constants anew at every use, but keeps in registers what was loaded. */
export function storeExp2Constants(at: usize): void {
  (store<f32>(at, -64, 0), store<f32>(at, 12582912, 4)); // 1.5 · 2^23: adding it rounds to an integer
  (store<f32>(at, 0.0013276472454890609, 8), store<f32>(at, 0.009675541892647743, 12));
  (store<f32>(at, 0.05550713092088699, 16), store<f32>(at, 0.24022120237350464, 20));
  (store<f32>(at, 0.6931469440460205, 24), store<f32>(at, 1.0000001192092896, 28));
}

/** 2^x for x ≤ 0; below 2^-64 the result stays there, so that products with it do not become too small. Relative error below 2e-7. NaN gives NaN. */
@inline
export function exp2(x: v128, limit: v128, magic: v128, c5: v128, c4: v128, c3: v128, c2: v128, c1: v128, c0: v128): v128 {
  const clamped = f32x4.pmax(x, limit);
  const shifted = f32x4.add(clamped, magic);
  const f = f32x4.sub(clamped, f32x4.sub(shifted, magic)); // in [-0.5, 0.5]
  const r = fma(fma(fma(fma(fma(c5, f, c4), f, c3), f, c2), f, c1), f, c0);
  return i32x4.add(r, i32x4.shl(shifted, 23));
}

/** Sums of the lanes of a, b, c and d. */
@inline
export function sumLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

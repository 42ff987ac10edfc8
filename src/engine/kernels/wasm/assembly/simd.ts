/**
 * Arithmetic on eight lanes, always as two vectors `lo` and `hi` that lie 16 bytes apart in memory. V8 joins such twins
 * into one 256-bit instruction where it may, so every operation below stands next to its twin.
 */

/** Bytes of eight float32 lanes. */
export const LANES: usize = 32;

/** a · b + c, in one rounding where the engine offers it. */
@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

export const LOG2E: f32 = 1.4426950408889634;

/** 2^x for x ≤ 0; below 2^-126 the result stays there. Relative error below 2e-7. NaN gives NaN. */
@inline
export function exp2(x: v128): v128 {
  const magic = f32x4.splat(12582912); // 1.5 · 2^23: adding it rounds to an integer
  const clamped = f32x4.pmax(x, f32x4.splat(-126));
  const shifted = f32x4.add(clamped, magic);
  const f = f32x4.sub(clamped, f32x4.sub(shifted, magic)); // in [-0.5, 0.5]
  let r = fma(f32x4.splat(0.0013276472454890609), f, f32x4.splat(0.009675541892647743));
  r = fma(r, f, f32x4.splat(0.05550713092088699));
  r = fma(r, f, f32x4.splat(0.24022120237350464));
  r = fma(r, f, f32x4.splat(0.6931469440460205));
  r = fma(r, f, f32x4.splat(1.0000001192092896));
  return i32x4.add(r, i32x4.shl(shifted, 23));
}

/** Sums of the lanes of a, b, c and d. */
@inline
export function sumLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

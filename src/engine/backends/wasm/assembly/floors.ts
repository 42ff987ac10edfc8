/**
 * Where zeros are put in the place of numbers that matter to nobody. A network of which all capsules are inactive computes in
 * ever smaller numbers, and below 2^-126 processors take a hundred times as long for each; WebAssembly cannot make them
 * round to zero by themselves. So what a loop multiplies is kept far enough from there that products stay above it, or is
 * zero. All floors are powers of two far below what float32 resolves beside the values of a network that lives.
 */

/** Of capsules, of s, of parameters and of their gradients, all of which are squared somewhere. */
export const FLOOR: f32 = 8.673617379884035e-19; // 2^-60
/** Of gradients by activations where they leave a kernel. */
export const GRADIENT_FLOOR: f32 = 8.271806125530277e-25; // 2^-80
/** Gradients by capsules and votes are computed times this, which changes no bit of the result: products of three factors stay above the floor. */
export const GRADIENT_SCALE: f32 = 1099511627776; // 2^40
export const SCALED_FLOOR: f32 = 9.094947017729282e-13; // 2^-40, GRADIENT_FLOOR · GRADIENT_SCALE
/** Of the vectors that votes are compared with: less adds nothing to a logit. */
export const DIRECTION_FLOOR: f32 = 1.4551915228366852e-11; // 2^-36
/** Of the factor by which squash scales s; what it scales is then below FLOOR. */
export const FACTOR_FLOOR: f32 = 5.421010862427522e-20; // 2^-64

/** x, with zeros for what is nearer to zero than `floor`. NaN stays. */
@inline
export function flush(x: v128, floor: v128): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), floor));
}

@inline
export function flushOne(x: f32, floor: f32): f32 {
  return abs(x) < floor ? 0 : x;
}

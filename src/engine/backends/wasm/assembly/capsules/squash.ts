/**
 * The two squash functions on tiles ([unit][lane]) and their gradients, in the form v = g(|s|²) · s; see ../../../squash.ts.
 */
import { FACTOR_FLOOR, FLOOR, flush, GRADIENT_SCALE, SCALED_FLOOR } from '../floors';
import { exp2, fma, LANES, LOG2E } from '../simd';
import { batch, dv, exponents, outDim, output, outTypes, sensitive, sum, u, v } from './layer';
import { shareStart, thread } from '../threads';

const EPSILON: f32 = 1e-6;
/** Up to this length 1 − e^−x is taken from its series, because the difference would lose digits. */
const SERIES_LIMIT: f32 = 0.25;

/** 1 − e^−x for x ≥ 0. */
@inline
function oneMinusExp(x: v128): v128 {
  let series = fma(x, f32x4.splat(-1 / 720.0), f32x4.splat(1 / 120.0));
  series = fma(series, x, f32x4.splat(-1 / 24.0));
  series = fma(series, x, f32x4.splat(1 / 6.0));
  series = fma(series, x, f32x4.splat(-0.5));
  series = fma(series, x, f32x4.splat(1));
  const at = exponents,
    limit = v128.load32_splat(at),
    magic = v128.load32_splat(at, 4);
  const c5 = v128.load32_splat(at, 8),
    c4 = v128.load32_splat(at, 12),
    c3 = v128.load32_splat(at, 16);
  const c2 = v128.load32_splat(at, 20),
    c1 = v128.load32_splat(at, 24),
    c0 = v128.load32_splat(at, 28);
  const direct = f32x4.sub(f32x4.splat(1), exp2(f32x4.mul(x, f32x4.splat(-LOG2E)), limit, magic, c5, c4, c3, c2, c1, c0));
  return v128.bitselect(f32x4.mul(series, x), direct, f32x4.lt(x, f32x4.splat(SERIES_LIMIT)));
}

/** g for |s|² = q. */
@inline
function factor(q: v128): v128 {
  const length = f32x4.sqrt(f32x4.add(q, f32x4.splat(EPSILON)));
  if (sensitive) return f32x4.div(oneMinusExp(f32x4.sqrt(q)), length);
  return f32x4.div(q, f32x4.mul(f32x4.add(q, f32x4.splat(1)), length));
}

/** 2 g′ for |s|² = q. */
@inline
function twiceSlope(q: v128, g: v128): v128 {
  const shifted = f32x4.add(q, f32x4.splat(EPSILON));
  const length = f32x4.sqrt(shifted);
  if (sensitive) {
    const norm = f32x4.sqrt(f32x4.pmax(q, f32x4.splat(1e-24))); // where s is 0 the term is multiplied by s
    const decay = f32x4.sub(f32x4.splat(1), oneMinusExp(norm));
    return f32x4.sub(f32x4.div(decay, f32x4.mul(norm, length)), f32x4.div(g, shifted));
  }
  const onePlus = f32x4.add(q, f32x4.splat(1));
  const first = f32x4.div(f32x4.splat(2), f32x4.mul(f32x4.mul(onePlus, onePlus), length));
  return f32x4.sub(first, f32x4.div(g, shifted));
}

/** target = squash(s), of an s with no value below FLOOR. */
export function squash(s: usize, target: usize): void {
  const bytes = <usize>outDim * LANES;
  for (let n = 0; n < outTypes; n++, s += bytes, target += bytes) {
    let q = f32x4.splat(0),
      r = f32x4.splat(0);
    for (let d: usize = 0; d < bytes; d += LANES) {
      const x = v128.load(s + d),
        y = v128.load(s + d, 16);
      ((q = fma(x, x, q)), (r = fma(y, y, r)));
    }
    const g = flush(factor(q), f32x4.splat(FACTOR_FLOOR)),
      h = flush(factor(r), f32x4.splat(FACTOR_FLOOR));
    for (let d: usize = 0; d < bytes; d += LANES) {
      const x = flush(f32x4.mul(g, v128.load(s + d)), f32x4.splat(FLOOR)),
        y = flush(f32x4.mul(h, v128.load(s + d, 16)), f32x4.splat(FLOOR));
      (v128.store(target + d, y, 16), v128.store(target + d, x));
    }
  }
}

/** target = gradient by s, given the gradient dv by squash(s), both times GRADIENT_SCALE. s as for squash. target may be dv. */
export function squashBackward(s: usize, dv: usize, target: usize): void {
  const bytes = <usize>outDim * LANES;
  for (let n = 0; n < outTypes; n++, s += bytes, dv += bytes, target += bytes) {
    let q = f32x4.splat(0),
      r = f32x4.splat(0),
      along = f32x4.splat(0),
      beside = f32x4.splat(0);
    for (let d: usize = 0; d < bytes; d += LANES) {
      const x = v128.load(s + d),
        y = v128.load(s + d, 16);
      ((q = fma(x, x, q)), (r = fma(y, y, r)));
      const a = flush(v128.load(dv + d), f32x4.splat(SCALED_FLOOR)),
        b = flush(v128.load(dv + d, 16), f32x4.splat(SCALED_FLOOR));
      ((along = fma(x, a, along)), (beside = fma(y, b, beside)));
    }
    let g = factor(q),
      h = factor(r);
    ((along = f32x4.mul(twiceSlope(q, g), along)), (beside = f32x4.mul(twiceSlope(r, h), beside)));
    ((along = flush(along, f32x4.splat(FLOOR))), (beside = flush(beside, f32x4.splat(FLOOR))));
    ((g = flush(g, f32x4.splat(FACTOR_FLOOR))), (h = flush(h, f32x4.splat(FACTOR_FLOOR))));
    for (let d: usize = 0; d < bytes; d += LANES) {
      const a = flush(v128.load(dv + d), f32x4.splat(SCALED_FLOOR)),
        b = flush(v128.load(dv + d, 16), f32x4.splat(SCALED_FLOOR));
      const x = flush(fma(g, a, f32x4.mul(along, v128.load(s + d))), f32x4.splat(SCALED_FLOOR));
      const y = flush(fma(h, b, f32x4.mul(beside, v128.load(s + d, 16))), f32x4.splat(SCALED_FLOOR));
      (v128.store(target + d, y, 16), v128.store(target + d, x));
    }
  }
}

/** Capsules `from` to `from` + 7 of a tensor to [dim][lane] at `target`, times a power of two; zeros after the last. */
function gatherEight(tensor: usize, from: i32, by: f32, target: usize): void {
  for (let lane = 0; lane < 8; lane++) {
    let source = tensor + ((<usize>((from + lane) * outDim)) << 2);
    for (let d: usize = 0; d < <usize>outDim; d++, source += 4)
      store<f32>(target + d * LANES + ((<usize>lane) << 2), from + lane < batch ? load<f32>(source) * by : 0);
  }
}

function scatterEight(source: usize, from: i32, by: f32, tensor: usize): void {
  for (let lane = 0; lane < min(8, batch - from); lane++) {
    let target = tensor + ((<usize>((from + lane) * outDim)) << 2);
    for (let d: usize = 0; d < <usize>outDim; d++, target += 4)
      store<f32>(target, load<f32>(source + d * LANES + ((<usize>lane) << 2)) * by);
  }
}

/** The job of its own; see readSquash. */
export function squashAll(): void {
  const groups = (batch + 7) >> 3,
    bytes = <usize>outDim * LANES;
  for (let group = shareStart(groups, thread); group < shareStart(groups, thread + 1); group++) {
    gatherEight(u, group << 3, 1, sum);
    for (let d: usize = 0; d < bytes; d += 16) v128.store(sum + d, flush(v128.load(sum + d), f32x4.splat(FLOOR)));
    if (dv) {
      gatherEight(dv, group << 3, GRADIENT_SCALE, output);
      squashBackward(sum, output, output);
      scatterEight(output, group << 3, <f32>1 / GRADIENT_SCALE, v);
    } else {
      squash(sum, output);
      scatterEight(output, group << 3, 1, v);
    }
  }
}

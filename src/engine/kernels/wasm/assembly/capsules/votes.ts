/** Votes û[k, n] = W[k, n] · u[k] of the children of a tile, each vote vector [unit][lane]. */
import { fma, LANES } from '../simd';
import { child, childBytes, inTypes, matrixBytes, unitBytes, units, votes, w, windows } from './layer';
import { gatherChild, TABLE_ROW } from './tile';

/** Votes of one child x ([dim][lane]) by its matrices; added to `total` as well. */
function childVotes(x: usize, matrix: usize, target: usize, total: usize): void {
  const bytes = childBytes, unrolled = bytes & ~15, fours = target + <usize>(units & ~3) * LANES, end = target + <usize>units * LANES;
  while (target < fours) {
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
    let w0 = matrix, w1 = w0 + bytes, w2 = w1 + bytes, w3 = w2 + bytes, p = x;
    for (const stop = matrix + unrolled; w0 < stop; ) {
      let lo = v128.load(p), hi = v128.load(p, 16), m = v128.load32_splat(w0);
      a0 = fma(m, lo, a0), b0 = fma(m, hi, b0), m = v128.load32_splat(w1);
      a1 = fma(m, lo, a1), b1 = fma(m, hi, b1), m = v128.load32_splat(w2);
      a2 = fma(m, lo, a2), b2 = fma(m, hi, b2), m = v128.load32_splat(w3);
      a3 = fma(m, lo, a3), b3 = fma(m, hi, b3);
      (lo = v128.load(p, 32)), (hi = v128.load(p, 48)), (m = v128.load32_splat(w0, 4));
      a0 = fma(m, lo, a0), b0 = fma(m, hi, b0), m = v128.load32_splat(w1, 4);
      a1 = fma(m, lo, a1), b1 = fma(m, hi, b1), m = v128.load32_splat(w2, 4);
      a2 = fma(m, lo, a2), b2 = fma(m, hi, b2), m = v128.load32_splat(w3, 4);
      a3 = fma(m, lo, a3), b3 = fma(m, hi, b3);
      (lo = v128.load(p, 64)), (hi = v128.load(p, 80)), (m = v128.load32_splat(w0, 8));
      a0 = fma(m, lo, a0), b0 = fma(m, hi, b0), m = v128.load32_splat(w1, 8);
      a1 = fma(m, lo, a1), b1 = fma(m, hi, b1), m = v128.load32_splat(w2, 8);
      a2 = fma(m, lo, a2), b2 = fma(m, hi, b2), m = v128.load32_splat(w3, 8);
      a3 = fma(m, lo, a3), b3 = fma(m, hi, b3);
      (lo = v128.load(p, 96)), (hi = v128.load(p, 112)), (m = v128.load32_splat(w0, 12));
      a0 = fma(m, lo, a0), b0 = fma(m, hi, b0), m = v128.load32_splat(w1, 12);
      a1 = fma(m, lo, a1), b1 = fma(m, hi, b1), m = v128.load32_splat(w2, 12);
      a2 = fma(m, lo, a2), b2 = fma(m, hi, b2), m = v128.load32_splat(w3, 12);
      a3 = fma(m, lo, a3), b3 = fma(m, hi, b3);
      p += 4 * LANES, w0 += 16, w1 += 16, w2 += 16, w3 += 16;
    }
    for (const stop = matrix + bytes; w0 < stop; p += LANES, w0 += 4, w1 += 4, w2 += 4, w3 += 4) {
      const lo = v128.load(p), hi = v128.load(p, 16);
      let m = v128.load32_splat(w0);
      a0 = fma(m, lo, a0), b0 = fma(m, hi, b0), m = v128.load32_splat(w1);
      a1 = fma(m, lo, a1), b1 = fma(m, hi, b1), m = v128.load32_splat(w2);
      a2 = fma(m, lo, a2), b2 = fma(m, hi, b2), m = v128.load32_splat(w3);
      a3 = fma(m, lo, a3), b3 = fma(m, hi, b3);
    }
    v128.store(target, a0), v128.store(target, b0, 16), v128.store(target, a1, 32), v128.store(target, b1, 48);
    v128.store(target, a2, 64), v128.store(target, b2, 80), v128.store(target, a3, 96), v128.store(target, b3, 112);
    if (total) {
      v128.store(total, f32x4.add(v128.load(total), a0)), v128.store(total, f32x4.add(v128.load(total, 16), b0), 16);
      v128.store(total, f32x4.add(v128.load(total, 32), a1), 32), v128.store(total, f32x4.add(v128.load(total, 48), b1), 48);
      v128.store(total, f32x4.add(v128.load(total, 64), a2), 64), v128.store(total, f32x4.add(v128.load(total, 80), b2), 80);
      v128.store(total, f32x4.add(v128.load(total, 96), a3), 96), v128.store(total, f32x4.add(v128.load(total, 112), b3), 112);
      total += 4 * LANES;
    }
    target += 4 * LANES, matrix += bytes << 2;
  }
  for (; target < end; target += LANES, matrix += bytes) {
    let a = f32x4.splat(0), b = a, p = x;
    for (let m = matrix; m < matrix + bytes; m += 4, p += LANES) {
      const weight = v128.load32_splat(m);
      a = fma(weight, v128.load(p), a), b = fma(weight, v128.load(p, 16), b);
    }
    v128.store(target, a), v128.store(target, b, 16);
    if (total) {
      v128.store(total, f32x4.add(v128.load(total), a)), v128.store(total, f32x4.add(v128.load(total, 16), b), 16);
      total += LANES;
    }
  }
}

/**
 * Votes of the children first…last-1 of a tile, counted over its windows in the map. Added up in `total` unless that is 0.
 * The votes that fill up the last group of four children are zero.
 */
export function tileVotes(table: usize, first: i32, last: i32, total: usize): void {
  let target = votes;
  if (total) memory.fill(total, 0, unitBytes);
  for (let window = 0; window < windows; window++, table += TABLE_ROW) {
    const rank = load<i32>(table);
    if (rank < 0) continue;
    const from = max(0, first - rank * inTypes), to = min(inTypes, last - rank * inTypes);
    for (let type = from; type < to; type++) {
      gatherChild(table, type, child);
      childVotes(child, w + <usize>(window * inTypes + type) * matrixBytes, target, total);
      target += unitBytes;
    }
  }
  const missing = <usize>(-(last - first) & 3);
  if (missing) memory.fill(target, 0, missing * unitBytes);
}

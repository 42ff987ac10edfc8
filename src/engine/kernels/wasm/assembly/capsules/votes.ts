/** Votes û[k, n] = W[k, n] · u[k] of the children of a tile, each vote vector [unit][lane]. */
import { fma, LANES } from '../simd';
import { child, childBytes, inTypes, matrixBytes, unitBytes, units, votes, w, windows, zeros } from './layer';
import { gatherChild, TABLE_ROW } from './tile';

/** target += source, eight lanes. */
@inline
function addPair(target: usize, source: usize): void {
  const lo = f32x4.add(v128.load(target), v128.load(source)), hi = f32x4.add(v128.load(target, 16), v128.load(source, 16));
  v128.store(target, lo), v128.store(target, hi, 16);
}

/** Votes of one child x ([dim][lane]) by its matrices; added to `total` as well. */
function childVotes(x: usize, matrix: usize, target: usize, total: usize): void {
  const bytes = childBytes, eights = target + <usize>(units & ~7) * LANES, end = target + <usize>units * LANES;
  const z = v128.load(zeros), y = v128.load(zeros, 16);
  while (target < eights) {
    let a0 = z, a1 = z, a2 = z, a3 = z, a4 = z, a5 = z, a6 = z, a7 = z;
    let b0 = y, b1 = y, b2 = y, b3 = y, b4 = y, b5 = y, b6 = y, b7 = y;
    let w0 = matrix, w1 = w0 + bytes, w2 = w1 + bytes, w3 = w2 + bytes, w4 = w3 + bytes, w5 = w4 + bytes, w6 = w5 + bytes, w7 = w6 + bytes, p = x;
    for (const stop = w0 + bytes; w0 < stop; p += LANES) {
      const lo = v128.load(p), hi = v128.load(p, 16);
      let m = v128.load32_splat(w0);
      a0 = fma(m, lo, a0), b0 = fma(m, hi, b0), m = v128.load32_splat(w1);
      a1 = fma(m, lo, a1), b1 = fma(m, hi, b1), m = v128.load32_splat(w2);
      a2 = fma(m, lo, a2), b2 = fma(m, hi, b2), m = v128.load32_splat(w3);
      a3 = fma(m, lo, a3), b3 = fma(m, hi, b3), m = v128.load32_splat(w4);
      a4 = fma(m, lo, a4), b4 = fma(m, hi, b4), m = v128.load32_splat(w5);
      a5 = fma(m, lo, a5), b5 = fma(m, hi, b5), m = v128.load32_splat(w6);
      a6 = fma(m, lo, a6), b6 = fma(m, hi, b6), m = v128.load32_splat(w7);
      a7 = fma(m, lo, a7), b7 = fma(m, hi, b7);
      (w0 += 4), (w1 += 4), (w2 += 4), (w3 += 4), (w4 += 4), (w5 += 4), (w6 += 4), (w7 += 4);
    }
    v128.store(target, a0, 0), v128.store(target, b0, 16);
    v128.store(target, a1, 32), v128.store(target, b1, 48);
    v128.store(target, a2, 64), v128.store(target, b2, 80);
    v128.store(target, a3, 96), v128.store(target, b3, 112);
    v128.store(target, a4, 128), v128.store(target, b4, 144);
    v128.store(target, a5, 160), v128.store(target, b5, 176);
    v128.store(target, a6, 192), v128.store(target, b6, 208);
    v128.store(target, a7, 224), v128.store(target, b7, 240);
    if (total) {
      for (let i: usize = 0; i < 8 * LANES; i += LANES) addPair(total + i, target + i);
      total += 8 * LANES;
    }
    target += 8 * LANES, matrix += bytes << 3;
  }
  for (; target < end; target += LANES, matrix += bytes) {
    let a = z, b = y, p = x;
    for (let m = matrix; m < matrix + bytes; m += 4, p += LANES) {
      const weight = v128.load32_splat(m);
      a = fma(weight, v128.load(p), a), b = fma(weight, v128.load(p, 16), b);
    }
    v128.store(target, a), v128.store(target, b, 16);
    if (!total) continue;
    addPair(total, target);
    total += LANES;
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

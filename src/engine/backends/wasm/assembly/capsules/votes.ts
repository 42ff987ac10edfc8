/** Votes û[k, n] = W[k, n] · u[k] of the children of a tile, each vote vector [unit][lane]. */
import { GROUP, TABLE_ROW } from '../../jobs/numbers';
import { fma, LANES } from '../simd';
import { child, childBytes, inDim, inTypes, matrixBytes, table, tileStride, unitBytes, units, w, windows, zeros } from './layer';
import { gatherChildren } from './tile';

/** Adds eight lanes to those at `target`. */
@inline
function addTo(target: usize, lo: v128, hi: v128): void {
  const x = f32x4.add(v128.load(target), lo),
    y = f32x4.add(v128.load(target, 16), hi);
  (v128.store(target, y, 16), v128.store(target, x));
}

/** Votes of one child x ([dim][lane]) by its matrices; added to `total` as well. Eight rows by four dimensions at a time. */
function childVotes(x: usize, matrix: usize, target: usize, total: usize): void {
  const bytes = childBytes,
    eights = target + <usize>(units & ~7) * LANES,
    end = target + <usize>units * LANES;
  const z = v128.load(zeros),
    y = v128.load(zeros, 16);
  while (target < eights) {
    let a0 = z,
      a1 = z,
      a2 = z,
      a3 = z,
      a4 = z,
      a5 = z,
      a6 = z,
      a7 = z;
    let b0 = y,
      b1 = y,
      b2 = y,
      b3 = y,
      b4 = y,
      b5 = y,
      b6 = y,
      b7 = y;
    let w0 = matrix,
      w1 = w0 + bytes,
      w2 = w1 + bytes,
      w3 = w2 + bytes,
      w4 = w3 + bytes,
      w5 = w4 + bytes,
      w6 = w5 + bytes,
      w7 = w6 + bytes,
      p = x;
    const stop = w0 + bytes;
    for (const quads = w0 + (bytes & ~15); w0 < quads; p += 4 * LANES) {
      let lo = v128.load(p),
        hi = v128.load(p, 16);
      let m = v128.load32_splat(w0);
      ((a0 = fma(m, lo, a0)), (b0 = fma(m, hi, b0)), (m = v128.load32_splat(w1)));
      ((a1 = fma(m, lo, a1)), (b1 = fma(m, hi, b1)), (m = v128.load32_splat(w2)));
      ((a2 = fma(m, lo, a2)), (b2 = fma(m, hi, b2)), (m = v128.load32_splat(w3)));
      ((a3 = fma(m, lo, a3)), (b3 = fma(m, hi, b3)), (m = v128.load32_splat(w4)));
      ((a4 = fma(m, lo, a4)), (b4 = fma(m, hi, b4)), (m = v128.load32_splat(w5)));
      ((a5 = fma(m, lo, a5)), (b5 = fma(m, hi, b5)), (m = v128.load32_splat(w6)));
      ((a6 = fma(m, lo, a6)), (b6 = fma(m, hi, b6)), (m = v128.load32_splat(w7)));
      ((a7 = fma(m, lo, a7)), (b7 = fma(m, hi, b7)));
      ((lo = v128.load(p, 32)), (hi = v128.load(p, 48)));
      m = v128.load32_splat(w0, 4);
      ((a0 = fma(m, lo, a0)), (b0 = fma(m, hi, b0)), (m = v128.load32_splat(w1, 4)));
      ((a1 = fma(m, lo, a1)), (b1 = fma(m, hi, b1)), (m = v128.load32_splat(w2, 4)));
      ((a2 = fma(m, lo, a2)), (b2 = fma(m, hi, b2)), (m = v128.load32_splat(w3, 4)));
      ((a3 = fma(m, lo, a3)), (b3 = fma(m, hi, b3)), (m = v128.load32_splat(w4, 4)));
      ((a4 = fma(m, lo, a4)), (b4 = fma(m, hi, b4)), (m = v128.load32_splat(w5, 4)));
      ((a5 = fma(m, lo, a5)), (b5 = fma(m, hi, b5)), (m = v128.load32_splat(w6, 4)));
      ((a6 = fma(m, lo, a6)), (b6 = fma(m, hi, b6)), (m = v128.load32_splat(w7, 4)));
      ((a7 = fma(m, lo, a7)), (b7 = fma(m, hi, b7)));
      ((lo = v128.load(p, 64)), (hi = v128.load(p, 80)));
      m = v128.load32_splat(w0, 8);
      ((a0 = fma(m, lo, a0)), (b0 = fma(m, hi, b0)), (m = v128.load32_splat(w1, 8)));
      ((a1 = fma(m, lo, a1)), (b1 = fma(m, hi, b1)), (m = v128.load32_splat(w2, 8)));
      ((a2 = fma(m, lo, a2)), (b2 = fma(m, hi, b2)), (m = v128.load32_splat(w3, 8)));
      ((a3 = fma(m, lo, a3)), (b3 = fma(m, hi, b3)), (m = v128.load32_splat(w4, 8)));
      ((a4 = fma(m, lo, a4)), (b4 = fma(m, hi, b4)), (m = v128.load32_splat(w5, 8)));
      ((a5 = fma(m, lo, a5)), (b5 = fma(m, hi, b5)), (m = v128.load32_splat(w6, 8)));
      ((a6 = fma(m, lo, a6)), (b6 = fma(m, hi, b6)), (m = v128.load32_splat(w7, 8)));
      ((a7 = fma(m, lo, a7)), (b7 = fma(m, hi, b7)));
      ((lo = v128.load(p, 96)), (hi = v128.load(p, 112)));
      m = v128.load32_splat(w0, 12);
      ((a0 = fma(m, lo, a0)), (b0 = fma(m, hi, b0)), (m = v128.load32_splat(w1, 12)));
      ((a1 = fma(m, lo, a1)), (b1 = fma(m, hi, b1)), (m = v128.load32_splat(w2, 12)));
      ((a2 = fma(m, lo, a2)), (b2 = fma(m, hi, b2)), (m = v128.load32_splat(w3, 12)));
      ((a3 = fma(m, lo, a3)), (b3 = fma(m, hi, b3)), (m = v128.load32_splat(w4, 12)));
      ((a4 = fma(m, lo, a4)), (b4 = fma(m, hi, b4)), (m = v128.load32_splat(w5, 12)));
      ((a5 = fma(m, lo, a5)), (b5 = fma(m, hi, b5)), (m = v128.load32_splat(w6, 12)));
      ((a6 = fma(m, lo, a6)), (b6 = fma(m, hi, b6)), (m = v128.load32_splat(w7, 12)));
      ((a7 = fma(m, lo, a7)), (b7 = fma(m, hi, b7)));
      ((w0 += 16), (w1 += 16), (w2 += 16), (w3 += 16), (w4 += 16), (w5 += 16), (w6 += 16), (w7 += 16));
    }
    for (; w0 < stop; p += LANES) {
      const lo = v128.load(p),
        hi = v128.load(p, 16);
      let m = v128.load32_splat(w0);
      ((a0 = fma(m, lo, a0)), (b0 = fma(m, hi, b0)), (m = v128.load32_splat(w1)));
      ((a1 = fma(m, lo, a1)), (b1 = fma(m, hi, b1)), (m = v128.load32_splat(w2)));
      ((a2 = fma(m, lo, a2)), (b2 = fma(m, hi, b2)), (m = v128.load32_splat(w3)));
      ((a3 = fma(m, lo, a3)), (b3 = fma(m, hi, b3)), (m = v128.load32_splat(w4)));
      ((a4 = fma(m, lo, a4)), (b4 = fma(m, hi, b4)), (m = v128.load32_splat(w5)));
      ((a5 = fma(m, lo, a5)), (b5 = fma(m, hi, b5)), (m = v128.load32_splat(w6)));
      ((a6 = fma(m, lo, a6)), (b6 = fma(m, hi, b6)), (m = v128.load32_splat(w7)));
      ((a7 = fma(m, lo, a7)), (b7 = fma(m, hi, b7)));
      ((w0 += 4), (w1 += 4), (w2 += 4), (w3 += 4), (w4 += 4), (w5 += 4), (w6 += 4), (w7 += 4));
    }
    (v128.store(target, b0, 16), v128.store(target, a0));
    (v128.store(target, b1, 48), v128.store(target, a1, 32));
    (v128.store(target, b2, 80), v128.store(target, a2, 64));
    (v128.store(target, b3, 112), v128.store(target, a3, 96));
    (v128.store(target, b4, 144), v128.store(target, a4, 128));
    (v128.store(target, b5, 176), v128.store(target, a5, 160));
    (v128.store(target, b6, 208), v128.store(target, a6, 192));
    (v128.store(target, b7, 240), v128.store(target, a7, 224));
    if (total) {
      (addTo(total, a0, b0), addTo(total + 32, a1, b1), addTo(total + 64, a2, b2), addTo(total + 96, a3, b3));
      (addTo(total + 128, a4, b4), addTo(total + 160, a5, b5), addTo(total + 192, a6, b6), addTo(total + 224, a7, b7));
      total += 8 * LANES;
    }
    ((target += 8 * LANES), (matrix += bytes << 3));
  }
  for (; target < end; target += LANES, matrix += bytes) {
    let a = z,
      b = y,
      p = x;
    for (let m = matrix; m < matrix + bytes; m += 4, p += LANES) {
      const weight = v128.load32_splat(m);
      ((a = fma(weight, v128.load(p), a)), (b = fma(weight, v128.load(p, 16), b)));
    }
    (v128.store(target, b, 16), v128.store(target, a));
    if (!total) continue;
    addTo(total, a, b);
    total += LANES;
  }
}

/** The same of two tiles' children, the second's everything `apart` bytes behind the first's. Four rows by four dimensions at a time. */
function childVotesOfTwo(x: usize, matrix: usize, target: usize, total: usize, apart: usize): void {
  const bytes = childBytes,
    fours = target + <usize>(units & ~3) * LANES,
    end = target + <usize>units * LANES;
  const z = v128.load(zeros),
    y = v128.load(zeros, 16);
  while (target < fours) {
    let a0 = z,
      a1 = z,
      a2 = z,
      a3 = z,
      a4 = z,
      a5 = z,
      a6 = z,
      a7 = z;
    let b0 = y,
      b1 = y,
      b2 = y,
      b3 = y,
      b4 = y,
      b5 = y,
      b6 = y,
      b7 = y;
    let w0 = matrix,
      w1 = w0 + bytes,
      w2 = w1 + bytes,
      w3 = w2 + bytes,
      p = x,
      q = x + apart;
    const stop = w0 + bytes;
    for (const quads = w0 + (bytes & ~15); w0 < quads; p += 4 * LANES, q += 4 * LANES) {
      let lo = v128.load(p),
        hi = v128.load(p, 16),
        low = v128.load(q),
        high = v128.load(q, 16);
      let m = v128.load32_splat(w0);
      ((a0 = fma(m, lo, a0)), (b0 = fma(m, hi, b0)), (a4 = fma(m, low, a4)), (b4 = fma(m, high, b4)), (m = v128.load32_splat(w1)));
      ((a1 = fma(m, lo, a1)), (b1 = fma(m, hi, b1)), (a5 = fma(m, low, a5)), (b5 = fma(m, high, b5)), (m = v128.load32_splat(w2)));
      ((a2 = fma(m, lo, a2)), (b2 = fma(m, hi, b2)), (a6 = fma(m, low, a6)), (b6 = fma(m, high, b6)), (m = v128.load32_splat(w3)));
      ((a3 = fma(m, lo, a3)), (b3 = fma(m, hi, b3)), (a7 = fma(m, low, a7)), (b7 = fma(m, high, b7)));
      ((lo = v128.load(p, 32)), (hi = v128.load(p, 48)), (low = v128.load(q, 32)), (high = v128.load(q, 48)));
      m = v128.load32_splat(w0, 4);
      ((a0 = fma(m, lo, a0)), (b0 = fma(m, hi, b0)), (a4 = fma(m, low, a4)), (b4 = fma(m, high, b4)), (m = v128.load32_splat(w1, 4)));
      ((a1 = fma(m, lo, a1)), (b1 = fma(m, hi, b1)), (a5 = fma(m, low, a5)), (b5 = fma(m, high, b5)), (m = v128.load32_splat(w2, 4)));
      ((a2 = fma(m, lo, a2)), (b2 = fma(m, hi, b2)), (a6 = fma(m, low, a6)), (b6 = fma(m, high, b6)), (m = v128.load32_splat(w3, 4)));
      ((a3 = fma(m, lo, a3)), (b3 = fma(m, hi, b3)), (a7 = fma(m, low, a7)), (b7 = fma(m, high, b7)));
      ((lo = v128.load(p, 64)), (hi = v128.load(p, 80)), (low = v128.load(q, 64)), (high = v128.load(q, 80)));
      m = v128.load32_splat(w0, 8);
      ((a0 = fma(m, lo, a0)), (b0 = fma(m, hi, b0)), (a4 = fma(m, low, a4)), (b4 = fma(m, high, b4)), (m = v128.load32_splat(w1, 8)));
      ((a1 = fma(m, lo, a1)), (b1 = fma(m, hi, b1)), (a5 = fma(m, low, a5)), (b5 = fma(m, high, b5)), (m = v128.load32_splat(w2, 8)));
      ((a2 = fma(m, lo, a2)), (b2 = fma(m, hi, b2)), (a6 = fma(m, low, a6)), (b6 = fma(m, high, b6)), (m = v128.load32_splat(w3, 8)));
      ((a3 = fma(m, lo, a3)), (b3 = fma(m, hi, b3)), (a7 = fma(m, low, a7)), (b7 = fma(m, high, b7)));
      ((lo = v128.load(p, 96)), (hi = v128.load(p, 112)), (low = v128.load(q, 96)), (high = v128.load(q, 112)));
      m = v128.load32_splat(w0, 12);
      ((a0 = fma(m, lo, a0)), (b0 = fma(m, hi, b0)), (a4 = fma(m, low, a4)), (b4 = fma(m, high, b4)), (m = v128.load32_splat(w1, 12)));
      ((a1 = fma(m, lo, a1)), (b1 = fma(m, hi, b1)), (a5 = fma(m, low, a5)), (b5 = fma(m, high, b5)), (m = v128.load32_splat(w2, 12)));
      ((a2 = fma(m, lo, a2)), (b2 = fma(m, hi, b2)), (a6 = fma(m, low, a6)), (b6 = fma(m, high, b6)), (m = v128.load32_splat(w3, 12)));
      ((a3 = fma(m, lo, a3)), (b3 = fma(m, hi, b3)), (a7 = fma(m, low, a7)), (b7 = fma(m, high, b7)));
      ((w0 += 16), (w1 += 16), (w2 += 16), (w3 += 16));
    }
    for (; w0 < stop; p += LANES, q += LANES) {
      const lo = v128.load(p),
        hi = v128.load(p, 16),
        low = v128.load(q),
        high = v128.load(q, 16);
      let m = v128.load32_splat(w0);
      ((a0 = fma(m, lo, a0)), (b0 = fma(m, hi, b0)), (a4 = fma(m, low, a4)), (b4 = fma(m, high, b4)), (m = v128.load32_splat(w1)));
      ((a1 = fma(m, lo, a1)), (b1 = fma(m, hi, b1)), (a5 = fma(m, low, a5)), (b5 = fma(m, high, b5)), (m = v128.load32_splat(w2)));
      ((a2 = fma(m, lo, a2)), (b2 = fma(m, hi, b2)), (a6 = fma(m, low, a6)), (b6 = fma(m, high, b6)), (m = v128.load32_splat(w3)));
      ((a3 = fma(m, lo, a3)), (b3 = fma(m, hi, b3)), (a7 = fma(m, low, a7)), (b7 = fma(m, high, b7)));
      ((w0 += 4), (w1 += 4), (w2 += 4), (w3 += 4));
    }
    const other = target + apart;
    (v128.store(target, b0, 16), v128.store(target, a0), v128.store(target, b1, 48), v128.store(target, a1, 32));
    (v128.store(target, b2, 80), v128.store(target, a2, 64), v128.store(target, b3, 112), v128.store(target, a3, 96));
    (v128.store(other, b4, 16), v128.store(other, a4), v128.store(other, b5, 48), v128.store(other, a5, 32));
    (v128.store(other, b6, 80), v128.store(other, a6, 64), v128.store(other, b7, 112), v128.store(other, a7, 96));
    if (total) {
      const otherTotal = total + apart;
      (addTo(total, a0, b0), addTo(total + 32, a1, b1), addTo(total + 64, a2, b2), addTo(total + 96, a3, b3));
      (addTo(otherTotal, a4, b4), addTo(otherTotal + 32, a5, b5), addTo(otherTotal + 64, a6, b6), addTo(otherTotal + 96, a7, b7));
      total += 4 * LANES;
    }
    ((target += 4 * LANES), (matrix += bytes << 2));
  }
  for (; target < end; target += LANES, matrix += bytes) {
    let a = z,
      b = y,
      c = z,
      d = y,
      p = x,
      q = x + apart;
    for (let m = matrix; m < matrix + bytes; m += 4, p += LANES, q += LANES) {
      const weight = v128.load32_splat(m);
      ((a = fma(weight, v128.load(p), a)), (b = fma(weight, v128.load(p, 16), b)));
      ((c = fma(weight, v128.load(q), c)), (d = fma(weight, v128.load(q, 16), d)));
    }
    (v128.store(target, b, 16), v128.store(target, a));
    (v128.store(target + apart, d, 16), v128.store(target + apart, c));
    if (!total) continue;
    (addTo(total, a, b), addTo(total + apart, c, d));
    total += LANES;
  }
}

/**
 * Votes of the children first…last-1 of a tile, counted over its windows in the map, at `target`; if `pair`, those of the second
 * tile, too. Added up in `total` unless that is 0. The votes that fill up the last group of four children are zero.
 */
export function tileVotes(first: i32, last: i32, pair: bool, target: usize, total: usize): void {
  const apart = tileStride;
  let row = table;
  if (total) {
    memory.fill(total, 0, unitBytes);
    if (pair) memory.fill(total + apart, 0, unitBytes);
  }
  for (let window = 0; window < windows; window++, row += TABLE_ROW) {
    const rank = load<i32>(row);
    if (rank < 0) continue;
    const from = max(0, first - rank * inTypes),
      to = min(inTypes, last - rank * inTypes);
    for (let type = from; type < to; type += GROUP) {
      const group = min(GROUP, to - type),
        bytes = <usize>group * childBytes;
      gatherChildren(row, type, bytes, child);
      if (pair) gatherChildren(row + apart, type, bytes, child + apart);
      let x = child,
        matrix = w + <usize>(window * inTypes + type) * matrixBytes;
      for (let i = 0; i < group; i++, x += <usize>inDim * LANES, matrix += matrixBytes, target += unitBytes)
        if (pair) childVotesOfTwo(x, matrix, target, total, apart);
        else childVotes(x, matrix, target, total);
    }
  }
  const missing = <usize>(-(last - first) & 3);
  if (!missing) return;
  memory.fill(target, 0, missing * unitBytes);
  if (pair) memory.fill(target + apart, 0, missing * unitBytes);
}

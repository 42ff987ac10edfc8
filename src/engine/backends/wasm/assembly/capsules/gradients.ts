/**
 * Gradients by votes, children and matrices. The gradient by a vote is a sum of few terms, coefficient × vector, so it
 * is built child by child for the tiles of a block, used twice while it is in cache, and never stored.
 */
import { TABLE_HEAD, TABLE_ROW } from '../../jobs/numbers';
import { fma, LANES, sumLanes } from '../simd';
import {
  blockTiles,
  cells,
  childBytes,
  childValues,
  coefficients,
  coefficientStride,
  du,
  dw,
  gradientStride,
  inDim,
  inTypes,
  groupBytes,
  matrixBytes,
  outDim,
  outTypes,
  tables,
  tableStride,
  terms,
  u,
  units,
  vectors,
  vectorStride,
  voteGradients,
  w,
  zeros,
} from './layer';
import { gatherChildren, scatterRows } from './tile';

/** target += a · p + b · q, a and b coefficients of one type, p and q two neighbouring terms of its units. */
@inline
function addTwoTerms(target: usize, coefficient: usize, vector: usize, bytes: usize, step: usize): void {
  const a = v128.load(coefficient),
    b = v128.load(coefficient, 16),
    c = v128.load(coefficient, 32),
    d = v128.load(coefficient, 48);
  for (const end = target + bytes; target < end; target += LANES, vector += step) {
    let lo = fma(a, v128.load(vector), v128.load(target)),
      hi = fma(b, v128.load(vector, 16), v128.load(target, 16));
    ((lo = fma(c, v128.load(vector, 32), lo)), (hi = fma(d, v128.load(vector, 48), hi)));
    (v128.store(target, hi, 16), v128.store(target, lo));
  }
}

/** target = base + four terms, the case of three iterations, for two children at once: they share the vectors, and may be the same. */
@inline
function fourTermsTwice(target: usize, other: usize, coefficient: usize, next: usize, vector: usize, bytes: usize): void {
  const a = v128.load(coefficient),
    b = v128.load(coefficient, 16),
    c = v128.load(coefficient, 32),
    d = v128.load(coefficient, 48);
  const e = v128.load(coefficient, 64),
    f = v128.load(coefficient, 80),
    g = v128.load(coefficient, 96),
    h = v128.load(coefficient, 112);
  const i = v128.load(next),
    j = v128.load(next, 16),
    k = v128.load(next, 32),
    l = v128.load(next, 48);
  const m = v128.load(next, 64),
    n = v128.load(next, 80),
    o = v128.load(next, 96),
    p = v128.load(next, 112);
  for (const end = target + bytes; target < end; target += LANES, other += LANES, vector += 5 * LANES) {
    let x = v128.load(vector),
      y = v128.load(vector, 16);
    const z = v128.load(vector, 128),
      zz = v128.load(vector, 144);
    let lo = fma(a, x, z),
      hi = fma(b, y, zz),
      low = fma(i, x, z),
      high = fma(j, y, zz);
    ((x = v128.load(vector, 32)), (y = v128.load(vector, 48)));
    ((lo = fma(c, x, lo)), (hi = fma(d, y, hi)), (low = fma(k, x, low)), (high = fma(l, y, high)));
    ((x = v128.load(vector, 64)), (y = v128.load(vector, 80)));
    ((lo = fma(e, x, lo)), (hi = fma(f, y, hi)), (low = fma(m, x, low)), (high = fma(n, y, high)));
    ((x = v128.load(vector, 96)), (y = v128.load(vector, 112)));
    ((lo = fma(g, x, lo)), (hi = fma(h, y, hi)), (low = fma(o, x, low)), (high = fma(p, y, high)));
    (v128.store(other, high, 16), v128.store(other, low), v128.store(target, hi, 16), v128.store(target, lo));
  }
}

/**
 * Gradients by the votes of `group` children of one tile, each `apart` bytes behind the last: [unit][lane]. Vectors are used for all of
 * them while they are in the first cache.
 */
function buildVoteGradients(group: i32, coefficient: usize, vector: usize, target: usize, apart: usize): void {
  const bytes = <usize>outDim * LANES,
    rows = <usize>terms * LANES,
    step = rows + LANES,
    childStride = <usize>outTypes * rows;
  // Of a pair, the second may be the first again.
  const second = group > 1 ? apart : 0,
    nextSecond = group > 1 ? childStride : 0;
  const fourth = group > 3 ? apart : 0,
    nextFourth = group > 3 ? childStride : 0;
  for (let n = 0; n < outTypes; n++, coefficient += rows, vector += <usize>outDim * step, target += bytes) {
    if (terms == 4) {
      fourTermsTwice(target, target + second, coefficient, coefficient + nextSecond, vector, bytes);
      if (group < 3) continue;
      const third = target + 2 * apart,
        next = coefficient + 2 * childStride;
      fourTermsTwice(third, third + fourth, next, next + nextFourth, vector, bytes);
    } else for (let i: usize = 0; i < <usize>group; i++) anyTerms(target + i * apart, coefficient + i * childStride, vector, bytes, step);
  }
}

/** target = base + terms. */
function anyTerms(target: usize, coefficient: usize, vector: usize, bytes: usize, step: usize): void {
  const base = step - LANES;
  for (let d: usize = 0; d < <usize>outDim; d++) memory.copy(target + d * LANES, vector + d * step + base, LANES);
  for (let t: usize = 0; t < base; t += 2 * LANES) addTwoTerms(target, coefficient + t, vector + t, bytes, step);
}

/** Whether five dimensions are taken next where `left` are left, not four: of 5, 9, 10 and from 12 on, nothing is filled up then. */
@inline
function takesFive(left: i32): bool {
  const over = left & 3;
  return over > 0 && left >= 5 * over;
}

/** Wᵀ · gradient of two tiles, the second `apart` bytes behind, for 4 or 5 dimensions from `matrix` on: [tile][8 dims][lane]. */
@inline
function turnTwo(gradient: usize, apart: usize, matrix: usize, rows: usize, five: bool): void {
  const end = gradient + <usize>units * LANES,
    z = v128.load(zeros),
    y = v128.load(zeros, 16);
  let a0 = z,
    a1 = z,
    a2 = z,
    a3 = z,
    a4 = z,
    a5 = z,
    a6 = z,
    a7 = z,
    a8 = z,
    a9 = z;
  let b0 = y,
    b1 = y,
    b2 = y,
    b3 = y,
    b4 = y,
    b5 = y,
    b6 = y,
    b7 = y,
    b8 = y,
    b9 = y;
  for (let p = gradient, q = gradient + apart, m = matrix; p < end; p += LANES, q += LANES, m += childBytes) {
    const lo = v128.load(p),
      hi = v128.load(p, 16),
      low = v128.load(q),
      high = v128.load(q, 16);
    let x = v128.load32_splat(m);
    ((a0 = fma(x, lo, a0)), (b0 = fma(x, hi, b0)), (a4 = fma(x, low, a4)), (b4 = fma(x, high, b4)), (x = v128.load32_splat(m, 4)));
    ((a1 = fma(x, lo, a1)), (b1 = fma(x, hi, b1)), (a5 = fma(x, low, a5)), (b5 = fma(x, high, b5)), (x = v128.load32_splat(m, 8)));
    ((a2 = fma(x, lo, a2)), (b2 = fma(x, hi, b2)), (a6 = fma(x, low, a6)), (b6 = fma(x, high, b6)), (x = v128.load32_splat(m, 12)));
    ((a3 = fma(x, lo, a3)), (b3 = fma(x, hi, b3)), (a7 = fma(x, low, a7)), (b7 = fma(x, high, b7)));
    if (!five) continue;
    x = v128.load32_splat(m, 16);
    ((a8 = fma(x, lo, a8)), (b8 = fma(x, hi, b8)), (a9 = fma(x, low, a9)), (b9 = fma(x, high, b9)));
  }
  const next = rows + 8 * LANES;
  (v128.store(rows, b0, 16), v128.store(rows, a0), v128.store(rows, b1, 48), v128.store(rows, a1, 32));
  (v128.store(rows, b2, 80), v128.store(rows, a2, 64), v128.store(rows, b3, 112), v128.store(rows, a3, 96));
  (v128.store(next, b4, 16), v128.store(next, a4), v128.store(next, b5, 48), v128.store(next, a5, 32));
  (v128.store(next, b6, 80), v128.store(next, a6, 64), v128.store(next, b7, 112), v128.store(next, a7, 96));
  if (!five) return;
  (v128.store(rows, b8, 144), v128.store(rows, a8, 128), v128.store(next, b9, 144), v128.store(next, a9, 128));
}

function turnFour(gradient: usize, apart: usize, matrix: usize, rows: usize): void {
  turnTwo(gradient, apart, matrix, rows, false);
}

function turnFive(gradient: usize, apart: usize, matrix: usize, rows: usize): void {
  turnTwo(gradient, apart, matrix, rows, true);
}

/**
 * Adds Wᵀ · gradient to the gradients of the lanes' children in two tiles, or in the first only if `second` is 0; arguments as of
 * addGradients.
 */
function childGradients(first: usize, second: usize, type: i32, group: i32, gradient: usize, matrix: usize): void {
  const rows = cells,
    apart = second ? gradientStride : 0,
    next = <usize>blockTiles * gradientStride;
  let offset = <usize>type * childBytes;
  for (let i = 0; i < group; i++, gradient += next, matrix += matrixBytes, offset += childBytes)
    for (let d = 0; d < inDim;) {
      const from = (<usize>d) << 2,
        five = takesFive(inDim - d),
        count = five ? 5 : min(4, inDim - d);
      if (five) turnFive(gradient, apart, matrix + from, rows);
      else turnFour(gradient, apart, matrix + from, rows);
      scatterRows(first, offset + from, du - u, rows, count);
      if (second) scatterRows(second, offset + from, du - u, rows + 8 * LANES, count);
      d += count;
    }
}

/**
 * Two rows' gradients times 4 or 5 dimensions of a child, summed over `tilesBytes` of tiles and their lanes and added to the matrix at
 * `cell`, from which on `left` dimensions are left.
 */
@inline
function twoRows(gradient: usize, x: usize, tilesBytes: usize, cell: usize, left: i32, both: bool, five: bool): void {
  const step = groupBytes,
    gradientStep = gradientStride,
    sums = cells,
    z = v128.load(zeros),
    y = v128.load(zeros, 16);
  let a0 = z,
    a1 = z,
    a2 = z,
    a3 = z,
    a4 = z,
    a5 = z,
    a6 = z,
    a7 = z,
    a8 = z,
    a9 = z;
  let b0 = y,
    b1 = y,
    b2 = y,
    b3 = y,
    b4 = y,
    b5 = y,
    b6 = y,
    b7 = y,
    b8 = y,
    b9 = y;
  let g = gradient,
    p = x;
  for (const end = p + tilesBytes; p < end; p += step, g += gradientStep) {
    const lo = v128.load(g),
      hi = v128.load(g, 16),
      low = v128.load(g, 32),
      high = v128.load(g, 48);
    let p0 = v128.load(p),
      q0 = v128.load(p, 16);
    ((a0 = fma(lo, p0, a0)), (b0 = fma(hi, q0, b0)), (a4 = fma(low, p0, a4)), (b4 = fma(high, q0, b4)));
    ((p0 = v128.load(p, 32)), (q0 = v128.load(p, 48)));
    ((a1 = fma(lo, p0, a1)), (b1 = fma(hi, q0, b1)), (a5 = fma(low, p0, a5)), (b5 = fma(high, q0, b5)));
    ((p0 = v128.load(p, 64)), (q0 = v128.load(p, 80)));
    ((a2 = fma(lo, p0, a2)), (b2 = fma(hi, q0, b2)), (a6 = fma(low, p0, a6)), (b6 = fma(high, q0, b6)));
    ((p0 = v128.load(p, 96)), (q0 = v128.load(p, 112)));
    ((a3 = fma(lo, p0, a3)), (b3 = fma(hi, q0, b3)), (a7 = fma(low, p0, a7)), (b7 = fma(high, q0, b7)));
    if (!five) continue;
    ((p0 = v128.load(p, 128)), (q0 = v128.load(p, 144)));
    ((a8 = fma(lo, p0, a8)), (b8 = fma(hi, q0, b8)), (a9 = fma(low, p0, a9)), (b9 = fma(high, q0, b9)));
  }
  // Each row's sums over the low and over the high lanes, then both together, which V8 cannot do in its 256-bit registers.
  const first = sumLanes(a0, a1, a2, a3),
    second = sumLanes(b0, b1, b2, b3);
  const third = sumLanes(a4, a5, a6, a7),
    fourth = sumLanes(b4, b5, b6, b7);
  (v128.store(sums, second, 16), v128.store(sums, first), v128.store(sums, fourth, 48), v128.store(sums, third, 32));
  const next = cell + childBytes;
  if (five) {
    const fifth = sumLanes(a8, a9, z, z),
      sixth = sumLanes(b8, b9, y, y);
    (v128.store(sums, sixth, 80), v128.store(sums, fifth, 64));
    store<f32>(cell, load<f32>(cell, 16) + (load<f32>(sums, 64) + load<f32>(sums, 80)), 16);
    if (both) store<f32>(next, load<f32>(next, 16) + (load<f32>(sums, 68) + load<f32>(sums, 84)), 16);
  }
  addCells(sums, cell, left);
  if (both) addCells(sums + LANES, next, left);
}

/** Adds gradient ⊗ child, summed over `count` tiles and their lanes, to one child's matrices. */
@inline
function matrixGradientBy(count: i32, gradients: usize, x: usize, target: usize, fives: bool): void {
  const tilesBytes = <usize>count * groupBytes;
  for (let row = 0; row < units; row += 2, gradients += 2 * LANES, target += 2 * childBytes) {
    const both = row + 1 < units;
    for (let d = 0; d < inDim;) {
      const from = x + <usize>d * LANES,
        cell = target + ((<usize>d) << 2),
        left = inDim - d;
      if (fives && takesFive(left)) {
        twoRows(gradients, from, tilesBytes, cell, left, both, true);
        d += 5;
      } else {
        twoRows(gradients, from, tilesBytes, cell, left, both, false);
        d += 4;
      }
    }
  }
}

// Two functions, because the choice alone costs a twentieth where it is never made.
function matrixGradientByFours(count: i32, gradients: usize, x: usize, target: usize): void {
  matrixGradientBy(count, gradients, x, target, false);
}

function matrixGradientByFives(count: i32, gradients: usize, x: usize, target: usize): void {
  matrixGradientBy(count, gradients, x, target, true);
}

/** Adds one row by up to four dimensions to a matrix. */
@inline
function addCells(halves: usize, cell: usize, count: i32): void {
  const sums = f32x4.add(v128.load(halves), v128.load(halves, 16));
  if (count >= 4) {
    v128.store(cell, f32x4.add(v128.load(cell), sums));
    return;
  }
  store<f32>(cell, load<f32>(cell) + f32x4.extract_lane(sums, 0));
  if (count > 1) store<f32>(cell, load<f32>(cell, 4) + f32x4.extract_lane(sums, 1), 4);
  if (count > 2) store<f32>(cell, load<f32>(cell, 8) + f32x4.extract_lane(sums, 2), 8);
}

/** Adds to du and dw what `group` children of a window, from `type` on, contribute in the block's first `count` tiles. */
export function addGradients(window: i32, type: i32, group: i32, count: i32): void {
  const k = <usize>(window * inTypes + type),
    offset = TABLE_HEAD + <usize>window * TABLE_ROW;
  const matrix = w + k * matrixBytes,
    childStride = <usize>outTypes * <usize>terms * LANES,
    apart = <usize>blockTiles * gradientStride;
  let used = 0,
    waiting: usize = 0,
    gradient = voteGradients;
  for (let i = 0; i < count; i++) {
    const kept = tables + <usize>i * tableStride,
      row = kept + offset,
      rank = load<i32>(row);
    const child = rank * inTypes + type,
      first = load<i32>(kept);
    if (rank < 0 || child < first || child >= load<i32>(kept, 4)) continue;
    const coefficient = coefficients + <usize>i * coefficientStride + <usize>(child - first) * childStride;
    buildVoteGradients(group, coefficient, vectors + <usize>i * vectorStride, gradient, apart);
    gatherChildren(row, type, <usize>group * childBytes, childValues + <usize>used * groupBytes);
    if (waiting) childGradients(waiting, row, type, group, gradient - gradientStride, matrix);
    waiting = waiting ? 0 : row;
    (used++, (gradient += gradientStride));
  }
  if (waiting) childGradients(waiting, 0, type, group, gradient - gradientStride, matrix);
  if (!used) return;
  const fives = takesFive(inDim);
  for (let i: usize = 0; i < <usize>group; i++) {
    const gradients = voteGradients + i * apart,
      x = childValues + i * <usize>inDim * LANES,
      target = dw + (k + i) * matrixBytes;
    if (fives) matrixGradientByFives(used, gradients, x, target);
    else matrixGradientByFours(used, gradients, x, target);
  }
}

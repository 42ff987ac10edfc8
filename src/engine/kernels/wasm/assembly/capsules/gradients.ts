/**
 * Gradients by votes, children and matrices. The gradient by a vote is a sum of few terms, coefficient × vector, so it
 * is built child by child for the tiles of a block, used twice while it is in cache, and never stored.
 */
import { fma, LANES, sumLanes } from '../simd';
import {
  childBytes, childValues, coefficients, coefficientStride, du, dw, gradientStride, inDim, inTypes, laneChildBytes, matrixBytes,
  outDim, outTypes, tables, tableStride, terms, u, unitBytes, units, vectors, vectorStride, voteGradients, w, zeros,
} from './layer';
import { gatherChild, scatterRows, TABLE_ROW } from './tile';

/** target += a · p + b · q, a and b coefficients of one type. */
@inline
function addTwoTerms(target: usize, coefficient: usize, vector: usize, bytes: usize): void {
  const a = v128.load(coefficient), b = v128.load(coefficient, 16), c = v128.load(coefficient, 32), d = v128.load(coefficient, 48);
  const second = vector + unitBytes;
  for (let i: usize = 0; i < bytes; i += LANES) {
    const lo = fma(a, v128.load(vector + i), v128.load(target + i)), hi = fma(b, v128.load(vector + i, 16), v128.load(target + i, 16));
    const x = fma(c, v128.load(second + i), lo), y = fma(d, v128.load(second + i, 16), hi);
    v128.store(target + i, x), v128.store(target + i, y, 16);
  }
}

/** target = base + four terms, the case of three iterations. */
@inline
function fourTerms(target: usize, coefficient: usize, vector: usize, bytes: usize): void {
  const a = v128.load(coefficient), b = v128.load(coefficient, 16), c = v128.load(coefficient, 32), d = v128.load(coefficient, 48);
  const e = v128.load(coefficient, 64), f = v128.load(coefficient, 80), g = v128.load(coefficient, 96), h = v128.load(coefficient, 112);
  const p1 = vector + unitBytes, p2 = p1 + unitBytes, p3 = p2 + unitBytes, base = p3 + unitBytes;
  for (let i: usize = 0; i < bytes; i += LANES) {
    let lo = fma(a, v128.load(vector + i), v128.load(base + i)), hi = fma(b, v128.load(vector + i, 16), v128.load(base + i, 16));
    lo = fma(c, v128.load(p1 + i), lo), hi = fma(d, v128.load(p1 + i, 16), hi);
    lo = fma(e, v128.load(p2 + i), lo), hi = fma(f, v128.load(p2 + i, 16), hi);
    (lo = fma(g, v128.load(p3 + i), lo)), (hi = fma(h, v128.load(p3 + i, 16), hi));
    v128.store(target + i, lo), v128.store(target + i, hi, 16);
  }
}

/** Gradient by the votes of one child of one tile: [unit][lane]. */
function buildVoteGradient(coefficient: usize, vector: usize, target: usize): void {
  const bytes = <usize>outDim * LANES, step = <usize>terms * LANES;
  if (terms != 4) memory.copy(target, vector + <usize>terms * unitBytes, unitBytes);
  for (let n = 0; n < outTypes; n++, coefficient += step, vector += bytes, target += bytes) {
    if (terms == 4) fourTerms(target, coefficient, vector, bytes);
    else for (let t = 0; t < terms; t += 2) addTwoTerms(target, coefficient + <usize>t * LANES, vector + <usize>t * unitBytes, bytes);
  }
}

/** Wᵀ · gradient of one tile for 4 dimensions from `matrix` on, as [dim][lane]. */
@inline
function turn4(gradient: usize, matrix: usize, rows: usize): void {
  const end = gradient + <usize>units * LANES, z = v128.load(zeros), y = v128.load(zeros, 16);
  let a0 = z, a1 = z, a2 = z, a3 = z;
  let b0 = y, b1 = y, b2 = y, b3 = y;
  for (let p = gradient, m = matrix; p < end; p += LANES, m += childBytes) {
    const lo = v128.load(p), hi = v128.load(p, 16);
    let x = v128.load32_splat(m);
    a0 = fma(x, lo, a0), b0 = fma(x, hi, b0), x = v128.load32_splat(m, 4);
    a1 = fma(x, lo, a1), b1 = fma(x, hi, b1), x = v128.load32_splat(m, 8);
    a2 = fma(x, lo, a2), b2 = fma(x, hi, b2), x = v128.load32_splat(m, 12);
    a3 = fma(x, lo, a3), b3 = fma(x, hi, b3);
  }
  v128.store(rows, a0, 0), v128.store(rows, b0, 16);
  v128.store(rows, a1, 32), v128.store(rows, b1, 48);
  v128.store(rows, a2, 64), v128.store(rows, b2, 80);
  v128.store(rows, a3, 96), v128.store(rows, b3, 112);
}

/** Wᵀ · gradient of one tile for 8 dimensions from `matrix` on, as [dim][lane]. */
@inline
function turn8(gradient: usize, matrix: usize, rows: usize): void {
  const end = gradient + <usize>units * LANES, z = v128.load(zeros), y = v128.load(zeros, 16);
  let a0 = z, a1 = z, a2 = z, a3 = z, a4 = z, a5 = z, a6 = z, a7 = z;
  let b0 = y, b1 = y, b2 = y, b3 = y, b4 = y, b5 = y, b6 = y, b7 = y;
  for (let p = gradient, m = matrix; p < end; p += LANES, m += childBytes) {
    const lo = v128.load(p), hi = v128.load(p, 16);
    let x = v128.load32_splat(m);
    a0 = fma(x, lo, a0), b0 = fma(x, hi, b0), x = v128.load32_splat(m, 4);
    a1 = fma(x, lo, a1), b1 = fma(x, hi, b1), x = v128.load32_splat(m, 8);
    a2 = fma(x, lo, a2), b2 = fma(x, hi, b2), x = v128.load32_splat(m, 12);
    a3 = fma(x, lo, a3), b3 = fma(x, hi, b3), x = v128.load32_splat(m, 16);
    a4 = fma(x, lo, a4), b4 = fma(x, hi, b4), x = v128.load32_splat(m, 20);
    a5 = fma(x, lo, a5), b5 = fma(x, hi, b5), x = v128.load32_splat(m, 24);
    a6 = fma(x, lo, a6), b6 = fma(x, hi, b6), x = v128.load32_splat(m, 28);
    a7 = fma(x, lo, a7), b7 = fma(x, hi, b7);
  }
  v128.store(rows, a0, 0), v128.store(rows, b0, 16);
  v128.store(rows, a1, 32), v128.store(rows, b1, 48);
  v128.store(rows, a2, 64), v128.store(rows, b2, 80);
  v128.store(rows, a3, 96), v128.store(rows, b3, 112);
  v128.store(rows, a4, 128), v128.store(rows, b4, 144);
  v128.store(rows, a5, 160), v128.store(rows, b5, 176);
  v128.store(rows, a6, 192), v128.store(rows, b6, 208);
  v128.store(rows, a7, 224), v128.store(rows, b7, 240);
}

/** Adds Wᵀ · gradient of one tile to the gradients of its lanes' children. */
function childGradient(row: usize, type: i32, gradient: usize, matrix: usize): void {
  const offset = <usize>type * childBytes, rows = childValues;
  for (let d = 0; d < inDim; ) {
    const from = matrix + (<usize>d << 2), wide = d + 4 < inDim;
    if (wide) turn8(gradient, from, rows);
    else turn4(gradient, from, rows);
    scatterRows(row, offset + (<usize>d << 2), du - u, rows, min(4, inDim - d));
    if (wide) scatterRows(row, offset + (<usize>(d + 4) << 2), du - u, rows + 4 * LANES, min(4, inDim - d - 4));
    d += wide ? 8 : 4;
  }
}

/** Adds gradient ⊗ child, summed over `count` tiles and their lanes, to one child's matrices. Four rows by two dimensions at a time. */
function matrixGradient(count: i32, x: usize, target: usize): void {
  const tilesBytes = <usize>count * laneChildBytes, step = laneChildBytes, gradientStep = gradientStride, cells = childValues;
  const z = v128.load(zeros), y = v128.load(zeros, 16);
  for (let row = 0; row < units; row += 4, target += 4 * childBytes) {
    const gradient = voteGradients + <usize>row * LANES;
    for (let d = 0; d < inDim; d += 2) {
      let a0 = z, a1 = z, a2 = z, a3 = z, a4 = z, a5 = z, a6 = z, a7 = z;
      let b0 = y, b1 = y, b2 = y, b3 = y, b4 = y, b5 = y, b6 = y, b7 = y;
      let g = gradient, p = x + <usize>d * LANES;
      for (const end = p + tilesBytes; p < end; p += step, g += gradientStep) {
        const x0 = v128.load(p), y0 = v128.load(p, 16), x1 = v128.load(p, 32), y1 = v128.load(p, 48);
        let lo = v128.load(g), hi = v128.load(g, 16);
        a0 = fma(lo, x0, a0), b0 = fma(hi, y0, b0), a1 = fma(lo, x1, a1), b1 = fma(hi, y1, b1);
        (lo = v128.load(g, 32)), (hi = v128.load(g, 48));
        a2 = fma(lo, x0, a2), b2 = fma(hi, y0, b2), a3 = fma(lo, x1, a3), b3 = fma(hi, y1, b3);
        (lo = v128.load(g, 64)), (hi = v128.load(g, 80));
        a4 = fma(lo, x0, a4), b4 = fma(hi, y0, b4), a5 = fma(lo, x1, a5), b5 = fma(hi, y1, b5);
        (lo = v128.load(g, 96)), (hi = v128.load(g, 112));
        a6 = fma(lo, x0, a6), b6 = fma(hi, y0, b6), a7 = fma(lo, x1, a7), b7 = fma(hi, y1, b7);
      }
      v128.store(cells, a0, 0), v128.store(cells, b0, 16);
      v128.store(cells, a1, 32), v128.store(cells, b1, 48);
      v128.store(cells, a2, 64), v128.store(cells, b2, 80);
      v128.store(cells, a3, 96), v128.store(cells, b3, 112);
      v128.store(cells, a4, 128), v128.store(cells, b4, 144);
      v128.store(cells, a5, 160), v128.store(cells, b5, 176);
      v128.store(cells, a6, 192), v128.store(cells, b6, 208);
      v128.store(cells, a7, 224), v128.store(cells, b7, 240);
      const wide = d + 1 < inDim, cell = target + (<usize>d << 2);
      addCells(cells, cell, wide, row + 1 < units);
      if (row + 2 < units) addCells(cells + 4 * LANES, cell + 2 * childBytes, wide, row + 3 < units);
    }
  }
}

/** Adds the lane sums of two rows by two dimensions to a matrix. */
@inline
function addCells(cells: usize, cell: usize, wide: bool, tall: bool): void {
  const sums = sumLanes(halves(cells), halves(cells + 32), halves(cells + 64), halves(cells + 96)), below = cell + childBytes;
  store<f32>(cell, load<f32>(cell) + f32x4.extract_lane(sums, 0));
  if (wide) store<f32>(cell, load<f32>(cell, 4) + f32x4.extract_lane(sums, 1), 4);
  if (tall) store<f32>(below, load<f32>(below) + f32x4.extract_lane(sums, 2));
  if (wide && tall) store<f32>(below, load<f32>(below, 4) + f32x4.extract_lane(sums, 3), 4);
}

@inline
function halves(at: usize): v128 {
  return f32x4.add(v128.load(at), v128.load(at, 16));
}

/** Adds to du and dw what child `type` of a window contributes in the block's first `count` tiles. */
export function addGradients(window: i32, type: i32, count: i32): void {
  const k = <usize>(window * inTypes + type), offset = <usize>window * TABLE_ROW;
  const matrix = w + k * matrixBytes;
  // Behind the eight rows that the gradients work in.
  const values = childValues + 8 * LANES;
  let used = 0;
  for (let i = 0; i < count; i++) {
    const row = tables + <usize>i * tableStride + offset, rank = load<i32>(row);
    if (rank < 0) continue;
    const gradient = voteGradients + <usize>used * gradientStride;
    const child = <usize>(rank * inTypes + type) * <usize>outTypes * <usize>terms * LANES;
    buildVoteGradient(coefficients + <usize>i * coefficientStride + child, vectors + <usize>i * vectorStride, gradient);
    gatherChild(row, type, values + <usize>used * laneChildBytes);
    childGradient(row, type, gradient, matrix);
    used++;
  }
  if (used) matrixGradient(used, values, dw + k * matrixBytes);
}

/**
 * Gradients by votes, children and matrices. The gradient by a vote is a sum of few terms, coefficient × vector, so it
 * is built child by child for the tiles of a block, used twice while it is in cache, and never stored.
 */
import { fma, LANES, sumLanes } from '../simd';
import {
  childBytes, childValues, coefficients, coefficientStride, du, dw, gradientStride, inDim, inTypes, laneChildBytes, matrixBytes,
  outDim, outTypes, tables, tableStride, terms, u, unitBytes, units, vectors, vectorStride, voteGradients, w,
} from './layer';
import { gatherChild, scatterRows, TABLE_ROW } from './tile';

/** target += a · p + b · q, a and b coefficients of one type. */
@inline
function addTwoTerms(target: usize, coefficient: usize, vector: usize, bytes: usize): void {
  const a = v128.load(coefficient), b = v128.load(coefficient, 16), c = v128.load(coefficient, 32), d = v128.load(coefficient, 48);
  const second = vector + unitBytes;
  for (let i: usize = 0; i < bytes; i += LANES) {
    const lo = fma(a, v128.load(vector + i), v128.load(target + i)), hi = fma(b, v128.load(vector + i, 16), v128.load(target + i, 16));
    v128.store(target + i, fma(c, v128.load(second + i), lo)), v128.store(target + i, fma(d, v128.load(second + i, 16), hi), 16);
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
    v128.store(target + i, fma(g, v128.load(p3 + i), lo)), v128.store(target + i, fma(h, v128.load(p3 + i, 16), hi), 16);
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

/** Adds Wᵀ · gradient of one tile to the gradients of its lanes' children. */
function childGradient(row: usize, type: i32, gradient: usize, matrix: usize): void {
  const offset = <usize>type * childBytes, end = gradient + <usize>units * LANES, rows = childValues;
  for (let d = 0; d < inDim; d += 4) {
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
    let m = matrix + (<usize>d << 2);
    for (let p = gradient; p < end; p += LANES, m += childBytes) {
      const lo = v128.load(p), hi = v128.load(p, 16);
      let x = v128.load32_splat(m);
      a0 = fma(x, lo, a0), b0 = fma(x, hi, b0), x = v128.load32_splat(m, 4);
      a1 = fma(x, lo, a1), b1 = fma(x, hi, b1), x = v128.load32_splat(m, 8);
      a2 = fma(x, lo, a2), b2 = fma(x, hi, b2), x = v128.load32_splat(m, 12);
      a3 = fma(x, lo, a3), b3 = fma(x, hi, b3);
    }
    v128.store(rows, a0), v128.store(rows, b0, 16), v128.store(rows, a1, 32), v128.store(rows, b1, 48);
    v128.store(rows, a2, 64), v128.store(rows, b2, 80), v128.store(rows, a3, 96), v128.store(rows, b3, 112);
    scatterRows(row, offset + (<usize>d << 2), du - u, rows, min(4, inDim - d));
  }
}

/** Adds gradient ⊗ child, summed over `count` tiles and their lanes, to one child's matrices. */
function matrixGradient(count: i32, x: usize, target: usize): void {
  const tilesBytes = <usize>count * laneChildBytes, step = laneChildBytes, gradientStep = gradientStride;
  for (let row = 0; row < units; row += 2, target += 2 * childBytes) {
    const gradient = voteGradients + <usize>row * LANES;
    for (let d = 0; d < inDim; d += 2) {
      let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
      let g = gradient, p = x + <usize>d * LANES;
      for (const end = p + tilesBytes; p < end; p += step, g += gradientStep) {
        const y0 = v128.load(g), z0 = v128.load(g, 16), y1 = v128.load(g, 32), z1 = v128.load(g, 48);
        let lo = v128.load(p), hi = v128.load(p, 16);
        a0 = fma(y0, lo, a0), b0 = fma(z0, hi, b0), a2 = fma(y1, lo, a2), b2 = fma(z1, hi, b2);
        (lo = v128.load(p, 32)), (hi = v128.load(p, 48));
        a1 = fma(y0, lo, a1), b1 = fma(z0, hi, b1), a3 = fma(y1, lo, a3), b3 = fma(z1, hi, b3);
      }
      const sums = sumLanes(f32x4.add(a0, b0), f32x4.add(a1, b1), f32x4.add(a2, b2), f32x4.add(a3, b3));
      const cell = target + (<usize>d << 2), below = cell + childBytes;
      const wide = d + 1 < inDim, tall = row + 1 < units;
      store<f32>(cell, load<f32>(cell) + f32x4.extract_lane(sums, 0));
      if (wide) store<f32>(cell, load<f32>(cell, 4) + f32x4.extract_lane(sums, 1), 4);
      if (tall) store<f32>(below, load<f32>(below) + f32x4.extract_lane(sums, 2));
      if (wide && tall) store<f32>(below, load<f32>(below, 4) + f32x4.extract_lane(sums, 3), 4);
    }
  }
}

/** Adds to du and dw what child `type` of a window contributes in the block's first `count` tiles. */
export function addGradients(window: i32, type: i32, count: i32): void {
  const k = <usize>(window * inTypes + type), offset = <usize>window * TABLE_ROW;
  const matrix = w + k * matrixBytes;
  // Behind the four rows that childGradient works in.
  const values = childValues + 4 * LANES;
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

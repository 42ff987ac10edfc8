/**
 * The backward job. Tiles go in blocks. First each tile's votes are computed again and taken backward through the
 * iterations, which leaves coefficients and vectors (c_j with ds_j, db_j with v_{j-1}); then each child's gradients are
 * collected over the block. A child type, or for a single position a child, belongs to one thread at a time, so nothing
 * is added up across threads and the result does not depend on who did what.
 */
import { LANES, LOG2E } from '../simd';
import {
  agreement, batch, blockTiles, childBytes, coefficients, coefficientStride, du, dv, dw, inHeight, inTypes, inWidth, iterations,
  localVectors, matrixBytes, output, outTypes, positions, saved, sum, table, tables, tableStride, team, terms, tiles, unitBytes,
  vectors, vectorStride, windows,
} from './layer';
import { addScaled, childShare, scale, startExchange, sumOverTeam } from './forward';
import { addGradients } from './gradients';
import { barrier, nextItem, shareStart, thread } from '../threads';
import { findWindows, gatherParents, TABLE_ROW } from './tile';
import { routeBackward } from './routing';
import { squash, squashBackward } from './squash';
import { tileVotes } from './votes';

/** Takes `tile`, number `index` of its block, backward to coefficients and vectors. */
function backwardTile(tile: i32, index: i32): void {
  const count = findWindows(tile, table) * inTypes;
  const first = team ? childShare(count, thread) : 0, last = team ? childShare(count, thread + 1) : count;
  const childStride = <usize>outTypes * <usize>terms * LANES;
  const sums = saved + <usize>(tile * iterations) * unitBytes;
  tileVotes(table, first, last, 0);
  // Vectors in the order of the terms, then ds_1 / types, whose coefficient is 1. A team's threads each have their own.
  const target = team ? localVectors : vectors + <usize>index * vectorStride;
  let gradient = target, coefficient = coefficients + <usize>index * coefficientStride + <usize>first * childStride;
  gatherParents(dv, tile, sum);
  squashBackward(sums + <usize>(iterations - 1) * unitBytes, sum, gradient);
  for (let iteration = iterations - 1; iteration > 0; iteration--, gradient += 2 * unitBytes, coefficient += 2 * LANES) {
    memory.fill(agreement, 0, unitBytes);
    for (let earlier = 0; earlier < iteration; earlier++) {
      squash(sums + <usize>earlier * unitBytes, output);
      addScaled(agreement, output, LOG2E);
    }
    memory.copy(gradient + unitBytes, output, unitBytes);
    routeBackward(last - first, agreement, gradient, coefficient, childStride, <usize>terms * LANES, iteration == iterations - 1, sum);
    sumOverTeam(sum);
    squashBackward(sums + <usize>(iteration - 1) * unitBytes, sum, gradient + 2 * unitBytes);
  }
  scale(gradient, <f32>1 / <f32>outTypes);
  if (team && thread > 0) return;
  memory.copy(tables + <usize>index * tableStride, table, <usize>windows * TABLE_ROW);
  if (team) memory.copy(vectors + <usize>index * vectorStride, localVectors, <usize>(terms + 1) * unitBytes);
}

/** This thread's share of bytes from `start` on set to zero. */
function clear(start: usize, floats: i32): void {
  const from = <usize>shareStart(floats, thread) << 2, to = <usize>shareStart(floats, thread + 1) << 2;
  memory.fill(start + from, 0, to - from);
}

export function backward(): void {
  startExchange();
  clear(du, batch * inHeight * inWidth * inTypes * <i32>(childBytes >> 2));
  clear(dw, windows * inTypes * <i32>(matrixBytes >> 2));
  for (let start = 0; start < tiles; start += blockTiles) {
    const count = min(blockTiles, tiles - start);
    if (team) for (let i = 0; i < count; i++) backwardTile(start + i, i);
    else for (let i = nextItem(); i < count; i = nextItem()) backwardTile(start + i, i);
    barrier();
    if (positions == 1)
      for (let k = nextItem(); k < windows * inTypes; k = nextItem()) addGradients(k / inTypes, k % inTypes, count);
    else
      for (let type = nextItem(); type < inTypes; type = nextItem())
        for (let window = 0; window < windows; window++) addGradients(window, type, count);
    barrier();
  }
}


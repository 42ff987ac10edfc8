/**
 * The backward job. Every hand has its own tiles and goes through them in blocks: first each tile's votes are computed again
 * and taken backward through the iterations, which leaves coefficients and vectors (c_j with ds_j, db_j with v_1 + … + v_{j-1}); then
 * each child's gradients are collected over the block. All gradients are times GRADIENT_SCALE until the end. Nothing passes between hands but sums at the end, which are always
 * added in the same order. The hands of a team have their own children instead.
 */
import { GROUP, TABLE_HEAD, TABLE_ROW } from '../../jobs/numbers';
import { DIRECTION_FLOOR, FLOOR, flush, flushOne, GRADIENT_FLOOR, GRADIENT_SCALE } from '../floors';
import { LANES, LOG2E } from '../simd';
import {
  agreement,
  allDu,
  allDw,
  biasGradients,
  blockTiles,
  coefficients,
  coefficientStride,
  dbias,
  du,
  duBytes,
  dv,
  dw,
  dwBytes,
  dwOffset,
  endOfHands,
  firstHand,
  hand,
  hands,
  inTypes,
  iterations,
  localVectors,
  output,
  outTypes,
  saved,
  scratchStride,
  sum,
  sums,
  sumsStride,
  table,
  tables,
  tableStride,
  takeHand,
  team,
  terms,
  tiles,
  tileStride,
  unitBytes,
  units,
  vectors,
  vectorStride,
  windows,
} from './layer';
import { addScaled, endOfChildren, findPair, firstChild, flushAll, scale, startExchange, sumOverTeam } from './forward';
import { addGradients } from './gradients';
import { barrier, shareStart, thread, threads } from '../threads';
import { findWindows, gatherParents } from './tile';
import { routeBackward } from './routing';
import { squash, squashBackward } from './squash';

/** Takes `tile`, number `index` of its block, backward to coefficients and vectors; if `pair`, the next of this hand's tiles, too. */
function backwardTiles(tile: i32, index: i32, pair: bool): void {
  const step = team ? 1 : hands,
    end = endOfHands();
  let count = 0,
    alike = pair;
  for (let h = firstHand(); h < end; h += threads) {
    takeHand(h);
    count = findWindows(tile, table) * inTypes;
    if (pair) alike = findPair(tile, step);
  }
  if (pair && !alike) {
    backwardTiles(tile, index, false);
    backwardTiles(tile + step, index + 1, false);
    return;
  }
  const both: usize = pair ? 2 : 1;
  // Vectors in the order of the terms, then ds_1 / types, whose coefficient is 1. Both as bytes from where a hand's begin.
  let gradient: usize = 0,
    coefficient = <usize>index * coefficientStride;
  for (let h = firstHand(); h < end; h += threads) {
    takeHand(h);
    for (let i: usize = 0; i < both; i++) {
      const total = sum + i * tileStride,
        one = tile + <i32>i * step;
      gatherParents(dv, one, total);
      scale(total, GRADIENT_SCALE);
      takeSquashBack(one, iterations - 1, total, localVectors + i * tileStride);
    }
  }
  for (let iteration = iterations - 1; iteration > 0; iteration--, gradient += 2 * unitBytes, coefficient += 2 * LANES) {
    for (let h = firstHand(); h < end; h += threads) {
      takeHand(h);
      for (let i: usize = 0; i < both; i++) prepareIteration(tile + <i32>i * step, iteration, gradient, i * tileStride);
      const last = iteration == iterations - 1;
      routeBackward(firstChild(count), endOfChildren(count), pair, localVectors + gradient, coefficients + coefficient, last);
    }
    for (let i: usize = 0; i < both; i++) sumOverTeam(i * tileStride);
    for (let h = firstHand(); h < end; h += threads) {
      takeHand(h);
      for (let i: usize = 0; i < both; i++) {
        const target = localVectors + gradient + i * tileStride + 2 * unitBytes;
        takeSquashBack(tile + <i32>i * step, iteration - 1, sum + i * tileStride, target);
      }
    }
  }
  for (let h = firstHand(); h < end; h += threads) {
    takeHand(h);
    for (let i: usize = 0; i < both; i++) keepTile(<usize>index + i, count, gradient, i * tileStride);
  }
}

/** The sum of the parents of all earlier iterations: what votes were compared with, and the vector of a term. */
function prepareIteration(tile: i32, iteration: i32, gradient: usize, apart: usize): void {
  const vector = localVectors + gradient + apart + unitBytes;
  memory.fill(vector, 0, unitBytes);
  for (let earlier = 0; earlier < iteration; earlier++) {
    squash(iterationSum(tile, earlier), output);
    addScaled(vector, output, 1);
  }
  memory.copy(agreement + apart, vector, unitBytes);
  scale(agreement + apart, LOG2E);
  flushAll(agreement + apart, DIRECTION_FLOOR);
  // v_j is in the logits of all later iterations: sums go on, in a team those of one hand.
  if (iteration == iterations - 1 || (team && hand > 0)) memory.fill(sum + apart, 0, unitBytes);
}

/** Keeps of tile `number` of a block what its gradients are collected from. */
function keepTile(number: usize, count: i32, gradient: usize, apart: usize): void {
  const kept = tables + number * tableStride;
  scale(localVectors + gradient + apart, <f32>1 / <f32>outTypes);
  interleave(localVectors + apart, vectors + number * vectorStride);
  (store<i32>(kept, firstChild(count)), store<i32>(kept, endOfChildren(count), 4));
  memory.copy(kept + TABLE_HEAD, table + apart, <usize>windows * TABLE_ROW);
}

/** s of an iteration, as the forward job has left it. */
@inline
function iterationSum(tile: i32, iteration: i32): usize {
  return saved + <usize>(tile * iterations + iteration) * unitBytes;
}

/** ds of an iteration to `target`, given dv, and to the gradient by the bias, which is in every s. A team has it once. */
function takeSquashBack(tile: i32, iteration: i32, dv: usize, target: usize): void {
  squashBackward(iterationSum(tile, iteration), dv, target);
  if (dbias && (!team || hand == 0)) addScaled(biasGradients, target, 1);
}

/** Adds up all hands' gradients by the bias over their lanes. */
function sumBiasGradients(): void {
  takeHand(0);
  for (let unit: usize = 0; unit < <usize>units; unit++) {
    let sum: f32 = 0;
    for (let h: usize = 0; h < <usize>hands; h++) {
      const at = biasGradients + h * scratchStride + unit * LANES;
      for (let lane: usize = 0; lane < LANES; lane += 4) sum += load<f32>(at + lane);
    }
    store<f32>(dbias + (unit << 2), flushOne(sum, FLOOR * GRADIENT_SCALE) / GRADIENT_SCALE);
  }
}

/** From [term][unit][lane] to [unit][term][lane]: the terms of a unit are wanted together. */
function interleave(source: usize, target: usize): void {
  const step = <usize>(terms + 1) * LANES;
  for (let term = 0; term <= terms; term++, source += unitBytes, target += LANES)
    for (let from = source, to = target, end = source + <usize>units * LANES; from < end; from += LANES, to += step) {
      const lo = v128.load(from),
        hi = v128.load(from, 16);
      (v128.store(to, hi, 16), v128.store(to, lo));
    }
}

/** Sets the gradients of this thread's hands to zero, and its share of those that are everybody's. */
function clearGradients(): void {
  for (let h = thread; h < hands; h += threads) {
    takeHand(h);
    if (sums && dwOffset) memory.fill(du, 0, duBytes);
    if (sums) memory.fill(dw, 0, dwBytes);
    if (dbias) memory.fill(biasGradients, 0, unitBytes);
  }
  if (!sums || !dwOffset) clearShare(allDu, duBytes);
  if (!sums) clearShare(allDw, dwBytes);
  barrier();
}

function clearShare(start: usize, bytes: usize): void {
  const from = (<usize>shareStart(<i32>(bytes >> 2), thread)) << 2,
    to = (<usize>shareStart(<i32>(bytes >> 2), thread + 1)) << 2;
  memory.fill(start + from, 0, to - from);
}

/**
 * Adds up this thread's share of the first `count` hands' gradients, and takes GRADIENT_SCALE out. `offset` leads from a hand's
 * gradients to the tensor's.
 */
function addUp(total: usize, bytes: usize, count: i32, offset: usize, floor: f32): void {
  const quads = <i32>(bytes >> 4),
    end = thread == threads - 1 ? bytes : (<usize>shareStart(quads, thread + 1)) << 4;
  const part = sums + offset,
    least = floor * GRADIENT_SCALE,
    inverse = <f32>1 / GRADIENT_SCALE;
  let i = (<usize>shareStart(quads, thread)) << 4;
  for (; i + 16 <= end; i += 16) {
    let x = v128.load(total + i);
    for (let h = 1, from = part + i; h < count; h++, from += sumsStride) x = f32x4.add(x, v128.load(from));
    v128.store(total + i, f32x4.mul(flush(x, f32x4.splat(least)), f32x4.splat(inverse)));
  }
  for (; i < end; i += 4) {
    let x = load<f32>(total + i);
    for (let h = 1, from = part + i; h < count; h++, from += sumsStride) x += load<f32>(from);
    store<f32>(total + i, flushOne(x, least) * inverse);
  }
}

/** The tiles `first`, `first` + `step`, …, in blocks. */
function backwardBlocks(first: i32, step: i32): void {
  const count = (tiles - first + step - 1) / step,
    end = endOfHands();
  // A team's shares begin at multiples of four children: a group is always the same hand's only if the types are such a multiple.
  const group = !team || inTypes % GROUP == 0 ? GROUP : 1;
  for (let start = 0; start < count; start += blockTiles) {
    const inBlock = min(blockTiles, count - start);
    for (let i = 0; i < inBlock; i += 2) backwardTiles(first + (start + i) * step, i, i + 1 < inBlock);
    for (let h = firstHand(); h < end; h += threads) {
      takeHand(h);
      for (let window = 0; window < windows; window++)
        for (let type = 0; type < inTypes; type += group) addGradients(window, type, min(group, inTypes - type), inBlock);
    }
  }
}

export function backward(): void {
  startExchange();
  clearGradients();
  if (team) backwardBlocks(0, 1);
  else
    for (let h = thread; h < hands; h += threads) {
      takeHand(h);
      backwardBlocks(h, hands);
    }
  barrier();
  if (dbias && thread == 0) sumBiasGradients();
  addUp(allDu, duBytes, sums && dwOffset ? hands : 1, 0, GRADIENT_FLOOR);
  addUp(allDw, dwBytes, sums ? hands : 1, dwOffset, FLOOR);
}

/** The forward job: capsules of the layer, and s of every iteration for the backward job. */
import { DIRECTION_FLOOR, FLOOR, flush } from '../floors';
import { fma, LANES, LOG2E } from '../simd';
import {
  agreement,
  bias,
  endOfHands,
  firstHand,
  hand,
  hands,
  inTypes,
  iterations,
  output,
  outTypes,
  partials,
  saved,
  sum,
  table,
  takeHand,
  team,
  tiles,
  tileStride,
  unitBytes,
  units,
  v,
  votes,
} from './layer';
import { barrier, nextItem, shareOf, thread, threads } from '../threads';
import { findWindows, sameWindows, scatterParents } from './tile';
import { squash } from './squash';
import { tileVotes } from './votes';
import { route } from './routing';

let exchange: usize = 0;

/** Every thread must begin a job with the same half of the exchange. */
export function startExchange(): void {
  exchange = 0;
}

/** Adds up what the hands of a team have at `sum`, or `apart` bytes behind, in the same order for each. */
export function sumOverTeam(apart: usize): void {
  if (!team) return;
  const slots = partials + exchange * <usize>hands * unitBytes;
  exchange ^= 1; // nobody overwrites what a slower thread still reads
  for (let h = thread; h < hands; h += threads) {
    takeHand(h);
    memory.copy(slots + <usize>h * unitBytes, sum + apart, unitBytes);
  }
  barrier();
  for (let h = thread; h < hands; h += threads) {
    takeHand(h);
    const total = sum + apart;
    memory.copy(total, slots, unitBytes);
    for (let other = 1; other < hands; other++)
      for (let i: usize = 0; i < unitBytes; i += 16)
        v128.store(total + i, f32x4.add(v128.load(total + i), v128.load(slots + <usize>other * unitBytes + i)));
  }
}

/** All in place of [unit][lane] values. */
export function flushAll(target: usize, floor: f32): void {
  for (let i: usize = 0; i < unitBytes; i += 16) v128.store(target + i, flush(v128.load(target + i), f32x4.splat(floor)));
}

export function scale(target: usize, by: f32): void {
  for (let i: usize = 0; i < unitBytes; i += 16) v128.store(target + i, f32x4.mul(v128.load(target + i), f32x4.splat(by)));
}

export function addScaled(target: usize, source: usize, by: f32): void {
  for (let i: usize = 0; i < unitBytes; i += 16) v128.store(target + i, fma(v128.load(source + i), f32x4.splat(by), v128.load(target + i)));
}

/** Adds the bias to [unit][lane] values. */
function addBias(target: usize): void {
  for (let from = bias, end = target + <usize>units * LANES; target < end; target += LANES, from += 4) {
    const b = v128.load32_splat(from);
    const lo = f32x4.add(v128.load(target), b),
      hi = f32x4.add(v128.load(target, 16), b);
    (v128.store(target, hi, 16), v128.store(target, lo));
  }
}

/** First of a tile's `count` children that are this hand's: a multiple of four. */
export function firstChild(count: i32): i32 {
  return team ? childShare(count, hand) : 0;
}

export function endOfChildren(count: i32): i32 {
  return team ? childShare(count, hand + 1) : count;
}

function childShare(count: i32, index: i32): i32 {
  return index == hands ? count : shareOf(count >> 2, index, hands) << 2;
}

/** Whether a tile and the one `step` behind can be taken together; finds their windows. */
export function findPair(tile: i32, step: i32): bool {
  findWindows(tile + step, table + tileStride);
  return sameWindows(table, table + tileStride);
}

/** One tile, or if `pair`, this and the next, which have the same windows. */
function forwardTiles(tile: i32, pair: bool): void {
  const end = endOfHands();
  let count = 0,
    alike = pair;
  for (let h = firstHand(); h < end; h += threads) {
    takeHand(h);
    count = findWindows(tile, table) * inTypes;
    if (pair) alike = findPair(tile, 1);
  }
  if (pair && !alike) {
    forwardTiles(tile, false);
    forwardTiles(tile + 1, false);
    return;
  }
  for (let h = firstHand(); h < end; h += threads) {
    takeHand(h);
    tileVotes(firstChild(count), endOfChildren(count), pair, votes, sum);
  }
  routeTile(tile, count, 0);
  if (pair) routeTile(tile + 1, count, tileStride);
}

/** A tile of `count` children whose votes have been added up; its scratch lies `apart` bytes behind that of the first. */
function routeTile(tile: i32, count: i32, apart: usize): void {
  const end = endOfHands();
  for (let iteration = 0; iteration < iterations; iteration++) {
    for (let h = firstHand(); h < end; h += threads) {
      takeHand(h);
      if (iteration == 0) memory.fill(agreement + apart, 0, unitBytes);
      else route(votes + apart, endOfChildren(count) - firstChild(count), agreement + apart, sum + apart);
    }
    sumOverTeam(apart);
    for (let h = firstHand(); h < end; h += threads) {
      takeHand(h);
      finishIteration(tile, iteration, sum + apart, agreement + apart);
    }
  }
}

/** From the weighted sum of the votes to the parent, and to what the next iteration compares votes with. */
function finishIteration(tile: i32, iteration: i32, sum: usize, agreement: usize): void {
  const leads = !team || hand == 0;
  if (iteration == 0) scale(sum, <f32>1 / <f32>outTypes); // b = 0: all coupling coefficients are equal
  if (bias) addBias(sum);
  flushAll(sum, FLOOR);
  if (leads && saved) memory.copy(saved + <usize>(tile * iterations + iteration) * unitBytes, sum, unitBytes);
  squash(sum, output);
  addScaled(agreement, output, LOG2E);
  flushAll(agreement, DIRECTION_FLOOR);
  if (leads && iteration == iterations - 1) scatterParents(output, tile, v);
}

export function forward(): void {
  startExchange();
  // Two tiles share the matrices that are loaded; as long as no thread waits for another's second one.
  const together = team || tiles >= 8 * threads ? 2 : 1;
  for (let tile = team ? 0 : nextItem() * together; tile < tiles; tile = team ? tile + together : nextItem() * together)
    forwardTiles(tile, together == 2 && tile + 1 < tiles);
}

/** The forward job: capsules of the layer, and s of every iteration for the backward job. */
import { DIRECTION_FLOOR, FLOOR, flush } from '../floors';
import { fma, LANES, LOG2E } from '../simd';
import {
  agreement,
  bias,
  inTypes,
  iterations,
  output,
  outTypes,
  partials,
  saved,
  sum,
  table,
  team,
  tiles,
  tileStride,
  unitBytes,
  units,
  v,
  votes,
} from './layer';
import { barrier, nextItem, shareStart, thread, threads } from '../threads';
import { findWindows, sameWindows, scatterParents } from './tile';
import { squash } from './squash';
import { tileVotes } from './votes';
import { route } from './routing';

let exchange: usize = 0;

/** Every thread must begin a job with the same half of the exchange. */
export function startExchange(): void {
  exchange = 0;
}

/** Adds up `total` over the threads of a team, in the same order on each. */
export function sumOverTeam(total: usize): void {
  if (!team) return;
  const slots = partials + exchange * <usize>threads * unitBytes;
  exchange ^= 1; // nobody overwrites what a slower thread still reads
  memory.copy(slots + <usize>thread * unitBytes, total, unitBytes);
  barrier();
  memory.copy(total, slots, unitBytes);
  for (let t = 1; t < threads; t++)
    for (let i: usize = 0; i < unitBytes; i += 16)
      v128.store(total + i, f32x4.add(v128.load(total + i), v128.load(slots + <usize>t * unitBytes + i)));
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

/** First of `count` children that belong to thread t of a team: a multiple of four. */
export function childShare(count: i32, t: i32): i32 {
  return t == threads ? count : shareStart(count >> 2, t) << 2;
}

/** Whether a tile and the one `step` behind can be taken together; finds their windows. */
export function findPair(tile: i32, step: i32): bool {
  findWindows(tile + step, table + tileStride);
  return sameWindows(table, table + tileStride);
}

/** One tile, or if `pair`, this and the next, which have the same windows. */
function forwardTiles(tile: i32, pair: bool): void {
  const count = findWindows(tile, table) * inTypes;
  if (pair && !findPair(tile, 1)) {
    forwardTiles(tile, false);
    forwardTiles(tile + 1, false);
    return;
  }
  const first = team ? childShare(count, thread) : 0,
    last = team ? childShare(count, thread + 1) : count;
  tileVotes(first, last, pair, votes, sum);
  routeTile(tile, last - first, votes, sum, agreement);
  if (pair) routeTile(tile + 1, last - first, votes + tileStride, sum + tileStride, agreement + tileStride);
}

/** `sum`: that of the votes. */
function routeTile(tile: i32, count: i32, votes: usize, sum: usize, agreement: usize): void {
  const leads = !team || thread == 0;
  memory.fill(agreement, 0, unitBytes);
  for (let iteration = 0; iteration < iterations; iteration++) {
    if (iteration > 0) route(votes, count, agreement, sum);
    sumOverTeam(sum);
    if (iteration == 0) scale(sum, <f32>1 / <f32>outTypes); // b = 0: all coupling coefficients are equal
    if (bias) addBias(sum);
    flushAll(sum, FLOOR);
    if (leads && saved) memory.copy(saved + <usize>(tile * iterations + iteration) * unitBytes, sum, unitBytes);
    squash(sum, output);
    addScaled(agreement, output, LOG2E);
    flushAll(agreement, DIRECTION_FLOOR);
  }
  if (leads) scatterParents(output, tile, v);
}

export function forward(): void {
  startExchange();
  // Two tiles share the matrices that are loaded; as long as no thread waits for another's second one.
  const together = team || tiles >= 8 * threads ? 2 : 1;
  for (let tile = team ? 0 : nextItem() * together; tile < tiles; tile = team ? tile + together : nextItem() * together)
    forwardTiles(tile, together == 2 && tile + 1 < tiles);
}

/** The forward job: capsules of the layer, and s of every iteration for the backward job. */
import { fma, LOG2E } from '../simd';
import {
  agreement, inTypes, iterations, output, outTypes, partials, saved, sum, table, team, tiles, unitBytes, v, votes,
} from './layer';
import { barrier, nextItem, shareStart, thread, threads } from '../threads';
import { findWindows, scatterParents } from './tile';
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

/** Both in place of [unit][lane] values. */
export function scale(target: usize, by: f32): void {
  for (let i: usize = 0; i < unitBytes; i += 16) v128.store(target + i, f32x4.mul(v128.load(target + i), f32x4.splat(by)));
}

export function addScaled(target: usize, source: usize, by: f32): void {
  for (let i: usize = 0; i < unitBytes; i += 16)
    v128.store(target + i, fma(v128.load(source + i), f32x4.splat(by), v128.load(target + i)));
}

/** First of `count` children that belong to thread t of a team: a multiple of four. */
export function childShare(count: i32, t: i32): i32 {
  return t == threads ? count : shareStart(count >> 2, t) << 2;
}

function forwardTile(tile: i32): void {
  const count = findWindows(tile, table) * inTypes;
  const first = team ? childShare(count, thread) : 0, last = team ? childShare(count, thread + 1) : count;
  const leads = !team || thread == 0;
  tileVotes(first, last, votes, sum);
  memory.fill(agreement, 0, unitBytes);
  for (let iteration = 0; iteration < iterations; iteration++) {
    if (iteration > 0) route(last - first, agreement, sum);
    sumOverTeam(sum);
    if (iteration == 0) scale(sum, <f32>1 / <f32>outTypes); // b = 0: all coupling coefficients are equal
    if (leads && saved) memory.copy(saved + <usize>(tile * iterations + iteration) * unitBytes, sum, unitBytes);
    squash(sum, output);
    addScaled(agreement, output, LOG2E);
  }
  if (leads) scatterParents(output, tile, v);
}

export function forward(): void {
  startExchange();
  if (team) for (let tile = 0; tile < tiles; tile++) forwardTile(tile);
  else for (let tile = nextItem(); tile < tiles; tile = nextItem()) forwardTile(tile);
}


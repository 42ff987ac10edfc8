/** Moving a tile's values between tensors and lanes, and finding its children. */
import { TABLE_ROW } from '../../jobs/numbers';
import { LANES } from '../simd';
import {
  childBytes,
  inHeight,
  inTypes,
  inWidth,
  kernelHeight,
  kernelWidth,
  outWidth,
  padding,
  slotImage,
  slotParent,
  slotPosition,
  stride,
  u,
  units,
  windows,
  zeros,
} from './layer';

/**
 * Fills the window table of a tile; returns how many windows lie in the map for at least one lane. A row: rank of the window among
 * those that some lane has (or -1), then the address of its first child per lane. A table that is kept begins with first and last + 1
 * of the tile's children that are this thread's.
 */
export function findWindows(tile: i32, table: usize): i32 {
  let rank = 0;
  for (let ky = 0; ky < kernelHeight; ky++)
    for (let kx = 0; kx < kernelWidth; kx++, table += TABLE_ROW) {
      let inside = false;
      for (let lane = 0; lane < 8; lane++) {
        const position = slotPosition(tile, lane);
        let address = zeros;
        if (position >= 0) {
          const y = (position / outWidth) * stride + ky - padding;
          const x = (position % outWidth) * stride + kx - padding;
          if (y >= 0 && y < inHeight && x >= 0 && x < inWidth) {
            address = u + <usize>((slotImage(tile, lane) * inHeight + y) * inWidth + x) * <usize>inTypes * childBytes;
            inside = true;
          }
        }
        store<usize>(table + 4 + ((<usize>lane) << 2), address);
      }
      store<i32>(table, inside ? rank++ : -1);
    }
  return rank;
}

/** Whether two tiles' tables have the same windows in the map, so that their children have the same numbers. */
export function sameWindows(table: usize, other: usize): bool {
  const apart = other - table;
  for (const end = table + <usize>windows * TABLE_ROW; table < end; table += TABLE_ROW)
    if (load<i32>(table) != load<i32>(table + apart)) return false;
  return true;
}

/** Turns four floats from each of eight addresses into four [lane] rows. */
@inline
function turn(a: usize, b: usize, c: usize, d: usize, target: usize): void {
  const r0 = v128.load(a),
    r1 = v128.load(b),
    r2 = v128.load(c),
    r3 = v128.load(d);
  const p0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5),
    p1 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const q0 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7),
    q1 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(target, v128.shuffle<f32>(p0, p1, 0, 1, 4, 5));
  v128.store(target + LANES, v128.shuffle<f32>(p0, p1, 2, 3, 6, 7));
  v128.store(target + 2 * LANES, v128.shuffle<f32>(q0, q1, 0, 1, 4, 5));
  v128.store(target + 3 * LANES, v128.shuffle<f32>(q0, q1, 2, 3, 6, 7));
}

/** `bytes` of the children of a window from `type` on as [dim][lane]. Rows that fill up the last four hold whatever follows in memory. */
export function gatherChildren(row: usize, type: i32, bytes: usize, target: usize): void {
  const offset = <usize>type * childBytes;
  const a = load<usize>(row, 4) + offset,
    b = load<usize>(row, 8) + offset,
    c = load<usize>(row, 12) + offset,
    d = load<usize>(row, 16) + offset;
  const e = load<usize>(row, 20) + offset,
    f = load<usize>(row, 24) + offset,
    g = load<usize>(row, 28) + offset,
    h = load<usize>(row, 32) + offset;
  for (let i: usize = 0; i < bytes; i += 16, target += 4 * LANES) {
    turn(a + i, b + i, c + i, d + i, target);
    turn(e + i, f + i, g + i, h + i, target + 16);
  }
}

/** Adds `values` to the gradient of a lane's child, `shift` bytes behind the child, unless that is outside the map. */
@inline
function addToChild(child: usize, shift: usize, values: v128): void {
  if (child != zeros) v128.store(child + shift, f32x4.add(v128.load(child + shift), values));
}

/** Adds four [lane] rows to the gradients of four lanes' children, whose addresses are in the window table from `row` on. */
@inline
function turnBack(row: usize, shift: usize, source: usize): void {
  const r0 = v128.load(source),
    r1 = v128.load(source, 32),
    r2 = v128.load(source, 64),
    r3 = v128.load(source, 96);
  const p0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5),
    p1 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const q0 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7),
    q1 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  addToChild(load<usize>(row), shift, v128.shuffle<f32>(p0, p1, 0, 1, 4, 5));
  addToChild(load<usize>(row, 4), shift, v128.shuffle<f32>(p0, p1, 2, 3, 6, 7));
  addToChild(load<usize>(row, 8), shift, v128.shuffle<f32>(q0, q1, 0, 1, 4, 5));
  addToChild(load<usize>(row, 12), shift, v128.shuffle<f32>(q0, q1, 2, 3, 6, 7));
}

/** Adds `count` [lane] rows to the gradient of each lane's child. `shift` leads from a child to its gradient. */
export function scatterRows(row: usize, offset: usize, shift: usize, source: usize, count: i32): void {
  let from: usize = 0;
  if (count >= 4) {
    turnBack(row + 4, shift + offset, source);
    turnBack(row + 20, shift + offset, source + 16);
    if (count == 4) return;
    from = 4;
  }
  for (let lane: usize = 0; lane < 8; lane++) {
    const child = load<usize>(row + 4 + (lane << 2));
    if (child == zeros) continue;
    const target = child + shift + offset;
    for (let i = from, value = source + (lane << 2) + from * LANES; i < <usize>count; i++, value += LANES)
      store<f32>(target + (i << 2), load<f32>(target + (i << 2)) + load<f32>(value));
  }
}

/** Parents' values of a tile as [unit][lane]; unused lanes are zero. */
export function gatherParents(tensor: usize, tile: i32, target: usize): void {
  for (let lane = 0; lane < 8; lane++) {
    const parent = slotParent(tile, lane);
    let to = target + ((<usize>lane) << 2);
    let from = tensor + <usize>((parent * units) << 2);
    for (const end = to + <usize>units * LANES; to < end; to += LANES, from += 4) store<f32>(to, parent < 0 ? 0 : load<f32>(from));
  }
}

export function scatterParents(source: usize, tile: i32, tensor: usize): void {
  for (let lane = 0; lane < 8; lane++) {
    const parent = slotParent(tile, lane);
    if (parent < 0) continue;
    let from = source + ((<usize>lane) << 2);
    let to = tensor + <usize>((parent * units) << 2);
    for (const end = to + ((<usize>units) << 2); to < end; to += 4, from += LANES) store<f32>(to, load<f32>(from));
  }
}

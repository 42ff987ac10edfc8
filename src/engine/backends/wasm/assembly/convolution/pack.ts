/** Gathering blocks of A and B into the order in which they are multiplied. */
import {
  batch,
  channels,
  columns,
  depth,
  firstTap,
  gridHeight,
  gridWidth,
  height,
  packed,
  PANEL,
  PANEL_STEP,
  right,
  source,
  sourceStepX,
  sourceStepY,
  tapInFilter,
  tapX,
  tapY,
  TILE,
  TILE_STEP,
  width,
  zeros,
} from './job';

/** Copies up to sixteen floats; the rest of the sixteen are zero. */
@inline
function copyRow(from: usize, to: usize, count: i32): void {
  if (count >= PANEL) for (let i: usize = 0; i < PANEL_STEP; i += 16) v128.store(to + i, v128.load(from + i));
  else {
    memory.fill(to, 0, PANEL_STEP);
    memory.copy(to, from, (<usize>count) << 2);
  }
}

/** Panel of a matrix of `depth` rows: B as it stands. */
export function packRows(panel: i32): void {
  const first = panel * PANEL,
    count = columns - first;
  let from = right + ((<usize>first) << 2),
    to = packed + <usize>panel * <usize>depth * PANEL_STEP;
  for (let row = 0; row < depth; row++, from += (<usize>columns) << 2, to += PANEL_STEP) copyRow(from, to, count);
}

/** Panel of the filter (tap, in, out), its taps in the order of the job: [tap][in][16 of out]. */
export function packFilter(panel: i32, tapCount: i32): void {
  const first = panel * PANEL,
    count = columns - first;
  let to = packed + <usize>panel * <usize>depth * PANEL_STEP;
  for (let tap = 0; tap < tapCount; tap++) {
    let from = right + ((<usize>(tapInFilter(tap) * channels * columns + first)) << 2);
    for (let c = 0; c < channels; c++, from += (<usize>columns) << 2, to += PANEL_STEP) copyRow(from, to, count);
  }
}

/** Panel of the filter (tap, in, out) with its channels exchanged: [tap][out][16 of in]. */
export function packTurnedFilter(panel: i32, tapCount: i32): void {
  const first = panel * PANEL,
    count = min(PANEL, columns - first);
  let target = packed + <usize>panel * <usize>depth * PANEL_STEP;
  const bytes = <usize>channels * PANEL_STEP;
  for (let tap = 0; tap < tapCount; tap++, target += bytes) {
    if (count < PANEL) memory.fill(target, 0, bytes);
    let from = right + ((<usize>((tapInFilter(tap) * columns + first) * channels)) << 2);
    for (let row: usize = 0; row < <usize>count; row++)
      for (let to = target + (row << 2), end = to + bytes; to < end; to += PANEL_STEP, from += 4) store<f32>(to, load<f32>(from));
  }
}

/** Address of the source's values at a position of the phase, moved by (dy, dx); zeros outside. */
@inline
function at(image: i32, row: i32, column: i32, dy: i32, dx: i32): usize {
  const y = row * sourceStepY + dy,
    x = column * sourceStepX + dx;
  if (<u32>y >= <u32>height || <u32>x >= <u32>width) return zeros;
  return source + ((<usize>(((image * height + y) * width + x) * channels)) << 2);
}

/** Turns `count` floats from each of six addresses into [step][6]. */
@inline
function turn(a: usize, b: usize, c: usize, d: usize, e: usize, f: usize, to: usize, count: i32): void {
  for (const fours = to + <usize>(count >> 2) * 4 * TILE_STEP; to < fours; to += 4 * TILE_STEP) {
    const r0 = v128.load(a),
      r1 = v128.load(b),
      r2 = v128.load(c),
      r3 = v128.load(d),
      r4 = v128.load(e),
      r5 = v128.load(f);
    const p0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5),
      p1 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
    const q0 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7),
      q1 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    const s0 = v128.shuffle<f32>(r4, r5, 0, 4, 1, 5),
      s1 = v128.shuffle<f32>(r4, r5, 2, 6, 3, 7);
    (v128.store(to, v128.shuffle<f32>(p0, p1, 0, 1, 4, 5)), v128.store64_lane(to, s0, 0, 16));
    (v128.store(to, v128.shuffle<f32>(p0, p1, 2, 3, 6, 7), 24), v128.store64_lane(to, s0, 1, 40));
    (v128.store(to, v128.shuffle<f32>(q0, q1, 0, 1, 4, 5), 48), v128.store64_lane(to, s1, 0, 64));
    (v128.store(to, v128.shuffle<f32>(q0, q1, 2, 3, 6, 7), 72), v128.store64_lane(to, s1, 1, 88));
    ((a += 16), (b += 16), (c += 16), (d += 16), (e += 16), (f += 16));
  }
  for (let i: usize = 0, rest = (<usize>(count & 3)) << 2; i < rest; i += 4, to += TILE_STEP) {
    (store<f32>(to, load<f32>(a + i)), store<f32>(to, load<f32>(b + i), 4), store<f32>(to, load<f32>(c + i), 8));
    (store<f32>(to, load<f32>(d + i), 12), store<f32>(to, load<f32>(e + i), 16), store<f32>(to, load<f32>(f + i), 20));
  }
}

/** Rows of A are positions: those of the six from `first` on, steps `from` to `to` of taps × channels. */
export function packPositions(first: i32, from: i32, to: i32, target: usize): void {
  const cells = gridHeight * gridWidth,
    last = batch * cells - 1;
  // The tile's positions; beyond the last, that is taken again.
  const p0 = min(first, last),
    p1 = min(first + 1, last),
    p2 = min(first + 2, last);
  const p3 = min(first + 3, last),
    p4 = min(first + 4, last),
    p5 = min(first + 5, last);
  const i0 = p0 / cells,
    i1 = p1 / cells,
    i2 = p2 / cells,
    i3 = p3 / cells,
    i4 = p4 / cells,
    i5 = p5 / cells;
  const y0 = (p0 % cells) / gridWidth,
    y1 = (p1 % cells) / gridWidth,
    y2 = (p2 % cells) / gridWidth;
  const y3 = (p3 % cells) / gridWidth,
    y4 = (p4 % cells) / gridWidth,
    y5 = (p5 % cells) / gridWidth;
  const x0 = p0 % gridWidth,
    x1 = p1 % gridWidth,
    x2 = p2 % gridWidth,
    x3 = p3 % gridWidth,
    x4 = p4 % gridWidth,
    x5 = p5 % gridWidth;
  for (let step = from; step < to;) {
    const tap = firstTap + step / channels,
      channel = step % channels,
      count = min(channels - channel, to - step);
    const dy = tapY(tap),
      dx = tapX(tap),
      offset = (<usize>channel) << 2;
    turn(
      at(i0, y0, x0, dy, dx) + offset,
      at(i1, y1, x1, dy, dx) + offset,
      at(i2, y2, x2, dy, dx) + offset,
      at(i3, y3, x3, dy, dx) + offset,
      at(i4, y4, x4, dy, dx) + offset,
      at(i5, y5, x5, dy, dx) + offset,
      target,
      count,
    );
    ((step += count), (target += <usize>count * TILE_STEP));
  }
}

/** One output's values of a tile, or of a part of one. */
@inline
function copyValues(from: usize, to: usize, count: i32): void {
  if (count == TILE) (v128.store(to, v128.load(from)), store<u64>(to, load<u64>(from, 16), 16));
  else for (let i: usize = 0, end = (<usize>count) << 2; i < end; i += 4) store<f32>(to + i, load<f32>(from + i));
}

/** Rows of A are taps × channels: the six from `first` on, steps `from` to `to` of all outputs. */
export function packChannels(first: i32, rows: i32, from: i32, to: i32, target: usize): void {
  const cells = gridHeight * gridWidth;
  for (let row = first; row < min(first + TILE, rows);) {
    const tap = row / channels,
      channel = row % channels,
      count = min(channels - channel, first + TILE - row);
    const dy = tapY(tap),
      dx = tapX(tap),
      offset = (<usize>channel) << 2;
    let put = target + ((<usize>(row - first)) << 2);
    for (let step = from; step < to;) {
      const image = step / cells,
        y = (step % cells) / gridWidth,
        x = step % gridWidth,
        run = min(gridWidth - x, to - step);
      for (let i = 0; i < run; i++, put += TILE_STEP) copyValues(at(image, y, x + i, dy, dx) + offset, put, count);
      step += run;
    }
    row += count;
  }
}

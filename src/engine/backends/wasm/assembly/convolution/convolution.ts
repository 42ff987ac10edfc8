/** The job of a convolution. Every value of C is one thread's, and added up in the same order by whichever. */
import { BY_FILTER, BY_INPUT } from '../../jobs/numbers';
import { FLOOR, flush, GRADIENT_FLOOR } from '../floors';
import { fma } from '../simd';
import { barrier, nextItem } from '../threads';
import {
  advance,
  batch,
  blockSteps,
  blockTiles,
  CELL,
  cells,
  channels,
  columns,
  depth,
  entries,
  firstTap,
  gridHeight,
  gridWidth,
  groupPanels,
  kind,
  left,
  originX,
  originY,
  packed,
  PANEL,
  panels,
  PANEL_STEP,
  phaseCount,
  phaseTaps,
  readPhase,
  result,
  resultHeight,
  resultStepX,
  resultStepY,
  resultWidth,
  tapCount,
  TILE,
  TILE_STEP,
} from './job';
import { packChannels, packFilter, packPositions, packRows, packTurnedFilter } from './pack';

/** c += a · b: [step][6] by [step][16], c as [6][16]. */
function multiply(a: usize, b: usize, c: usize, steps: i32): void {
  let c00 = v128.load(c, 0),
    c01 = v128.load(c, 16),
    c02 = v128.load(c, 32),
    c03 = v128.load(c, 48);
  let c10 = v128.load(c, 64),
    c11 = v128.load(c, 80),
    c12 = v128.load(c, 96),
    c13 = v128.load(c, 112);
  let c20 = v128.load(c, 128),
    c21 = v128.load(c, 144),
    c22 = v128.load(c, 160),
    c23 = v128.load(c, 176);
  let c30 = v128.load(c, 192),
    c31 = v128.load(c, 208),
    c32 = v128.load(c, 224),
    c33 = v128.load(c, 240);
  let c40 = v128.load(c, 256),
    c41 = v128.load(c, 272),
    c42 = v128.load(c, 288),
    c43 = v128.load(c, 304);
  let c50 = v128.load(c, 320),
    c51 = v128.load(c, 336),
    c52 = v128.load(c, 352),
    c53 = v128.load(c, 368);
  for (const end = a + <usize>steps * TILE_STEP; a < end; a += TILE_STEP, b += PANEL_STEP) {
    const b0 = v128.load(b),
      b1 = v128.load(b, 16),
      b2 = v128.load(b, 32),
      b3 = v128.load(b, 48);
    let x = v128.load32_splat(a);
    ((c00 = fma(x, b0, c00)), (c01 = fma(x, b1, c01)), (c02 = fma(x, b2, c02)), (c03 = fma(x, b3, c03)), (x = v128.load32_splat(a, 4)));
    ((c10 = fma(x, b0, c10)), (c11 = fma(x, b1, c11)), (c12 = fma(x, b2, c12)), (c13 = fma(x, b3, c13)), (x = v128.load32_splat(a, 8)));
    ((c20 = fma(x, b0, c20)), (c21 = fma(x, b1, c21)), (c22 = fma(x, b2, c22)), (c23 = fma(x, b3, c23)), (x = v128.load32_splat(a, 12)));
    ((c30 = fma(x, b0, c30)), (c31 = fma(x, b1, c31)), (c32 = fma(x, b2, c32)), (c33 = fma(x, b3, c33)), (x = v128.load32_splat(a, 16)));
    ((c40 = fma(x, b0, c40)), (c41 = fma(x, b1, c41)), (c42 = fma(x, b2, c42)), (c43 = fma(x, b3, c43)), (x = v128.load32_splat(a, 20)));
    ((c50 = fma(x, b0, c50)), (c51 = fma(x, b1, c51)), (c52 = fma(x, b2, c52)), (c53 = fma(x, b3, c53)));
  }
  (v128.store(c, c01, 16), v128.store(c, c00), v128.store(c, c03, 48), v128.store(c, c02, 32));
  (v128.store(c, c11, 80), v128.store(c, c10, 64), v128.store(c, c13, 112), v128.store(c, c12, 96));
  (v128.store(c, c21, 144), v128.store(c, c20, 128), v128.store(c, c23, 176), v128.store(c, c22, 160));
  (v128.store(c, c31, 208), v128.store(c, c30, 192), v128.store(c, c33, 240), v128.store(c, c32, 224));
  (v128.store(c, c41, 272), v128.store(c, c40, 256), v128.store(c, c43, 304), v128.store(c, c42, 288));
  (v128.store(c, c51, 336), v128.store(c, c50, 320), v128.store(c, c53, 368), v128.store(c, c52, 352));
}

/** Rows of C in the current phase. */
function rows(): i32 {
  return kind == BY_FILTER ? tapCount * channels : batch * gridHeight * gridWidth;
}

/** Where a row of C lies. */
function rowAddress(row: i32): usize {
  let index = row;
  if (kind != BY_FILTER) {
    const cells = gridHeight * gridWidth,
      y = (row % cells) / gridWidth,
      x = row % gridWidth;
    index = ((row / cells) * resultHeight + originY + y * resultStepY) * resultWidth + originX + x * resultStepX;
  }
  return result + ((<usize>(index * columns)) << 2);
}

/** Writes panels first…last-1 of the tile that begins with `row` into C. */
function storeTile(tile: i32, tiles: i32, row: i32, first: i32, last: i32): void {
  const count = min(TILE, rows() - row),
    floor = f32x4.splat(kind == BY_FILTER ? FLOOR : GRADIENT_FLOOR);
  for (let r = 0; r < count; r++) {
    const target = rowAddress(row + r);
    for (let panel = first; panel < last; panel++) {
      const from = cells + <usize>((panel - first) * tiles + tile) * CELL + <usize>r * PANEL_STEP;
      const to = target + ((<usize>(panel * PANEL)) << 2),
        width = columns - panel * PANEL,
        place = width >= PANEL ? to : from;
      for (let i: usize = 0; i < PANEL_STEP; i += 16) v128.store(place + i, flush(v128.load(from + i), floor));
      if (width < PANEL) memory.copy(to, from, (<usize>width) << 2);
    }
  }
}

/** Computes the rows of C from tile `firstTile` on, panels first…last-1. */
function multiplyBlock(firstTile: i32, tiles: i32, first: i32, last: i32): void {
  memory.fill(cells, 0, <usize>((last - first) * tiles) * CELL);
  const steps = kind == BY_FILTER ? depth : phaseTaps * channels,
    offset = kind == BY_FILTER ? 0 : firstTap * channels;
  const blocks = (steps + blockSteps - 1) / blockSteps,
    size = blocks ? (steps + blocks - 1) / blocks : 0;
  for (let from = 0; from < steps; from += size) {
    const to = min(steps, from + size),
      bytes = <usize>(to - from) * TILE_STEP;
    for (let tile = 0; tile < tiles; tile++) {
      const row = (firstTile + tile) * TILE;
      if (kind == BY_FILTER) packChannels(row, rows(), from, to, left + <usize>tile * bytes);
      else packPositions(row, from, to, left + <usize>tile * bytes);
    }
    for (let panel = first; panel < last; panel++) {
      const b = packed + (<usize>panel * <usize>depth + <usize>(offset + from)) * PANEL_STEP;
      let c = cells + <usize>((panel - first) * tiles) * CELL;
      for (let a = left, end = left + <usize>tiles * bytes; a < end; a += bytes, c += CELL) multiply(a, b, c, to - from);
    }
  }
  for (let tile = 0; tile < tiles; tile++) storeTile(tile, tiles, (firstTile + tile) * TILE, first, last);
}

function pack(panel: i32): void {
  if (kind == BY_FILTER) packRows(panel);
  else if (kind == BY_INPUT) packTurnedFilter(panel, tapCount);
  else packFilter(panel, tapCount);
}

/** Blocks of tiles of the current phase. */
function blockCount(): i32 {
  return ((rows() + TILE - 1) / TILE + blockTiles - 1) / blockTiles;
}

function multiplyItem(block: i32, group: i32): void {
  const tiles = (rows() + TILE - 1) / TILE,
    firstTile = block * blockTiles,
    first = group * groupPanels;
  multiplyBlock(firstTile, min(blockTiles, tiles - firstTile), first, min(panels, first + groupPanels));
}

/** One product by all threads: they pack panels and, when all are packed, take blocks of C. */
function together(): void {
  for (let panel = nextItem(); panel < panels; panel = nextItem()) pack(panel);
  barrier();
  const groups = (panels + groupPanels - 1) / groupPanels;
  let item = nextItem(),
    start = 0;
  for (let phase = 0; phase < phaseCount; phase++) {
    readPhase(phase);
    const end = start + blockCount() * groups;
    for (; item < end; item = nextItem()) multiplyItem((item - start) / groups, (item - start) % groups);
    start = end;
  }
}

/** Many products, each by one thread. */
function apart(): void {
  readPhase(0);
  for (let done = 0, entry = nextItem(); entry < entries; done = entry, entry = nextItem()) {
    advance(entry - done);
    for (let panel = 0; panel < panels; panel++) pack(panel);
    for (let block = 0; block < blockCount(); block++) multiplyItem(block, 0);
  }
}

export function convolution(): void {
  if (entries > 1) apart();
  else together();
}

/**
 * The convolution that a job computes, as a product of matrices C = A · B of which A and B are never written down whole
 * (implicit GEMM; Chetlur et al. 2014, cuDNN). Three kinds:
 * - forward: rows of A are the windows of the input, B the filter
 * - by input: rows of A are the outputs that an input reaches, B the filter with its two channel axes exchanged
 * - by filter: rows of A are taps and input channels over all outputs, B is the gradient by the outputs
 *
 * Rows of C are taken in tiles of six, columns in panels of sixteen: twelve 256-bit accumulators.
 */
import * as Words from '../../jobs/convolution';
import { PANEL_COLUMNS, PHASE_WORDS, TAP_WORDS, TILE_ROWS } from '../../jobs/numbers';
import { word } from '../words';

export const TILE: i32 = TILE_ROWS;
export const PANEL: i32 = PANEL_COLUMNS;
/** Bytes of one step of a tile, of a panel, and of a tile of C. */
export const TILE_STEP: usize = 4 * TILE_ROWS;
export const PANEL_STEP: usize = 4 * PANEL_COLUMNS;
export const CELL: usize = 4 * TILE_ROWS * PANEL_COLUMNS;

export let kind: i32 = 0;
/** Tensor that A is gathered from: a map of `height` × `width` positions with `channels` values each, per image. */
export let source: usize = 0;
export let height: i32 = 0;
export let width: i32 = 0;
export let channels: i32 = 0;
/** Tensor that B is packed from, and the columns of B and C. */
export let right: usize = 0;
export let columns: i32 = 0;
/** C: a map of `resultHeight` × `resultWidth` positions with `columns` values each, or all rows in order. */
export let result: usize = 0;
export let resultHeight: i32 = 0;
export let resultWidth: i32 = 0;
export let batch: i32 = 0;
/** From one position of a phase to the next, in the source and in C. */
export let sourceStepY: i32 = 0;
export let sourceStepX: i32 = 0;
export let resultStepY: i32 = 0;
export let resultStepX: i32 = 0;
/** See ../../convolution.ts: phases, then taps. */
export let phases: usize = 0;
export let phaseCount: i32 = 0;
export let taps: usize = 0;
export let tapCount: i32 = 0;
/** Products of their own, one after the other in each tensor, and how far apart; with several, each is one thread's. */
export let entries: i32 = 0;
let sourceEntry: usize = 0;
let rightEntry: usize = 0;
let resultEntry: usize = 0;
/** B as [panel][depth][16]. */
export let packed: usize = 0;
export let depth: i32 = 0;
export let panels: i32 = 0;
/** Zeros in place of a position outside the map. */
export let zeros: usize = 0;
/** Tiles and panels of an item of work, and most steps at a time. */
export let blockTiles: i32 = 0;
export let groupPanels: i32 = 0;
export let blockSteps: i32 = 0;
/** This thread's scratch: a block of A as [tile][step][6], and of C as [panel][tile][6][16]. */
export let left: usize = 0;
export let cells: usize = 0;

/** Reads the job block. */
export function readConvolution(thread: i32): void {
  kind = word(Words.KIND);
  source = word(Words.SOURCE);
  height = word(Words.HEIGHT);
  width = word(Words.WIDTH);
  channels = word(Words.CHANNELS);
  right = word(Words.RIGHT);
  columns = word(Words.COLUMNS);
  result = word(Words.RESULT);
  resultHeight = word(Words.RESULT_HEIGHT);
  resultWidth = word(Words.RESULT_WIDTH);
  batch = word(Words.BATCH);
  sourceStepY = word(Words.SOURCE_STEP_Y);
  sourceStepX = word(Words.SOURCE_STEP_X);
  resultStepY = word(Words.RESULT_STEP_Y);
  resultStepX = word(Words.RESULT_STEP_X);
  phases = word(Words.PHASES);
  phaseCount = word(Words.PHASE_COUNT);
  taps = word(Words.TAPS);
  tapCount = word(Words.TAP_COUNT);
  entries = word(Words.ENTRIES);
  sourceEntry = word(Words.SOURCE_ENTRY);
  rightEntry = word(Words.RIGHT_ENTRY);
  resultEntry = word(Words.RESULT_ENTRY);
  packed = word(Words.PACKED);
  depth = word(Words.DEPTH);
  zeros = word(Words.ZEROS);
  blockTiles = word(Words.BLOCK_TILES);
  groupPanels = word(Words.GROUP_PANELS);
  blockSteps = word(Words.BLOCK_STEPS);
  const scratch = <usize>word(Words.SCRATCH) + <usize>thread * <usize>word(Words.SCRATCH_STRIDE);
  left = scratch + word(Words.LEFT);
  cells = scratch + word(Words.CELLS);
  if (entries > 1) packed = scratch;
  panels = (columns + PANEL - 1) / PANEL;
}

/** Goes on to the tensors' next products, `count` further. */
export function advance(count: i32): void {
  source += <usize>count * sourceEntry;
  right += <usize>count * rightEntry;
  result += <usize>count * resultEntry;
}

/** A phase: positions of C whose windows have the same taps. */
export const PHASE: usize = 4 * PHASE_WORDS;
export let firstTap: i32 = 0;
export let phaseTaps: i32 = 0;
export let gridHeight: i32 = 0;
export let gridWidth: i32 = 0;
export let originY: i32 = 0;
export let originX: i32 = 0;

export function readPhase(index: i32): void {
  const at = phases + <usize>index * PHASE;
  firstTap = load<i32>(at);
  phaseTaps = load<i32>(at, 4);
  gridHeight = load<i32>(at, 8);
  gridWidth = load<i32>(at, 12);
  originY = load<i32>(at, 16);
  originX = load<i32>(at, 20);
}

/** A tap: where in the source it lies from the position's own place, and its number in the filter. */
const TAP: usize = 4 * TAP_WORDS;

@inline
export function tapY(tap: i32): i32 {
  return load<i32>(taps + <usize>tap * TAP);
}

@inline
export function tapX(tap: i32): i32 {
  return load<i32>(taps + <usize>tap * TAP, 4);
}

@inline
export function tapInFilter(tap: i32): i32 {
  return load<i32>(taps + <usize>tap * TAP, 8);
}

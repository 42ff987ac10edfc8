/**
 * The convolution that a job computes, as a product of matrices C = A · B of which A and B are never written down whole
 * (implicit GEMM; Chetlur et al. 2014, cuDNN). Three kinds:
 * - forward: rows of A are the windows of the input, B the filter
 * - by input: rows of A are the outputs that an input reaches, B the filter with its two channel axes exchanged
 * - by filter: rows of A are taps and input channels over all outputs, B is the gradient by the outputs
 *
 * Rows of C are taken in tiles of six, columns in panels of sixteen: twelve 256-bit accumulators.
 */
import { readFrom, word } from '../words';

export const TILE: i32 = 6;
export const PANEL: i32 = 16;
/** Bytes of one step of a tile, of a panel, and of a tile of C. */
export const TILE_STEP: usize = 24;
export const PANEL_STEP: usize = 64;
export const CELL: usize = 384;

export const FORWARD = 0;
export const BY_INPUT = 1;
export const BY_FILTER = 2;

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

/** The order of words is that of `run` in ../../convolution.ts. */
export function readConvolution(job: usize, thread: i32): void {
  readFrom(job);
  kind = word();
  source = word();
  height = word();
  width = word();
  channels = word();
  right = word();
  columns = word();
  result = word();
  resultHeight = word();
  resultWidth = word();
  batch = word();
  sourceStepY = word();
  sourceStepX = word();
  resultStepY = word();
  resultStepX = word();
  phases = word();
  phaseCount = word();
  taps = word();
  tapCount = word();
  entries = word();
  sourceEntry = word();
  rightEntry = word();
  resultEntry = word();
  packed = word();
  depth = word();
  zeros = word();
  blockTiles = word();
  groupPanels = word();
  blockSteps = word();
  const scratch = <usize>word() + <usize>thread * <usize>word();
  left = scratch + word();
  cells = scratch + word();
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
export const PHASE: usize = 24;
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
const TAP: usize = 12;

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

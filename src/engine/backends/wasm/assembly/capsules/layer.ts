/**
 * The layer that a job works on: its sizes and addresses, read from the job block that capsules/kernel.ts fills, and what follows
 * from them. One instance of the module per thread, so these globals are the thread's own.
 *
 * A *slot* is one parent position of one image. Eight slots make a *tile*, whose values lie in the eight lanes. Tiles take
 * eight images at the same position; what remains of the batch fills tiles with neighbouring positions instead.
 *
 * Tiles, and where there are too few of them children, are divided among *hands*, each with scratch and sums of its own. A thread
 * is one hand or several in turn: what is added to what depends on the hands alone, not on how many threads there are.
 */
import * as Words from '../../jobs/capsules';
import { EXP2_BYTES, GRADIENT_GAP, GROUP } from '../../jobs/numbers';
import * as SquashWords from '../../jobs/squash';
import { LANES, storeExp2Constants } from '../simd';
import { thread } from '../threads';
import { word } from '../words';

export let batch: i32 = 0;
export let inHeight: i32 = 0;
export let inWidth: i32 = 0;
export let inTypes: i32 = 0;
export let inDim: i32 = 0;
export let outWidth: i32 = 0;
export let outTypes: i32 = 0;
export let outDim: i32 = 0;
export let kernelHeight: i32 = 0;
export let kernelWidth: i32 = 0;
export let stride: i32 = 0;
export let padding: i32 = 0;
export let iterations: i32 = 0;
export let sensitive: i32 = 0;

/** Tensors, row-major as tfjs has them. */
export let u: usize = 0;
export let w: usize = 0;
/** (outTypes, outDim), or 0 for none. */
export let bias: usize = 0;
export let v: usize = 0;
export let dv: usize = 0;
/** The gradients that this hand adds to: its own, or for the first hand and where no two hands add to the same, the tensors. */
export let du: usize = 0;
export let dw: usize = 0;
export let allDu: usize = 0;
export let allDw: usize = 0;
/** The gradient by the bias, or 0 for none. */
export let dbias: usize = 0;
/** s of every iteration: [tile][iteration][unit][lane], or 0 where no gradients are wanted. */
export let saved: usize = 0;
/** inTypes · inDim zeros, the children outside the map. */
export let zeros: usize = 0;
/** Sums that the hands of a team exchange: [2][hand][unit][lane]. */
export let partials: usize = 0;
/**
 * Gradients of hands 1, 2, …, each du and `dwOffset` bytes on dw, or 0 if no two hands add to the same. No du if `dwOffset`
 * is 0: then every hand has its own images.
 */
export let sums: usize = 0;
export let sumsStride: usize = 0;
export let dwOffset: usize = 0;
export let duBytes: usize = 0;
export let dwBytes: usize = 0;
/** Tiles of a block. */
export let blockTiles: i32 = 0;
/** Whether all hands work on one tile at a time, each on some of its children. */
export let team: bool = false;
/** How many hands there are, and whose work this thread is doing. */
export let hands: i32 = 1;
export let hand: i32 = -1;

/** This hand's scratch for the tile that it works on; for a second tile, taken together with the first, `tileStride` bytes behind. */
export let table: usize = 0;
/** Vectors of a group of children: [child][dim][lane]. */
export let child: usize = 0;
export let votes: usize = 0;
export let sum: usize = 0;
export let agreement: usize = 0;
export let localVectors: usize = 0;
export let tileStride: usize = 0;
/** The rest of it. Constants of exp2. */
export let exponents: usize = 0;
export let logits: usize = 0;
/** Of four children: [child][lane]. */
export let largest: usize = 0;
export let output: usize = 0;
/** Per tile of a block: coefficients [child][type][term][lane], vectors [unit][term][lane], and the window table. */
export let coefficients: usize = 0;
export let coefficientStride: usize = 0;
export let vectors: usize = 0;
export let vectorStride: usize = 0;
export let tables: usize = 0;
export let tableStride: usize = 0;
/** Of a group of children over the tiles of a block: gradients by the votes, [child][tile][unit][lane], and vectors, [tile][child][dim][lane]. */
export let voteGradients: usize = 0;
export let childValues: usize = 0;
/** Sixteen rows of lanes. */
export let cells: usize = 0;
/** What this hand's tiles add to the gradient by the bias: [unit][lane]. The next hand's lies `scratchStride` bytes behind. */
export let biasGradients: usize = 0;
export let scratchStride: usize = 0;

export let positions: i32 = 0;
export let windows: i32 = 0;
export let units: i32 = 0;
export let tiles: i32 = 0;
export let terms: i32 = 0;
/** Bytes: of [unit][lane], of a group's vectors over the lanes, of one child in a tensor, of one child's matrices. */
export let unitBytes: usize = 0;
export let groupBytes: usize = 0;
export let childBytes: usize = 0;
export let matrixBytes: usize = 0;
/** From one tile to the next in `voteGradients`; odd in cache lines, so that tiles do not fall on each other. */
export let gradientStride: usize = 0;
let imageGroups: i32 = 0;

/** Reads the job block, and takes up the work of this thread's first hand. */
export function readLayer(): void {
  batch = word(Words.BATCH);
  inHeight = word(Words.IN_HEIGHT);
  inWidth = word(Words.IN_WIDTH);
  inTypes = word(Words.IN_TYPES);
  inDim = word(Words.IN_DIM);
  const outHeight = word(Words.OUT_HEIGHT);
  outWidth = word(Words.OUT_WIDTH);
  outTypes = word(Words.OUT_TYPES);
  outDim = word(Words.OUT_DIM);
  kernelHeight = word(Words.KERNEL_HEIGHT);
  kernelWidth = word(Words.KERNEL_WIDTH);
  stride = word(Words.STRIDE);
  padding = word(Words.PADDING);
  iterations = word(Words.ITERATIONS);
  sensitive = word(Words.SENSITIVE);
  blockTiles = word(Words.BLOCK_TILES);
  team = word(Words.TEAM) != 0;
  u = word(Words.U);
  w = word(Words.W);
  bias = word(Words.BIAS);
  v = word(Words.V);
  dv = word(Words.DV);
  du = allDu = word(Words.DU);
  dw = allDw = word(Words.DW);
  dbias = word(Words.DBIAS);
  saved = word(Words.SAVED);
  zeros = word(Words.ZEROS);
  partials = word(Words.PARTIALS);
  sums = word(Words.SUMS);
  sumsStride = word(Words.SUMS_STRIDE);
  dwOffset = word(Words.WEIGHTS_OFFSET);
  coefficientStride = word(Words.COEFFICIENT_STRIDE);
  vectorStride = word(Words.VECTOR_STRIDE);
  tableStride = word(Words.TABLE_STRIDE);
  tileStride = word(Words.TILE_STRIDE);
  scratchStride = word(Words.SCRATCH_STRIDE);
  hands = word(Words.HANDS);
  positions = outHeight * outWidth;
  windows = kernelHeight * kernelWidth;
  units = outTypes * outDim;
  terms = 2 * (iterations - 1);
  imageGroups = batch >> 3;
  tiles = imageGroups * positions + (((batch & 7) * positions + 7) >> 3);
  unitBytes = <usize>((units + 3) & ~3) * LANES;
  groupBytes = <usize>((GROUP * inDim + 3) & ~3) * LANES;
  childBytes = (<usize>inDim) << 2;
  matrixBytes = <usize>units * childBytes;
  gradientStride = unitBytes + GRADIENT_GAP;
  duBytes = <usize>(batch * inHeight * inWidth * inTypes) * childBytes;
  dwBytes = <usize>(windows * inTypes) * matrixBytes;
  hand = -1;
  takeHand(thread);
}

/** From here on this thread does the work of that hand. */
export function takeHand(index: i32): void {
  if (index == hand) return;
  hand = index;
  const scratch = <usize>word(Words.SCRATCH) + <usize>index * scratchStride;
  table = scratch + word(Words.TABLE);
  child = scratch + word(Words.CHILD);
  votes = scratch + word(Words.VOTES);
  sum = scratch + word(Words.SUM);
  agreement = scratch + word(Words.AGREEMENT);
  localVectors = scratch + word(Words.LOCAL_VECTORS);
  exponents = scratch + word(Words.EXPONENTS);
  logits = scratch + word(Words.LOGITS);
  largest = scratch + word(Words.LARGEST);
  output = scratch + word(Words.OUTPUT);
  coefficients = scratch + word(Words.COEFFICIENTS);
  vectors = scratch + word(Words.VECTORS);
  tables = scratch + word(Words.TABLES);
  voteGradients = scratch + word(Words.VOTE_GRADIENTS);
  childValues = scratch + word(Words.CHILD_VALUES);
  cells = scratch + word(Words.CELLS);
  biasGradients = scratch + word(Words.BIAS_GRADIENTS);
  storeExp2Constants(exponents);
  du = allDu;
  dw = allDw;
  if (!sums || index == 0) return;
  const own = sums + <usize>(index - 1) * sumsStride;
  if (dwOffset) du = own;
  dw = own + dwOffset;
}

/**
 * The hands that go through a tile together on this thread, `threads` apart: in a team all that are its own, else the one whose
 * work it is doing.
 */
@inline
export function firstHand(): i32 {
  return team ? thread : hand;
}

@inline
export function endOfHands(): i32 {
  return team ? hands : hand + 1;
}

/** Reads a job that squashes `batch` capsules of one type: u to v, or given dv, to the gradient at v. */
export function readSquash(): void {
  batch = word(SquashWords.BATCH);
  outTypes = 1;
  outDim = word(SquashWords.DIM);
  sensitive = word(SquashWords.SENSITIVE);
  u = word(SquashWords.S);
  dv = word(SquashWords.DV);
  v = word(SquashWords.RESULT);
  exponents = <usize>word(SquashWords.SCRATCH) + <usize>thread * <usize>word(SquashWords.SCRATCH_STRIDE);
  storeExp2Constants(exponents);
  sum = exponents + EXP2_BYTES;
  output = sum + <usize>outDim * LANES;
}

/** Position of a slot, or -1 for a lane that is not used. */
export function slotPosition(tile: i32, lane: i32): i32 {
  const full = imageGroups * positions;
  if (tile < full) return tile / imageGroups;
  const rest = batch & 7;
  const position = (((tile - full) << 3) + lane) / rest;
  return position < positions ? position : -1;
}

export function slotImage(tile: i32, lane: i32): i32 {
  const full = imageGroups * positions;
  if (tile < full) return ((tile % imageGroups) << 3) + lane;
  return (imageGroups << 3) + ((((tile - full) << 3) + lane) % (batch & 7));
}

/** Index of a slot's parent in (batch, positions), or -1. */
export function slotParent(tile: i32, lane: i32): i32 {
  const position = slotPosition(tile, lane);
  return position < 0 ? -1 : slotImage(tile, lane) * positions + position;
}

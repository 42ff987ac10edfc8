/**
 * What one layer's jobs need besides the tensors: how the work is cut up, and how much scratch memory that takes.
 * Units are N · D values of a parent, lanes the eight parents of a tile; see wasm/assembly/capsules/layer.ts.
 */
import type { LayerShape } from '../../../ops/capsule-kernel.ts';

const LANES = 8;
const LANE_BYTES = 4 * LANES;
/** Bytes of the constants of exp2. */
const EXP2_BYTES = 32;
/** Bytes of a row of the window table, and of what precedes the rows of one that is kept. */
const TABLE_ROW = 36;
const TABLE_HEAD = 8;
/** Tiles of a block: enough to go over a child's matrices seldom, few enough that the coefficients stay in the cache. */
const BLOCK_TILES = 8;

/** Neighbouring children that are taken together. */
const GROUP = 4;

export interface LayerPlan {
  tiles: number;
  /** Whether all threads work on one tile together, each on its own children. */
  team: boolean;
  /** Tiles that a thread takes backward before it collects their gradients. */
  blockTiles: number;
  /** Shape of the tensor that keeps s of every iteration: tiles, iterations, units (filled up to four), lanes. */
  saved: [number, number, number, number];
  /** Bytes of the parts of scratch memory that all threads share. */
  shared: { zeros: number; partials: number; sums: number };
  /** From one thread's gradients in `sums` to the next one's, and in them from those by the children, if there are any, to those by the weights. */
  sumsStride: number;
  weightsOffset: number;
  coefficientStride: number;
  vectorStride: number;
  tableStride: number;
  /** From a thread's scratch for one tile to that for a second one. */
  tileStride: number;
  /** Scratch of each thread: its bytes, and where its parts begin in the order of the job's words. */
  threadBytes: number;
  threadParts: number[];
}

const upToFour = (n: number): number => Math.ceil(n / 4) * 4;
const cacheLines = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** Where parts of so many bytes begin that lie one behind the other from `start` on, and how many bytes they take. */
function layOut(parts: number[], start: number): { offsets: number[]; bytes: number } {
  let end = start;
  const offsets = parts.map((bytes) => (end += cacheLines(bytes) + 64) - cacheLines(bytes) - 64);
  return { offsets, bytes: end - start };
}

/** Whether `tiles` tiles, one to a thread, would leave threads idle for long. */
function shortOfTiles(tiles: number, threads: number): boolean {
  return tiles < 4 * threads && tiles % threads !== 0;
}

export function planLayer(shape: LayerShape, threads: number, backward: boolean): LayerPlan {
  const { batch, inHeight, inWidth, outHeight, outWidth, kernelHeight, kernelWidth, inTypes, inDim, outTypes, outDim, iterations } = shape;
  const positions = outHeight * outWidth;
  const windows = kernelHeight * kernelWidth;
  const children = windows * inTypes;
  const units = upToFour(outTypes * outDim);
  const unitBytes = LANE_BYTES * units;
  const groupBytes = LANE_BYTES * upToFour(GROUP * inDim);
  const terms = 2 * (iterations - 1);
  const tiles = Math.floor(batch / LANES) * positions + Math.ceil(((batch % LANES) * positions) / LANES);
  // Of a single position every tile has the same children. Threads that have their own then need only their own weights.
  const team = threads > 1 && (positions === 1 || shortOfTiles(tiles, threads));
  const tilesOfThread = team ? tiles : Math.ceil(tiles / threads);
  const blockTiles = Math.ceil(tilesOfThread / Math.ceil(tilesOfThread / BLOCK_TILES));
  const share = team ? 4 * Math.ceil(upToFour(children) / 4 / threads) + 4 : upToFour(children);
  const gradientTiles = backward ? blockTiles : 0;

  const coefficientStride = share * outTypes * terms * LANE_BYTES;
  const vectorStride = (terms + 1) * unitBytes;
  const tableStride = cacheLines(TABLE_HEAD + windows * TABLE_ROW);
  // Tiles go round the groups of eight images, and round the threads: if they meet, every thread has its own images.
  const ownImages = !team && batch % (LANES * threads) === 0;
  const weightsOffset = ownImages ? 0 : cacheLines(4 * batch * inHeight * inWidth * inTypes * inDim);
  const sumsStride = weightsOffset + cacheLines(4 * children * outTypes * outDim * inDim);
  const tileParts = [windows * TABLE_ROW, groupBytes, share * unitBytes, unitBytes, unitBytes, backward ? vectorStride : 0];
  const otherParts = [
    EXP2_BYTES,
    4 * outTypes * LANE_BYTES,
    4 * LANE_BYTES,
    unitBytes,
    gradientTiles * coefficientStride,
    gradientTiles * vectorStride,
    gradientTiles * tableStride,
    GROUP * gradientTiles * (unitBytes + 64),
    gradientTiles * groupBytes,
    16 * LANE_BYTES,
  ];
  const tile = layOut(tileParts, 0);
  const others = layOut(otherParts, 2 * tile.bytes);
  return {
    tiles,
    team,
    blockTiles,
    saved: [tiles, iterations, units, LANES],
    shared: {
      zeros: cacheLines(4 * inTypes * inDim + 64),
      partials: team ? 2 * threads * unitBytes : 0,
      sums: backward && threads > 1 && !(team && positions === 1) ? (threads - 1) * sumsStride : 0,
    },
    sumsStride,
    weightsOffset,
    coefficientStride,
    vectorStride,
    tableStride,
    tileStride: tile.bytes,
    threadBytes: 2 * tile.bytes + others.bytes,
    threadParts: [...tile.offsets, ...others.offsets],
  };
}

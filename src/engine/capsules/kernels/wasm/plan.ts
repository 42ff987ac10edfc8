/**
 * What one layer's jobs need besides the tensors: how the work is cut up, and how much scratch memory that takes.
 * Units are N · D values of a parent, lanes the eight parents of a tile; see kernels/wasm/assembly/capsules/layer.ts.
 */
import type { LayerShape } from '../kernel.ts';

const LANES = 8;
const LANE_BYTES = 4 * LANES;
/** Bytes of a row of the window table. */
const TABLE_ROW = 36;
/** Tiles of a block: enough to keep a child's matrices in cache over many tiles, few enough that the coefficients stay in it. */
const BLOCK_TILES = 12;

export interface LayerPlan {
  tiles: number;
  /** Whether all threads work on one tile together. */
  team: boolean;
  blockTiles: number;
  /** Shape of the tensor that keeps s of every iteration: tiles, iterations, units (filled up to four), lanes. */
  saved: [number, number, number, number];
  /** Bytes of the parts of scratch memory that all threads share. */
  shared: { zeros: number; partials: number; coefficients: number; vectors: number; tables: number };
  coefficientStride: number;
  vectorStride: number;
  tableStride: number;
  /** Scratch of each thread: its bytes, and where its parts begin in the order of the job's words. */
  threadBytes: number;
  threadParts: number[];
}

const upToFour = (n: number): number => Math.ceil(n / 4) * 4;
const cacheLines = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** Whether `tiles` tiles, one to a thread, would leave threads idle for long. */
function shortOfTiles(tiles: number, threads: number): boolean {
  return threads > 1 && tiles < 4 * threads && tiles % threads !== 0;
}

export function planLayer(shape: LayerShape, threads: number, backward: boolean): LayerPlan {
  const { batch, outHeight, outWidth, kernelHeight, kernelWidth, inTypes, inDim, outTypes, outDim, iterations } = shape;
  const positions = outHeight * outWidth;
  const windows = kernelHeight * kernelWidth;
  const children = windows * inTypes;
  const units = upToFour(outTypes * outDim);
  const unitBytes = LANE_BYTES * units;
  const childBytes = LANE_BYTES * upToFour(inDim);
  const terms = 2 * (iterations - 1);
  const tiles = Math.floor(batch / LANES) * positions + Math.ceil(((batch % LANES) * positions) / LANES);
  const blocks = Math.ceil(tiles / Math.max(BLOCK_TILES, 2 * threads));
  const blockTiles = Math.ceil(tiles / blocks);
  const team = shortOfTiles(backward ? blockTiles : tiles, threads);
  const share = team ? 4 * Math.ceil(upToFour(children) / 4 / threads) + 4 : upToFour(children);
  const gradientTiles = backward ? blockTiles : 0;

  const coefficientStride = upToFour(children) * outTypes * terms * LANE_BYTES;
  const vectorStride = (terms + 1) * unitBytes;
  const tableStride = cacheLines(windows * TABLE_ROW);
  const parts = [
    windows * TABLE_ROW,
    childBytes,
    share * unitBytes,
    4 * outTypes * LANE_BYTES,
    unitBytes,
    unitBytes,
    unitBytes,
    team ? vectorStride : 0,
    gradientTiles * (unitBytes + 64),
    8 * LANE_BYTES + gradientTiles * childBytes,
  ];
  const threadParts: number[] = [];
  let threadBytes = 0;
  for (const bytes of parts) {
    threadParts.push(threadBytes);
    threadBytes += cacheLines(bytes) + 64;
  }
  return {
    tiles,
    team,
    blockTiles,
    saved: [tiles, iterations, units, LANES],
    shared: {
      zeros: 4 * inTypes * inDim + 64,
      partials: team ? 2 * threads * unitBytes : 0,
      coefficients: gradientTiles * coefficientStride,
      vectors: gradientTiles * vectorStride,
      tables: gradientTiles * tableStride,
    },
    coefficientStride,
    vectorStride,
    tableStride,
    threadBytes,
    threadParts,
  };
}

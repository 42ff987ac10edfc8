/**
 * What one layer's jobs need besides the tensors: how the work is cut up, and how much scratch memory that takes.
 * Units are N · D values of a parent, lanes the eight parents of a tile; see assembly/capsules/layer.ts.
 */
import type { LayerShape } from '../../../ops/capsule-kernel.ts';
import * as Words from '../jobs/capsules.ts';
import { CELL_ROWS, EXP2_BYTES, GRADIENT_GAP, GROUP, LANE_BYTES, LANES, TABLE_HEAD, TABLE_ROW } from '../jobs/numbers.ts';

/** Tiles of a block: enough to go over a child's matrices seldom, few enough that the coefficients stay in the cache. */
const BLOCK_TILES = 8;

/** Parts of a hand's scratch that it has for each of two tiles, and those that it has once. */
type TilePart =
  typeof Words.TABLE | typeof Words.CHILD | typeof Words.VOTES | typeof Words.SUM | typeof Words.AGREEMENT | typeof Words.LOCAL_VECTORS;
type HandPart =
  | typeof Words.EXPONENTS
  | typeof Words.LOGITS
  | typeof Words.LARGEST
  | typeof Words.OUTPUT
  | typeof Words.COEFFICIENTS
  | typeof Words.VECTORS
  | typeof Words.TABLES
  | typeof Words.VOTE_GRADIENTS
  | typeof Words.CHILD_VALUES
  | typeof Words.CELLS
  | typeof Words.BIAS_GRADIENTS;

export interface LayerPlan {
  tiles: number;
  /** Whether all hands work on one tile together, each on its own children. */
  team: boolean;
  /** Tiles that a hand takes backward before it collects their gradients. */
  blockTiles: number;
  /** Shape of the tensor that keeps s of every iteration: tiles, iterations, units (filled up to four), lanes. */
  saved: [number, number, number, number];
  /** Bytes of the parts of scratch memory that all hands share. */
  shared: { zeros: number; partials: number; sums: number };
  /** From one hand's gradients in `sums` to the next one's, and in them from those by the children, if there are any, to those by the weights. */
  sumsStride: number;
  weightsOffset: number;
  coefficientStride: number;
  vectorStride: number;
  tableStride: number;
  /** From a hand's scratch for one tile to that for a second one. */
  tileStride: number;
  /** Scratch of each hand: its bytes, and where its parts begin, by the job's words. */
  handBytes: number;
  handParts: Record<TilePart | HandPart, number>;
}

const upToFour = (n: number): number => Math.ceil(n / 4) * 4;
const cacheLines = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** Where parts of so many bytes begin that lie one behind the other from `start` on, and how many bytes they take. */
function layOut<Part extends number>(parts: Record<Part, number>, start: number): { offsets: Record<Part, number>; bytes: number } {
  let end = start;
  const offsets = Object.entries<number>(parts).map(([part, bytes]) => {
    const offset = end;
    end += cacheLines(bytes) + 64;
    return [part, offset];
  });
  return { offsets: Object.fromEntries(offsets) as Record<Part, number>, bytes: end - start };
}

/** Whether `tiles` tiles, one to a hand, would leave hands idle for long. */
function shortOfTiles(tiles: number, hands: number): boolean {
  return tiles < 4 * hands && tiles % hands !== 0;
}

export function planLayer(shape: LayerShape, hands: number, backward: boolean): LayerPlan {
  const { batch, inHeight, inWidth, outHeight, outWidth, kernelHeight, kernelWidth, inTypes, inDim, outTypes, outDim, iterations } = shape;
  const positions = outHeight * outWidth;
  const windows = kernelHeight * kernelWidth;
  const children = windows * inTypes;
  const units = upToFour(outTypes * outDim);
  const unitBytes = LANE_BYTES * units;
  const groupBytes = LANE_BYTES * upToFour(GROUP * inDim);
  const terms = 2 * (iterations - 1);
  const tiles = Math.floor(batch / LANES) * positions + Math.ceil(((batch % LANES) * positions) / LANES);
  // Of a single position every tile has the same children. Hands that have their own then need only their own weights.
  const team = hands > 1 && (positions === 1 || shortOfTiles(tiles, hands));
  const tilesOfHand = team ? tiles : Math.ceil(tiles / hands);
  const blockTiles = Math.ceil(tilesOfHand / Math.ceil(tilesOfHand / BLOCK_TILES));
  const share = team ? 4 * Math.ceil(upToFour(children) / 4 / hands) + 4 : upToFour(children);
  const gradientTiles = backward ? blockTiles : 0;

  const coefficientStride = share * outTypes * terms * LANE_BYTES;
  const vectorStride = (terms + 1) * unitBytes;
  const tableStride = cacheLines(TABLE_HEAD + windows * TABLE_ROW);
  // Tiles go round the groups of eight images, and round the hands: if they meet, every hand has its own images.
  const ownImages = !team && batch % (LANES * hands) === 0;
  const weightsOffset = ownImages ? 0 : cacheLines(4 * batch * inHeight * inWidth * inTypes * inDim);
  const sumsStride = weightsOffset + cacheLines(4 * children * outTypes * outDim * inDim);
  const tileParts: Record<TilePart, number> = {
    [Words.TABLE]: windows * TABLE_ROW,
    [Words.CHILD]: groupBytes,
    [Words.VOTES]: share * unitBytes,
    [Words.SUM]: unitBytes,
    [Words.AGREEMENT]: unitBytes,
    [Words.LOCAL_VECTORS]: backward ? vectorStride : 0,
  };
  const handParts: Record<HandPart, number> = {
    [Words.EXPONENTS]: EXP2_BYTES,
    [Words.LOGITS]: 4 * outTypes * LANE_BYTES,
    [Words.LARGEST]: 4 * LANE_BYTES,
    [Words.OUTPUT]: unitBytes,
    [Words.COEFFICIENTS]: gradientTiles * coefficientStride,
    [Words.VECTORS]: gradientTiles * vectorStride,
    [Words.TABLES]: gradientTiles * tableStride,
    [Words.VOTE_GRADIENTS]: GROUP * gradientTiles * (unitBytes + GRADIENT_GAP),
    [Words.CHILD_VALUES]: gradientTiles * groupBytes,
    [Words.CELLS]: CELL_ROWS * LANE_BYTES,
    [Words.BIAS_GRADIENTS]: backward ? unitBytes : 0,
  };
  const tile = layOut(tileParts, 0);
  const others = layOut(handParts, 2 * tile.bytes);
  return {
    tiles,
    team,
    blockTiles,
    saved: [tiles, iterations, units, LANES],
    shared: {
      zeros: cacheLines(4 * inTypes * inDim + 64),
      partials: team ? 2 * hands * unitBytes : 0,
      sums: backward && hands > 1 && !(team && positions === 1) ? (hands - 1) * sumsStride : 0,
    },
    sumsStride,
    weightsOffset,
    coefficientStride,
    vectorStride,
    tableStride,
    tileStride: tile.bytes,
    handBytes: 2 * tile.bytes + others.bytes,
    handParts: { ...tile.offsets, ...others.offsets },
  };
}

/**
 * Convolutions, their gradients and matrix products on the threads of the pool. All three are one job, an implicit product
 * of matrices, told apart by what its rows are; see assembly/convolution/job.ts.
 */
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { SLACK, type BackendHeap } from './memory.ts';
import * as Words from './jobs/convolution.ts';
import { BY_FILTER, BY_INPUT, CONVOLUTION, FORWARD, PANEL_COLUMNS, PHASE_WORDS, TAP_WORDS, TILE_ROWS } from './jobs/numbers.ts';
import type { KernelPool, WordsOf } from './pool.ts';

/** Sizes as tf.backend_util.computeConv2DInfo gives them. */
export interface Convolution {
  batchSize: number;
  inHeight: number;
  inWidth: number;
  inChannels: number;
  outHeight: number;
  outWidth: number;
  outChannels: number;
  filterHeight: number;
  filterWidth: number;
  strideHeight: number;
  strideWidth: number;
  dilationHeight: number;
  dilationWidth: number;
  padInfo: { top: number; left: number };
}

/** Channels last throughout: images (B, H, W, C), filters (height, width, in, out). */
export interface ConvolutionKernel {
  forward(x: TensorInfo, filter: TensorInfo, sizes: Convolution): Tensor;
  /** Gradient by the input. */
  byInput(dy: TensorInfo, filter: TensorInfo, sizes: Convolution): Tensor;
  byFilter(x: TensorInfo, dy: TensorInfo, sizes: Convolution): Tensor;
  /** Products of matrices: a (count or 1, m, k) · b (count or 1, k, n) → (…outer, m, n), of which one may be stored transposed. */
  product(a: TensorInfo, b: TensorInfo, transposed: 'none' | 'a' | 'b', outer: number[]): Tensor;
}

const CELL_BYTES = 4 * TILE_ROWS * PANEL_COLUMNS;

/** A block of A and a panel of B, over this many steps, are what is multiplied in cache. */
const BLOCK_STEPS = 256;
const BLOCK_TILES = 32;
/** Items of work per thread, so that none waits long for the last. */
const ITEMS = 3;

interface Tap {
  y: number;
  x: number;
  /** Its number in the filter. */
  filter: number;
}

/** Positions of the result that lie `resultStep` apart have the same taps: one phase. */
interface Phase {
  taps: Tap[];
  gridHeight: number;
  gridWidth: number;
  originY: number;
  originX: number;
}

interface Job {
  kind: number;
  source: { height: number; width: number; channels: number };
  result: { shape: number[]; height: number; width: number; columns: number };
  batch: number;
  sourceStep: [number, number];
  resultStep: [number, number];
  phases: Phase[];
  /** Rows of B. */
  depth: number;
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

function tapsOf({ filterHeight, filterWidth, dilationHeight, dilationWidth, padInfo }: Convolution): Tap[] {
  const row = (ky: number) =>
    range(filterWidth).map((kx) => ({ y: ky * dilationHeight - padInfo.top, x: kx * dilationWidth - padInfo.left }));
  return range(filterHeight)
    .flatMap(row)
    .map((tap, filter) => ({ ...tap, filter }));
}

function outputPhase(c: Convolution): Phase {
  return { taps: tapsOf(c), gridHeight: c.outHeight, gridWidth: c.outWidth, originY: 0, originX: 0 };
}

function forwardJob(c: Convolution): Job {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, filterHeight, filterWidth } = c;
  return {
    kind: FORWARD,
    source: { height: inHeight, width: inWidth, channels: inChannels },
    result: { shape: [batchSize, outHeight, outWidth, outChannels], height: outHeight, width: outWidth, columns: outChannels },
    batch: batchSize,
    sourceStep: [c.strideHeight, c.strideWidth],
    resultStep: [1, 1],
    phases: [outputPhase(c)],
    depth: filterHeight * filterWidth * inChannels,
  };
}

/** An input is reached by the taps whose distance to it is a multiple of the stride; inputs fall into stride² phases. */
function byInputJob(c: Convolution): Job {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, strideHeight, strideWidth } = c;
  const phase = (originY: number, originX: number): Phase => ({
    taps: tapsOf(c)
      .map(({ y, x, filter }) => ({ y: (originY - y) / strideHeight, x: (originX - x) / strideWidth, filter }))
      .filter(({ y, x }) => Number.isInteger(y) && Number.isInteger(x)),
    gridHeight: Math.ceil((inHeight - originY) / strideHeight),
    gridWidth: Math.ceil((inWidth - originX) / strideWidth),
    originY,
    originX,
  });
  const phases = range(Math.min(strideHeight, inHeight)).flatMap((y) => range(Math.min(strideWidth, inWidth)).map((x) => phase(y, x)));
  return {
    kind: BY_INPUT,
    source: { height: outHeight, width: outWidth, channels: outChannels },
    result: { shape: [batchSize, inHeight, inWidth, inChannels], height: inHeight, width: inWidth, columns: inChannels },
    batch: batchSize,
    sourceStep: [1, 1],
    resultStep: [strideHeight, strideWidth],
    phases,
    depth: phases.reduce((sum, { taps }) => sum + taps.length, 0) * outChannels,
  };
}

function byFilterJob(c: Convolution): Job {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, filterHeight, filterWidth } = c;
  return {
    kind: BY_FILTER,
    source: { height: inHeight, width: inWidth, channels: inChannels },
    result: { shape: [filterHeight, filterWidth, inChannels, outChannels], height: 1, width: 1, columns: outChannels },
    batch: batchSize,
    sourceStep: [c.strideHeight, c.strideWidth],
    resultStep: [1, 1],
    phases: [outputPhase(c)],
    depth: batchSize * outHeight * outWidth,
  };
}

/** How the rows and columns of the result are cut into items of work for `threads` threads. */
function blocksOf(job: Job, threads: number): { blockTiles: number; groupPanels: number } {
  const rows = ({ taps, gridHeight, gridWidth }: Phase) =>
    job.kind === BY_FILTER ? taps.length * job.source.channels : job.batch * gridHeight * gridWidth;
  const tiles = job.phases.map((phase) => Math.ceil(rows(phase) / TILE_ROWS));
  const all = tiles.reduce((a, b) => a + b, 0);
  // As many for each thread, if all are as fast.
  const turns = Math.max(ITEMS, Math.ceil(all / (BLOCK_TILES * threads)));
  const blockTiles = Math.ceil(all / (turns * threads));
  const blocks = tiles.reduce((sum, count) => sum + Math.ceil(count / blockTiles), 0);
  const panels = Math.ceil(job.result.columns / PANEL_COLUMNS);
  // Every group packs its block anew, so there are several only if threads would go without.
  const groups = Math.min(panels, Math.ceil(threads / blocks));
  return { blockTiles, groupPanels: Math.ceil(panels / groups) };
}

/** Products in one job, and bytes from one to the next in each tensor. */
const single = { count: 1, entries: { source: 0, right: 0, result: 0 } };

const cacheLines = (bytes: number): number => Math.ceil(bytes / 64) * 64 + 64;

/** `pool` must run over the memory of `heap`. */
export function wasmConvolution(pool: KernelPool, heap: BackendHeap): ConvolutionKernel {
  /** `source`, `right`, `result`: addresses of the tensors. */
  function run(job: Job, source: number, right: number, result: number, { count, entries } = single): void {
    const { phases, depth } = job;
    const taps = phases.flatMap((phase) => phase.taps);
    const { blockTiles, groupPanels } = blocksOf(job, count > 1 ? 1 : pool.threads);
    const panels = Math.ceil(job.result.columns / PANEL_COLUMNS);
    const tables = cacheLines(4 * (PHASE_WORDS * phases.length + TAP_WORDS * taps.length));
    const zeros = cacheLines(4 * job.source.channels);
    const packed = cacheLines(4 * PANEL_COLUMNS * depth * panels);
    const [shared, own] = count > 1 ? [0, packed] : [packed, 0];
    const cells = own + cacheLines(4 * TILE_ROWS * blockTiles * Math.min(depth, BLOCK_STEPS));
    const threadBytes = cells + cacheLines(CELL_BYTES * blockTiles * groupPanels);
    const scratch = heap.scratch(tables + zeros + shared + pool.threads * threadBytes + SLACK);
    const table = new Int32Array(heap.memory.buffer, scratch, tables / 4);
    let firstTap = 0;
    for (const [i, phase] of phases.entries()) {
      table.set([firstTap, phase.taps.length, phase.gridHeight, phase.gridWidth, phase.originY, phase.originX], PHASE_WORDS * i);
      firstTap += phase.taps.length;
    }
    for (const [i, { y, x, filter }] of taps.entries()) table.set([y, x, filter], PHASE_WORDS * phases.length + TAP_WORDS * i);
    new Uint8Array(heap.memory.buffer, scratch + tables, zeros).fill(0);
    const words: WordsOf<typeof Words> = {
      [Words.KIND]: job.kind,
      [Words.SOURCE]: source,
      [Words.HEIGHT]: job.source.height,
      [Words.WIDTH]: job.source.width,
      [Words.CHANNELS]: job.source.channels,
      [Words.RIGHT]: right,
      [Words.COLUMNS]: job.result.columns,
      [Words.RESULT]: result,
      [Words.RESULT_HEIGHT]: job.result.height,
      [Words.RESULT_WIDTH]: job.result.width,
      [Words.BATCH]: job.batch,
      [Words.SOURCE_STEP_Y]: job.sourceStep[0],
      [Words.SOURCE_STEP_X]: job.sourceStep[1],
      [Words.RESULT_STEP_Y]: job.resultStep[0],
      [Words.RESULT_STEP_X]: job.resultStep[1],
      [Words.PHASES]: scratch,
      [Words.PHASE_COUNT]: phases.length,
      [Words.TAPS]: scratch + 4 * PHASE_WORDS * phases.length,
      [Words.TAP_COUNT]: taps.length,
      [Words.ENTRIES]: count,
      [Words.SOURCE_ENTRY]: entries.source,
      [Words.RIGHT_ENTRY]: entries.right,
      [Words.RESULT_ENTRY]: entries.result,
      [Words.ZEROS]: scratch + tables,
      [Words.DEPTH]: depth,
      [Words.PACKED]: scratch + tables + zeros,
      [Words.BLOCK_TILES]: blockTiles,
      [Words.GROUP_PANELS]: groupPanels,
      [Words.BLOCK_STEPS]: BLOCK_STEPS,
      [Words.SCRATCH]: scratch + tables + zeros + shared,
      [Words.SCRATCH_STRIDE]: threadBytes,
      [Words.LEFT]: own,
      [Words.CELLS]: cells,
    };
    pool.run(CONVOLUTION, words);
  }

  function convolve(job: Job, source: TensorInfo, right: TensorInfo): Tensor {
    heap.begin();
    const result = heap.output(job.result.shape);
    run(job, heap.input(source), heap.input(right), result.address);
    return result.finish();
  }

  return {
    forward: (x, filter, sizes) => convolve(forwardJob(sizes), x, filter),
    byInput: (dy, filter, sizes) => convolve(byInputJob(sizes), dy, filter),
    byFilter: (x, dy, sizes) => convolve(byFilterJob(sizes), x, dy),

    product(a, b, transposed, outer) {
      const [countA, rowsA, columnsA] = a.shape as [number, number, number];
      const [countB, rowsB, columnsB] = b.shape as [number, number, number];
      const count = Math.max(countA, countB);
      // A convolution of images of one pixel by a filter of one tap is a product of matrices.
      const [m, n] = [transposed === 'a' ? columnsA : rowsA, transposed === 'b' ? rowsB : columnsB];
      const job = {
        none: () => forwardJob(pointwise(m, columnsA, n)),
        a: () => byFilterJob(pointwise(rowsA, m, n)),
        b: () => byInputJob(pointwise(m, n, columnsA)),
      }[transposed]();
      heap.begin();
      const result = heap.output([...outer, m, n]);
      const [left, right] = [heap.input(a), heap.input(b)];
      const entries = {
        source: countA > 1 ? 4 * rowsA * columnsA : 0,
        right: countB > 1 ? 4 * rowsB * columnsB : 0,
        result: 4 * m * n,
      };
      run(job, left, right, result.address, { count, entries });
      return result.finish();
    },
  };
}

function pointwise(batchSize: number, inChannels: number, outChannels: number): Convolution {
  const one = { inHeight: 1, inWidth: 1, outHeight: 1, outWidth: 1, filterHeight: 1, filterWidth: 1 };
  const steps = { strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1, padInfo: { top: 0, left: 0 } };
  return { batchSize, inChannels, outChannels, ...one, ...steps };
}

/**
 * What a capsule dimension costs that is no multiple of the SIMD width, against the next one that is. A question to one core, so
 * one thread answers it: how a system places two changes their times by more than what is asked for.
 */
import { join } from 'node:path';
import { percent, plain } from '../src/shared/present/format.ts';
import { table } from '../src/cli/table.ts';
import type { LayerShape } from '../src/engine/ops/capsule-kernel.ts';
import { FUSED, engineEntry } from './line-up.ts';
import { layerShape, writeLayerProblem } from './problems.ts';
import { race } from './race.ts';
import { ran } from './comparison.ts';

export interface DimensionResult {
  dimension: number;
  /** Median of a layer, forward and backward. */
  milliseconds: number;
  nanosecondsPerMultiplyAdd: number;
  /** How much more a multiply-add costs than with the next multiple of the SIMD width; null for a multiple. */
  loss: number | null;
  /** Whether the loss is small enough. */
  met: boolean | null;
}

const FIRST = 4;
const LAST = 17;
/** Float32 values in a vector of WebAssembly SIMD. */
const SIMD_WIDTH = 4;
const LARGEST_LOSS = 0.25;

interface Options {
  rounds: number;
  types: number;
  batch: number;
  progress: (line: string) => void;
}

/** Multiply-adds of a layer, forward and backward, by definition: padding counts, computing votes again does not. */
function multiplyAdds(shape: LayerShape): number {
  const children = shape.kernelHeight * shape.kernelWidth * shape.inTypes;
  const votes = shape.batch * shape.outHeight * shape.outWidth * children * shape.outTypes * shape.outDim;
  // Votes, weighted sums and agreements; the gradient of a product is two products.
  return 3 * votes * (shape.inDim + shape.iterations + (shape.iterations - 1));
}

const multipleAbove = (dimension: number): number => SIMD_WIDTH * Math.ceil(dimension / SIMD_WIDTH);

export async function raceDimensions(folder: string, { rounds, types, batch, progress }: Options): Promise<DimensionResult[]> {
  const reported = Array.from({ length: LAST - FIRST + 1 }, (_, i) => FIRST + i);
  const timed = [...new Set([...reported, multipleAbove(LAST)])];
  const entries = timed.map((dimension) => {
    const file = join(folder, `dimension-${dimension}.safetensors`);
    writeLayerProblem(file, layerShape(types, dimension, batch));
    return { ...engineEntry(FUSED, 1, { kind: 'layer', file }), name: `D = ${dimension}` };
  });
  const results = await race(entries, { rounds, progress, sameProblem: false });
  const costs = new Map<number, { milliseconds: number; nanoseconds: number }>();
  for (const [i, result] of results.entries()) {
    if (!ran(result)) throw new Error(`${result.name} did not run: ${result.failure}`);
    const milliseconds = result.time.median;
    costs.set(timed[i]!, { milliseconds, nanoseconds: (1e6 * milliseconds) / multiplyAdds(layerShape(types, timed[i]!, batch)) });
  }
  return reported.map((dimension) => {
    const { milliseconds, nanoseconds } = costs.get(dimension)!;
    const multiple = multipleAbove(dimension);
    const loss = multiple === dimension ? null : nanoseconds / costs.get(multiple)!.nanoseconds - 1;
    return { dimension, milliseconds, nanosecondsPerMultiplyAdd: nanoseconds, loss, met: loss === null ? null : loss <= LARGEST_LOSS };
  });
}

export function dimensionTable(results: DimensionResult[]): string {
  const columns = [
    'D',
    'ms',
    'ns per multiply-add',
    `loss against the next multiple of ${SIMD_WIDTH}`,
    `≤ ${plain(percent(LARGEST_LOSS, 0))}`,
  ];
  return table(
    columns.map((head) => ({ head, align: 'right' as const })),
    results.map(({ dimension, milliseconds, nanosecondsPerMultiplyAdd, loss, met }) => [
      String(dimension),
      milliseconds.toFixed(1),
      nanosecondsPerMultiplyAdd.toFixed(4),
      loss === null ? '' : plain(percent(loss, 1)),
      met === null ? '' : met ? 'yes' : 'no',
    ]),
  );
}

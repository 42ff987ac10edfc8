/** Batch norm with ReLU on the threads of the pool; see assembly/batch-norm.ts. */
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { BATCH_NORM_EPSILON } from '../../ops/batch-norm.ts';
import type { BatchNormKernel } from '../../ops/kernels.ts';
import { SLACK, type KernelMemory } from './memory.ts';
import * as Words from './jobs/batch-norm.ts';
import { BATCH_NORM, BLOCK_ROWS, FACTOR_BYTES, GRADIENTS, MOMENTS, NORMALISE } from './jobs/numbers.ts';
import { floatBits, type KernelPool, type WordsOf } from './pool.ts';

type Name = 'x' | 'y' | 'dy' | 'dx' | 'gamma' | 'beta' | 'mean' | 'variance' | 'dgamma' | 'dbeta';

/** `pool` must run over `memory`. */
export function wasmBatchNorm(pool: KernelPool, memory: KernelMemory): BatchNormKernel {
  function run(step: number, shape: readonly number[], addresses: Partial<Record<Name, number>>): void {
    const channels = shape.at(-1)!;
    const rows = shape.slice(0, -1).reduce((a, b) => a * b, 1);
    const partials = 8 * channels * Math.ceil(rows / BLOCK_ROWS) + SLACK;
    const scratch = memory.scratch(partials + pool.threads * FACTOR_BYTES * channels);
    const { x = 0, y = 0, dy = 0, dx = 0, gamma = 0, beta = 0, mean = 0, variance = 0, dgamma = 0, dbeta = 0 } = addresses;
    const words: WordsOf<typeof Words> = {
      [Words.STEP]: step,
      [Words.ROWS]: rows,
      [Words.CHANNELS]: channels,
      [Words.EPSILON]: floatBits(BATCH_NORM_EPSILON),
      [Words.X]: x,
      [Words.Y]: y,
      [Words.DY]: dy,
      [Words.DX]: dx,
      [Words.GAMMA]: gamma,
      [Words.BETA]: beta,
      [Words.MEAN]: mean,
      [Words.VARIANCE]: variance,
      [Words.DGAMMA]: dgamma,
      [Words.DBETA]: dbeta,
      [Words.PARTIALS]: scratch,
      [Words.FACTORS]: scratch + partials,
    };
    pool.run(BATCH_NORM, words);
  }

  return {
    moments(x) {
      memory.begin();
      const input = memory.input(x);
      const [mean, variance] = [memory.output([x.shape[3]]), memory.output([x.shape[3]])];
      run(MOMENTS, x.shape, { x: input, mean: mean.address, variance: variance.address });
      return { mean: mean.finish() as Tensor1D, variance: variance.finish() as Tensor1D };
    },

    forward(x, gamma, beta, mean, variance) {
      memory.begin();
      const inputs = {
        x: memory.input(x),
        gamma: memory.input(gamma),
        beta: memory.input(beta),
        mean: memory.input(mean),
        variance: memory.input(variance),
      };
      const y = memory.output(x.shape);
      run(NORMALISE, x.shape, { ...inputs, y: y.address });
      return y.finish() as Tensor4D;
    },

    backward(dy, { x, y, gamma, mean, variance }) {
      memory.begin();
      const inputs = {
        dy: memory.input(dy),
        x: memory.input(x),
        y: memory.input(y),
        gamma: memory.input(gamma),
        mean: memory.input(mean),
        variance: memory.input(variance),
      };
      const [dx, dgamma, dbeta] = [memory.output(x.shape), memory.output(gamma.shape), memory.output(gamma.shape)];
      run(GRADIENTS, x.shape, { ...inputs, dx: dx.address, dgamma: dgamma.address, dbeta: dbeta.address });
      return { dx: dx.finish(), dgamma: dgamma.finish(), dbeta: dbeta.finish() };
    },
  };
}

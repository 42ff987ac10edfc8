/** Batch norm with ReLU on the threads of the pool; see assembly/batch-norm.ts. */
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { BATCH_NORM_EPSILON } from '../../ops/batch-norm.ts';
import type { BatchNormKernel } from '../../ops/kernels.ts';
import { SLACK, type KernelMemory } from './memory.ts';
import { floatBits, Operation, type KernelPool } from './pool.ts';

const Step = { moments: 0, forward: 1, backward: 2 } as const;
/** As in the assembly. */
const BLOCK_ROWS = 64;

type Name = 'x' | 'y' | 'dy' | 'dx' | 'gamma' | 'beta' | 'mean' | 'variance' | 'dgamma' | 'dbeta';

/** `pool` must run over `memory`. */
export function wasmBatchNorm(pool: KernelPool, memory: KernelMemory): BatchNormKernel {
  function run(step: number, shape: readonly number[], addresses: Partial<Record<Name, number>>): void {
    const channels = shape.at(-1)!;
    const rows = shape.slice(0, -1).reduce((a, b) => a * b, 1);
    const partials = 8 * channels * Math.ceil(rows / BLOCK_ROWS) + SLACK;
    const scratch = memory.scratch(partials + pool.threads * 12 * channels);
    const { x = 0, y = 0, dy = 0, dx = 0, gamma = 0, beta = 0, mean = 0, variance = 0, dgamma = 0, dbeta = 0 } = addresses;
    // The order of assembly/batch-norm.ts.
    const tensors = [x, y, dy, dx, gamma, beta, mean, variance, dgamma, dbeta];
    pool.run([Operation.batchNorm, step, rows, channels, floatBits(BATCH_NORM_EPSILON), ...tensors, scratch, scratch + partials]);
  }

  return {
    moments(x) {
      memory.begin();
      const input = memory.input(x);
      const [mean, variance] = [memory.output([x.shape[3]]), memory.output([x.shape[3]])];
      run(Step.moments, x.shape, { x: input, mean: mean.address, variance: variance.address });
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
      run(Step.forward, x.shape, { ...inputs, y: y.address });
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
      run(Step.backward, x.shape, { ...inputs, dx: dx.address, dgamma: dgamma.address, dbeta: dbeta.address });
      return { dx: dx.finish(), dgamma: dgamma.finish(), dbeta: dbeta.finish() };
    },
  };
}

/** Squash on the threads of the pool; see assembly/capsules/squash.ts. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Squash } from '../../../shared/spec/network.ts';
import type { SquashKernel } from '../../ops/kernels.ts';
import type { KernelMemory } from './memory.ts';
import { Operation, type KernelPool } from './pool.ts';

/** Bytes of the constants of exp2, and of a row of lanes. */
const EXP2_BYTES = 64;
const LANE_BYTES = 32;

/** `pool` must run over `memory`. */
export function wasmSquash(pool: KernelPool, memory: KernelMemory): SquashKernel {
  function run(s: Tensor, dv: Tensor | null, kind: Squash): Tensor {
    const dim = s.shape.at(-1)!;
    memory.begin();
    const inputs = [memory.input(s), dv ? memory.input(dv) : 0];
    const result = memory.output(s.shape);
    const threadBytes = EXP2_BYTES + 2 * LANE_BYTES * dim;
    const scratch = memory.scratch(pool.threads * threadBytes);
    // The order of readSquash in assembly/capsules/layer.ts.
    pool.run([Operation.squash, s.size / dim, dim, kind === 'sensitive' ? 1 : 0, ...inputs, result.address, scratch, threadBytes]);
    return result.finish();
  }
  return { forward: (s, kind) => run(s, null, kind), backward: (s, dv, kind) => run(s, dv, kind) };
}

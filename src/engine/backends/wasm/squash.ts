/** Squash on the threads of the pool; see assembly/capsules/squash.ts. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Squash } from '../../../shared/spec/network.ts';
import type { SquashKernel } from '../../ops/kernels.ts';
import type { KernelMemory } from './memory.ts';
import { EXP2_BYTES, LANE_BYTES, SQUASH } from './jobs/numbers.ts';
import * as Words from './jobs/squash.ts';
import type { KernelPool, WordsOf } from './pool.ts';

/** `pool` must run over `memory`. */
export function wasmSquash(pool: KernelPool, memory: KernelMemory): SquashKernel {
  function run(s: Tensor, dv: Tensor | null, kind: Squash): Tensor {
    const dim = s.shape.at(-1)!;
    memory.begin();
    const inputs = { [Words.S]: memory.input(s), [Words.DV]: dv ? memory.input(dv) : 0 };
    const result = memory.output(s.shape);
    const threadBytes = EXP2_BYTES + 2 * LANE_BYTES * dim;
    const words: WordsOf<typeof Words> = {
      [Words.BATCH]: s.size / dim,
      [Words.DIM]: dim,
      [Words.SENSITIVE]: kind === 'sensitive' ? 1 : 0,
      ...inputs,
      [Words.RESULT]: result.address,
      [Words.SCRATCH]: memory.scratch(pool.threads * threadBytes),
      [Words.SCRATCH_STRIDE]: threadBytes,
    };
    pool.run(SQUASH, words);
    return result.finish();
  }
  return { forward: (s, kind) => run(s, null, kind), backward: (s, dv, kind) => run(s, dv, kind) };
}

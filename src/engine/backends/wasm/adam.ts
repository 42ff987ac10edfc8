/** Adam on the threads of the pool, in place: one job for all parameters. */
import type { AdamKernel } from '../../ops/kernels.ts';
import type { BackendHeap } from './memory.ts';
import * as Words from './jobs/adam.ts';
import { ADAM, PARAMETER_WORDS, REST_BYTES } from './jobs/numbers.ts';
import * as Row from './jobs/parameter.ts';
import { floatBits, type KernelPool, type WordsOf } from './pool.ts';

/** `pool` must run over the memory of `heap`, in which the variables lie. */
export function wasmAdam(pool: KernelPool, heap: BackendHeap): AdamKernel {
  return {
    update(parameters, { beta1, beta2, stepSize, correction, epsilon, weightDecay, shrinkage }) {
      heap.begin();
      const scratch = heap.scratch(REST_BYTES + 4 * PARAMETER_WORDS * parameters.length);
      const table = scratch + REST_BYTES;
      const rows = new Uint32Array(heap.memory.buffer, table, PARAMETER_WORDS * parameters.length);
      for (const [i, { parameter, first, second, gradient }] of parameters.entries()) {
        const row: WordsOf<typeof Row> = {
          [Row.VALUES]: heap.input(parameter),
          [Row.FIRST]: heap.input(first),
          [Row.SECOND]: heap.input(second),
          [Row.GRADIENT]: heap.input(gradient),
          [Row.SIZE]: parameter.size,
        };
        for (const [index, value] of Object.entries(row)) rows[PARAMETER_WORDS * i + Number(index)] = value;
      }
      const words: WordsOf<typeof Words> = {
        [Words.BETA_1]: floatBits(beta1),
        [Words.REST_1]: floatBits(1 - beta1),
        [Words.BETA_2]: floatBits(beta2),
        [Words.REST_2]: floatBits(1 - beta2),
        [Words.STEP_SIZE]: floatBits(stepSize),
        [Words.CORRECTION]: floatBits(correction),
        [Words.EPSILON]: floatBits(epsilon),
        [Words.WEIGHT_DECAY]: floatBits(weightDecay),
        [Words.SHRINKAGE]: floatBits(shrinkage),
        [Words.COUNT]: parameters.length,
        [Words.TABLE]: table,
        [Words.SCRATCH]: scratch,
      };
      pool.run(ADAM, words);
    },
  };
}

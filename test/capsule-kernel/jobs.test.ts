/** The lists of words that the kernels and their callers share. */
import { expect, it } from 'vitest';
import * as adam from '../../src/engine/backends/wasm/jobs/adam.ts';
import * as batchNorm from '../../src/engine/backends/wasm/jobs/batch-norm.ts';
import * as capsules from '../../src/engine/backends/wasm/jobs/capsules.ts';
import * as convolution from '../../src/engine/backends/wasm/jobs/convolution.ts';
import { OPERATION, PARAMETER_WORDS } from '../../src/engine/backends/wasm/jobs/numbers.ts';
import * as parameter from '../../src/engine/backends/wasm/jobs/parameter.ts';
import * as squash from '../../src/engine/backends/wasm/jobs/squash.ts';
import { JOB_WORDS } from '../../src/engine/backends/wasm/pool.ts';

const jobs = { adam, batchNorm, capsules, convolution, squash };

it.each(Object.entries(jobs))('gives every word of %s a place of its own, without a gap', (_, job) => {
  const words = Object.values(job).sort((a, b) => a - b);
  expect(words).toEqual(Array.from({ length: words.length }, (_, i) => OPERATION + 1 + i));
  expect(words.at(-1)).toBeLessThan(JOB_WORDS);
});

it('gives a row of Adam’s table as many words as it has', () => {
  const words = Object.values(parameter).sort((a, b) => a - b);
  expect(words).toEqual(Array.from({ length: PARAMETER_WORDS }, (_, i) => i));
});

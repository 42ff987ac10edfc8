import { expect, it } from 'vitest';
import { kindsOf, mixedKinds } from './computed-on.ts';

const on = (engine: string | null, device: string | null, processor?: string) => ({
  engine,
  device,
  versions: (processor === undefined ? {} : { processor }) as Record<string, string>,
});

it('names what runs were computed on, if it is not the same for all', () => {
  const one = [on('wasm', '2 threads', 'EPYC 7B13'), on('wasm', '1 thread', 'EPYC 7B13'), on(null, null), on('wasm', null)];
  expect(kindsOf(one)).toEqual([{ name: 'EPYC 7B13 (wasm)', runs: 2 }]);
  expect(mixedKinds(kindsOf(one))).toBeNull();
  expect(mixedKinds(kindsOf([]))).toBeNull();
  const cards = [on('tensorflow', 'NVIDIA H100', 'EPYC 7B13'), on('tensorflow', 'NVIDIA A100', 'EPYC 7B13')];
  expect(mixedKinds(kindsOf([...one, ...cards, on('wasm', '4 threads')]))).toBe(
    'Computed on different kinds of processor, which round differently, so that the same run can end with other numbers: ' +
      'EPYC 7B13 (wasm): 2 runs; a processor that is not recorded (wasm): 1 run; NVIDIA A100 (tensorflow): 1 run; NVIDIA H100 (tensorflow): 1 run.',
  );
});

import { expect, it } from 'vitest';
import { engineOptions } from './engines.ts';

it('offers what works by its device, and shows what does not without offering it', () => {
  const works = {
    name: 'wasm',
    device: { kind: 'cpu', name: '8 threads' },
    description: '',
    imagesPerSecond: null,
    unavailable: null,
    chosen: true,
  } as const;
  const fails = {
    name: 'webgpu',
    device: null,
    description: null,
    imagesPerSecond: null,
    unavailable: 'no adapter',
    chosen: false,
  } as const;
  expect(engineOptions([works, fails], 'The best')).toEqual([
    { value: '', label: 'The best' },
    { value: 'wasm', label: 'wasm, 8 threads', disabled: false },
    { value: 'webgpu', label: 'webgpu (not available)', disabled: true },
  ]);
});

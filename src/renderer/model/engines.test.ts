import { expect, it } from 'vitest';
import type { EngineInfo } from '../../shared/contract/index.ts';
import { engineOptions, isUnavailable } from './engines.ts';

const works: EngineInfo = {
  name: 'wasm',
  device: { kind: 'cpu', name: '8 threads' },
  description: '',
  imagesPerSecond: null,
  unavailable: null,
  chosen: true,
};
const imitated: EngineInfo = { ...works, name: 'webgpu', device: { kind: 'software', name: 'SwiftShader' } };
const fails: EngineInfo = { ...works, name: 'tensorflow', device: null, description: null, unavailable: 'it is not set up' };

it('offers what works by its device, and shows what does not without offering it', () => {
  expect(engineOptions([works, imitated, fails], 'The best')).toEqual([
    { value: '', label: 'The best' },
    { value: 'wasm', label: 'wasm, 8 threads' },
    { value: 'webgpu', label: 'webgpu, SwiftShader (imitated, slow)' },
    { value: 'tensorflow', label: 'tensorflow (not available)', disabled: true },
  ]);
  expect((['wasm', 'webgpu', 'tensorflow', null] as const).map((name) => isUnavailable([works, imitated, fails], name))).toEqual([
    false,
    false,
    true,
    false,
  ]);
});

it('shows a choice that was made earlier before any engine has been tried', () => {
  expect(engineOptions([], 'The best')).toEqual([
    { value: '', label: 'The best' },
    { value: 'wasm', label: 'wasm' },
    { value: 'webgpu', label: 'webgpu' },
    { value: 'tensorflow', label: 'tensorflow' },
  ]);
  expect(isUnavailable([], 'webgpu')).toBe(false);
});

import { describe, expect, it } from 'vitest';
import { chooseEngine, type Device, type EngineName, type EngineReport } from './engines.ts';

const works = (name: EngineName, kind: Device['kind'], device = 'Card'): EngineReport => ({
  name,
  device: { kind, name: device },
  description: name,
  imagesPerSecond: null,
  unavailable: null,
});
const fails = (name: EngineName, unavailable: string): EngineReport => ({
  name,
  device: null,
  description: null,
  imagesPerSecond: null,
  unavailable,
});
const wasm = works('wasm', 'cpu', '8 threads');

describe('the engine that is chosen when nobody asks for one', () => {
  it('is webgpu on a real card, whatever else works', () => {
    expect(chooseEngine([wasm, works('tensorflow', 'gpu'), works('webgpu', 'gpu', 'H100')])).toEqual({
      name: 'webgpu',
      reason: 'it computes on H100',
    });
  });

  it('is tensorflow when only that reaches a card, and says why not webgpu', () => {
    expect(chooseEngine([fails('webgpu', 'there is no adapter'), works('tensorflow', 'gpu'), wasm])).toEqual({
      name: 'tensorflow',
      reason: 'it computes on Card; webgpu: there is no adapter',
    });
  });

  it('is never one on a software adapter, nor TensorFlow on the processor', () => {
    expect(chooseEngine([works('webgpu', 'software', 'SwiftShader'), works('tensorflow', 'cpu'), wasm])).toEqual({
      name: 'wasm',
      reason: 'it works on every processor; webgpu: SwiftShader only imitates a graphics card; tensorflow: it finds no graphics card',
    });
  });

  it('is wasm when nothing is known of the others', () => {
    expect(chooseEngine([]).name).toBe('wasm');
  });
});

import { describe, expect, it } from 'vitest';
import { encodeSafetensors, type StoredTensor } from '../shared/safetensors.ts';
import { networkOf } from '../shared/spec/network.ts';
import { PreparationSpec } from '../shared/spec/preparation.ts';
import type { SavedNetwork } from '../shared/weights-file.ts';
import { decodeImages } from './input-images.ts';

const saved = (wish?: Parameters<typeof PreparationSpec.parse>[0]): SavedNetwork => ({
  network: networkOf({ types: 2, dim: 4, depth: 1 }),
  input: { height: 2, width: 2, channels: 1, classes: 2 },
  classes: ['a', 'b'],
  ...(wish ? { preparation: PreparationSpec.parse(wish) } : {}),
});
const decode = (tensor: StoredTensor, network: SavedNetwork) =>
  decodeImages(encodeSafetensors({ tensors: new Map([['images', tensor]]), metadata: {} }), 'input', network);
const bytes = (shape: number[], value: number): StoredTensor => ({
  dtype: 'U8',
  shape,
  data: new Uint8Array(shape.reduce((a, b) => a * b)).fill(value),
});

describe('images for a stored network', () => {
  it('of its shape are intensities, or bytes that become intensities', () => {
    const floats: StoredTensor = { dtype: 'F32', shape: [1, 2, 2, 1], data: Float32Array.of(0, 0.25, 0.5, 1) };
    expect([...decode(floats, saved()).data]).toEqual([0, 0.25, 0.5, 1]);
    expect([...decode(bytes([1, 2, 2, 1], 51), saved()).data]).toEqual(new Array(4).fill(Math.fround(0.2)));
  });

  it('of another shape are prepared as those that it was trained on', () => {
    const network = saved({ size: { height: 2, width: 2 }, fit: 'pad', colour: 'grey', background: 'white' });
    const { shape, data } = decode(bytes([2, 4, 8, 3], 51), network);
    expect(shape).toEqual([2, 2, 2, 1]);
    // As wide as before, half as high: one row of the image, one of the background.
    expect([...data.subarray(0, 4)].map((value) => value.toFixed(2))).toEqual(['0.20', '0.20', '1.00', '1.00']);
  });

  it('are refused where the network was trained on images as they are', () => {
    expect(() => decode(bytes([1, 4, 4, 1], 1), saved())).toThrow(/has shape \[1, 4, 4, 1\], but the network needs \[1 or more, 2, 2, 1\]/);
    expect(() => decode(bytes([1, 2, 2, 3], 1), saved({ size: { height: 2, width: 2 } }))).toThrow(/but the network needs/);
    expect(() =>
      decode({ dtype: 'F32', shape: [1, 4, 4, 1], data: new Float32Array(16) }, saved({ size: { height: 2, width: 2 } })),
    ).toThrow(/but the network needs/);
    expect(() => decode({ dtype: 'F64', shape: [1], data: new Float64Array(1) }, saved())).toThrow(/has type F64; expected F32/);
  });
});

import { describe, expect, it } from 'vitest';
import { toFileLayout, toTensorLayout } from './layout.ts';

const counted = (...shape: number[]) => ({ shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i) });

describe('layout', () => {
  it('turns (out, in, height, width) into (height, width, in, out)', () => {
    const [o, i, h, w] = [2, 3, 4, 5];
    const { shape, data } = toTensorLayout('backbone.0.conv.weight', counted(o, i, h, w));
    expect(shape).toEqual([h, w, i, o]);
    expect(data[((1 * w + 2) * i + 2) * o + 1]).toBe(((1 * i + 2) * h + 1) * w + 2);
  });

  it('turns (out, in) into (in, out) for the decoder only', () => {
    expect([...toTensorLayout('decoder.1.weight', counted(2, 3)).data]).toEqual([0, 3, 1, 4, 2, 5]);
    expect(toTensorLayout('backbone.0.bn.weight', counted(4)).data).toEqual(counted(4).data);
    expect(toTensorLayout('capsules.0.weight', counted(2, 3, 2, 2)).shape).toEqual([2, 3, 2, 2]);
  });

  it('comes back unchanged', () => {
    for (const name of ['primary.conv.weight', 'adam.m.backbone.2.conv.weight']) {
      const original = counted(3, 2, 4, 5);
      expect(toFileLayout(name, toTensorLayout(name, original))).toEqual(original);
    }
  });
});

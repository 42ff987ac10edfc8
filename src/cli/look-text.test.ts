import { describe, expect, it } from 'vitest';
import type { LayerLook, Look, PathStep } from '../shared/inside/look.ts';
import { lookText } from './look-text.ts';

const layer = (name: string, lengths: number[]): LayerLook => ({
  ...{ layer: name, height: 1, width: 1, types: lengths.length, dim: 2 },
  ...{ vectors: new Float32Array(2 * lengths.length), lengths: Float32Array.from(lengths) },
});
const step = (l: number, type: number, length: number): PathStep => ({ layer: l, type, y: 0, x: 0, length, coupling: 0.5, next: null });

function textOf(layers: LayerLook[], longest: number[], path: PathStep[]): string {
  const look: Look = { pixels: new Uint8Array(1), layers, routing: [], longest, paths: [path], reconstruction: null, took: 1 };
  const about = { image: 'test image 1', classes: ['x', 'y'], label: null };
  return lookText({ look, run: { id: 'a', name: 'one', status: 'running' }, checkpoint: true, ...about });
}

describe('one image at the terminal', () => {
  it('counts capsule types from 0, and layers from 1, as everything else does', () => {
    const path = [step(2, 1, 0.9), { ...step(1, 0, 0.8), next: { ...step(1, 2, 0.1), coupling: 0.25 } }, step(0, 1, 0.7)];
    const text = textOf([layer('primary', [0.1, 0.7]), layer('capsules.0', [0.8, 0.2, 0.1]), layer('classes', [0.1, 0.9])], [1], path);
    expect(text).toMatch(/^run +a one \(its latest checkpoint: it is running\)$/m);
    expect(text).toMatch(/^read as +y 0\.9/m);
    expect(text).toMatch(/^Capsules 1 +type 0 .*type 2, 25 %$/m);
    expect(text).toMatch(/^Primary +type 1 /m);
    expect(text).not.toContain('left out');
  });

  it('says what cannot be told, and leaves out of the path what has no length', () => {
    const vanished = [layer('primary', [0.1, 0.7]), layer('capsules.0', [0, 0])];
    const path = [step(2, 0, 0), step(1, 1, 0), step(0, 1, 0.7)];
    const text = textOf([...vanished, layer('classes', [0, 5e-31])], [0, 1], path);
    expect(text).toContain('cannot be told: 2 of 2 class capsules are 0 in single precision, 5.0e−31 at most');
    expect(text).not.toMatch(/^Capsules 1 +type/m);
    expect(text).toMatch(/^Primary +type 1 /m);
    expect(text).toContain('left out');
    expect(textOf([...vanished, layer('classes', [0.3, 0.3])], [0, 1], path)).toContain('class capsules are equally long (0.300)');
  });
});

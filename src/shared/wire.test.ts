import { expect, it } from 'vitest';
import { fromWire, toWire } from './wire.ts';

it('carries plain data and typed arrays', () => {
  const message = { a: [1, null, 'x'], bytes: Uint8Array.of(1, 2), wide: Uint16Array.of(3), real: Float32Array.of(0.5, 2) };
  expect(fromWire(toWire(message))).toEqual(message);
});

it('gives arrays that own exactly their bytes, also of a part of a buffer of Node', () => {
  const bytes = Buffer.concat([Buffer.alloc(7), toWire([Uint8Array.of(1, 2, 3), Uint16Array.of(4, 5), Float32Array.of(6)])]).subarray(7);
  const arrays = fromWire(bytes) as (Uint8Array | Uint16Array | Float32Array)[];
  expect(arrays.map((array) => array.buffer.byteLength)).toEqual([3, 4, 4]);
  bytes.fill(0);
  expect(arrays.map((array) => [...array])).toEqual([[1, 2, 3], [4, 5], [6]]);
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeSafetensors, decodeWeights, encodeSafetensors, encodeWeights, type StoredTensor } from './safetensors.ts';

/** Written by Python's package; see make.py beside it. */
const golden = new Uint8Array(readFileSync(new URL('../../test/goldens/safetensors/golden.safetensors', import.meta.url)));

/** A file with any header and data. */
function file(header: string, data = 0, declared?: bigint): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data);
  new DataView(bytes.buffer).setBigUint64(0, declared ?? BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const tensor = (name: string, dtype: string, shape: unknown, begin: unknown, end: unknown) =>
  `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`;

describe('safetensors', () => {
  it('reads from a Buffer, as files are read in Node, what it reads from other bytes', () => {
    expect(decodeSafetensors(Buffer.from(golden), 'golden')).toEqual(decodeSafetensors(golden, 'golden'));
  });

  it('reads what Python wrote', () => {
    const { tensors, metadata } = decodeSafetensors(golden, 'golden');
    expect(metadata).toEqual({ 'capscope.note': 'é ✓' });
    expect(tensors.size).toBe(9);
    expect(tensors.get('long')).toEqual({ dtype: 'I64', shape: [2], data: new BigInt64Array([-(2n ** 63n), 2n ** 63n - 1n]) });
    expect(tensors.get('counts')).toEqual({ dtype: 'I32', shape: [1, 2], data: new Int32Array([-(2 ** 31), 2 ** 31 - 1]) });
    expect(tensors.get('bytes')!.data).toEqual(new Uint8Array([0, 1, 2, 3, 4]));
    expect(tensors.get('scalar')).toEqual({ dtype: 'F32', shape: [], data: new Float32Array([2.5]) });
    expect(tensors.get('empty')).toEqual({ dtype: 'F32', shape: [0, 3], data: new Float32Array(0) });
    const extremes = tensors.get('backbone.0.bn.bias')!.data as Float32Array;
    expect([...extremes]).toEqual([0, -0, Math.fround(1e-45), Math.fround(3.4028235e38)]);
    // First numbers of numpy.random.default_rng(1).standard_normal.
    expect(tensors.get('backbone.0.conv.weight')!.data[0]).toBe(Math.fround(0.345584192064786));
  });

  it('writes byte for byte what Python wrote', () => {
    expect(encodeSafetensors(decodeSafetensors(golden, 'golden'))).toEqual(golden);
  });

  it('reads from the middle of a larger buffer and writes views of one', () => {
    const shifted = new Uint8Array(golden.length + 3);
    shifted.set(golden, 3);
    const decoded = decodeSafetensors(shifted.subarray(3), 'golden');
    expect(encodeSafetensors(decoded)).toEqual(golden);
    const data = new Float32Array([9, 1, 2, 9]).subarray(1, 3);
    const again = decodeWeights(encodeWeights(new Map([['w', { shape: [2], data }]]), { a: 'b' }), 'x');
    expect(again).toEqual({ weights: new Map([['w', { shape: [2], data: new Float32Array([1, 2]) }]]), metadata: { a: 'b' } });
  });

  it('keeps names that are dangerous as keys of objects', () => {
    const one: StoredTensor = { dtype: 'F32', shape: [1], data: new Float32Array([1]) };
    const tensors = new Map([
      ['__proto__', one],
      ['1', one],
      ['0', one],
      ['constructor', one],
    ]);
    expect([...decodeSafetensors(encodeSafetensors({ tensors, metadata: {} }), 'x').tensors.keys()].sort()).toEqual(
      [...tensors.keys()].sort(),
    );
  });

  it('refuses to write a tensor whose data does not fill its shape', () => {
    expect(() => encodeWeights(new Map([['w', { shape: [3], data: new Float32Array(2) }]]), {})).toThrow('tensor "w" has 2 elements');
  });

  it.each([
    ['an empty file', new Uint8Array(0), 'it has 0 bytes'],
    ['a header longer than the file', file('{}', 0, 100n), 'its header should end at byte 108, but the file ends at 10'],
    ['an absurd header length', file('{}', 0, 2n ** 63n), 'header length 9223372036854775808 is above'],
    ['no JSON', file('{"a":'), 'not a JSON object'],
    ['JSON that is no object', file('[]'), 'not a JSON object'],
    ['bytes that are no text', new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0xff]), 'not a JSON object'],
    ['metadata that are not text', file('{"__metadata__":{"a":1}}'), 'its metadata is not a map from text to text'],
    ['a tensor without shape', file('{"w":{"dtype":"F32","data_offsets":[0,4]}}', 4), 'header of tensor "w"'],
    ['a negative size', file(`{${tensor('w', 'F32', [-1], 0, 4)}}`, 4), 'header of tensor "w"'],
    ['a fractional offset', file(`{${tensor('w', 'F32', [1], 0.5, 4)}}`, 4), 'header of tensor "w"'],
    ['an unknown field', file('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}', 4), 'header of tensor "w"'],
    [
      'an unsupported type',
      file(`{${tensor('w', 'BF16', [2], 0, 4)}}`, 4),
      'tensor "w" has type BF16; supported are I64, F64, F32, I32, U8',
    ],
    ['a type named like a method', file(`{${tensor('w', 'toString', [1], 0, 4)}}`, 4), 'has type toString'],
    ['a gap before the first tensor', file(`{${tensor('w', 'F32', [1], 4, 8)}}`, 8), 'tensor "w" starts at byte 4 of the data, expected 0'],
    ['tensors that overlap', file(`{${tensor('a', 'F32', [2], 0, 8)},${tensor('b', 'F32', [1], 4, 8)}}`, 8), 'tensor "b" starts at byte 4'],
    ['offsets that do not fit the shape', file(`{${tensor('w', 'F32', [2], 0, 4)}}`, 4), 'needs 8 bytes, but its offsets span 4'],
    ['offsets that run backwards', file(`{${tensor('w', 'U8', [0], 0, -4)}}`), 'header of tensor "w"'],
    ['a shape whose product overflows', file(`{${tensor('w', 'U8', [2 ** 40, 2 ** 40], 0, 4)}}`, 4), 'but its offsets span 4'],
    ['a truncated tensor', file(`{${tensor('w', 'F32', [2], 0, 8)}}`, 7), 'should end at byte'],
    ['bytes at the end', file(`{${tensor('w', 'F32', [1], 0, 4)}}`, 5), '1 bytes at its end belong to no tensor'],
  ])('refuses %s', (_, bytes, reason) => {
    const read = () => decodeSafetensors(bytes, 'w.safetensors');
    expect(read).toThrow('w.safetensors is not a valid safetensors file: ');
    expect(read).toThrow(reason);
  });

  it('refuses every truncation of a good file', () => {
    for (let length = 0; length < golden.length; length++)
      expect(() => decodeSafetensors(golden.subarray(0, length), 'cut'), `${length} bytes`).toThrow('cut is not a valid');
  });

  it('takes only float32 as weights', () => {
    expect(() => decodeWeights(golden, 'golden')).toThrow('golden: tensor "long" has type I64, expected F32');
  });
});

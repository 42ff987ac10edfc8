/**
 * Reading and writing safetensors, the file format in which PyTorch users exchange weights: an 8-byte little-endian header
 * length, a JSON header, then the tensors' bytes without gaps. Format: github.com/huggingface/safetensors.
 * Writes byte for byte what the Python package writes; reads strictly, because these files come from strangers.
 */
import { z } from 'zod';
import { InputError } from './input-error.ts';
import type { Weights } from './weights.ts';

/** Supported element types in the order in which the reference implementation lays tensors out (largest alignment first). */
const arrays = {
  I64: BigInt64Array,
  F64: Float64Array,
  F32: Float32Array,
  I32: Int32Array,
  U8: Uint8Array,
} as const satisfies Record<Dtype, unknown>;

interface ArrayOf {
  I64: BigInt64Array;
  F64: Float64Array;
  F32: Float32Array;
  I32: Int32Array;
  U8: Uint8Array;
}

export type Dtype = keyof ArrayOf;

/** A tensor in row-major order. */
export type StoredTensor = { [D in Dtype]: { dtype: D; shape: number[]; data: ArrayOf[D] } }[Dtype];

export interface Safetensors {
  tensors: Map<string, StoredTensor>;
  /** Free text values by key; keys in use here start with "capscope.". */
  metadata: Record<string, string>;
}

const dtypes = Object.keys(arrays) as Dtype[];
/** The reference implementation's limit. */
const maxHeaderBytes = 100_000_000;

const TensorHeader = z.strictObject({
  dtype: z.string(),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
const Metadata = z.record(z.string(), z.string());

const elements = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Throws a RangeError when a tensor's data does not have as many elements as its shape says. */
export function encodeSafetensors(content: Safetensors): Uint8Array<ArrayBuffer> {
  const parts = safetensorsParts(content);
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** The same as pieces that follow one another, so that large tensors need not be copied to be written. */
export function safetensorsParts({ tensors, metadata }: Safetensors): Uint8Array[] {
  const order = [...tensors].sort(([a, x], [b, y]) => dtypes.indexOf(x.dtype) - dtypes.indexOf(y.dtype) || (a < b ? -1 : 1));
  const entries: [string, unknown][] = Object.keys(metadata).length > 0 ? [['__metadata__', sortedByKey(metadata)]] : [];
  let end = 0;
  for (const [name, { dtype, shape, data }] of order) {
    if (data.length !== elements(shape))
      throw new RangeError(`tensor "${name}" has ${data.length} elements, but its shape [${shape.join(', ')}] has ${elements(shape)}`);
    const begin = end;
    end += data.byteLength;
    entries.push([name, { dtype, shape, data_offsets: [begin, end] }]);
  }
  // Not an object literal: a tensor named "__proto__" or "1" would be lost or change places.
  const json = `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
  const header = new TextEncoder().encode(json);
  const start = 8 + Math.ceil(header.length / 8) * 8;
  const bytes = new Uint8Array(start).fill(0x20, 8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.set(header, 8);
  return [bytes, ...order.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))];
}

/** Where a tensor lies in its file: bytes [begin, end) from the start of the file. */
export interface TensorPlace {
  dtype: Dtype;
  shape: number[];
  begin: number;
  end: number;
}

/** What the header of a file says. */
export interface SafetensorsLayout {
  tensors: Map<string, TensorPlace>;
  metadata: Record<string, string>;
}

/** Bytes with which every file starts; they tell how long the header is. */
export const headerLengthBytes = 8;

/** Number of bytes up to the end of the header. Throws an InputError that starts with `source`. */
export function headerEnd(start: Uint8Array, size: number, source: string): number {
  const wrong = wrongFile(source);
  if (start.length < headerLengthBytes) throw wrong(`it has ${start.length} bytes, fewer than the 8 of the header length`);
  const declared = new DataView(start.buffer, start.byteOffset, headerLengthBytes).getBigUint64(0, true);
  if (declared > BigInt(maxHeaderBytes)) throw wrong(`its header length ${declared.toString()} is above ${maxHeaderBytes}`);
  const end = headerLengthBytes + Number(declared);
  if (end > size) throw wrong(`its header should end at byte ${end}, but the file ends at ${size}`);
  return end;
}

/**
 * What the first bytes of a file of `size` bytes say, up to `headerEnd`.
 * Throws an InputError that starts with `source` when the file is truncated, malformed or of an unsupported element type.
 */
export function decodeLayout(head: Uint8Array, size: number, source: string): SafetensorsLayout {
  const wrong = wrongFile(source);
  const start = headerEnd(head, size, source);
  const { metadata, headers } = parseHeader(head.subarray(headerLengthBytes, start), wrong);

  // As the reference implementation demands: in order of their offsets the tensors cover the rest of the file, no gap, no overlap.
  const ordered = [...headers].sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1]);
  const tensors = new Map<string, TensorPlace>();
  let expected = 0;
  for (const [
    name,
    {
      dtype,
      shape,
      data_offsets: [begin, end],
    },
  ] of ordered) {
    if (!isDtype(dtype)) throw wrong(`tensor "${name}" has type ${dtype}; supported are ${dtypes.join(', ')}`);
    if (begin !== expected) throw wrong(`tensor "${name}" starts at byte ${begin} of the data, expected ${expected}`);
    const bytes = elements(shape) * arrays[dtype].BYTES_PER_ELEMENT;
    if (end - begin !== bytes)
      throw wrong(
        `tensor "${name}" of type ${dtype} and shape [${shape.join(', ')}] needs ${bytes} bytes, but its offsets span ${end - begin}`,
      );
    if (start + end > size) throw wrong(`tensor "${name}" should end at byte ${start + end}, but the file ends at ${size}`);
    tensors.set(name, { dtype, shape, begin: start + begin, end: start + end });
    expected = end;
  }
  if (start + expected !== size) throw wrong(`${size - start - expected} bytes at its end belong to no tensor`);
  return { tensors, metadata };
}

/** Decodes a whole file. Every tensor gets memory of its own. Throws an InputError as decodeLayout does. */
export function decodeSafetensors(bytes: Uint8Array, source: string): Safetensors {
  const layout = decodeLayout(bytes, bytes.length, source);
  const tensors = new Map<string, StoredTensor>();
  for (const [name, { dtype, shape, begin, end }] of layout.tensors) {
    // Not bytes.slice: a Node Buffer's gives a view of the whole file instead of a copy.
    const copy = Uint8Array.from(bytes.subarray(begin, end));
    tensors.set(name, { dtype, shape, data: new arrays[dtype](copy.buffer) } as StoredTensor);
  }
  return { tensors, metadata: layout.metadata };
}

/** Encodes float32 weights. */
export function encodeWeights(weights: Weights, metadata: Record<string, string>): Uint8Array<ArrayBuffer> {
  const tensors = new Map([...weights].map(([name, { shape, data }]) => [name, { dtype: 'F32' as const, shape, data }]));
  return encodeSafetensors({ tensors, metadata });
}

/** Decodes a file of float32 tensors only. Throws an InputError as decodeSafetensors does, or when another type occurs. */
export function decodeWeights(bytes: Uint8Array, source: string): { weights: Weights; metadata: Record<string, string> } {
  const { tensors, metadata } = decodeSafetensors(bytes, source);
  const weights: Weights = new Map();
  for (const [name, { dtype, shape, data }] of tensors) {
    if (dtype !== 'F32') throw new InputError(`${source}: tensor "${name}" has type ${dtype}, expected F32`);
    weights.set(name, { shape, data });
  }
  return { weights, metadata };
}

const wrongFile = (source: string) => (reason: string) => new InputError(`${source} is not a valid safetensors file: ${reason}`);

function isDtype(dtype: string): dtype is Dtype {
  return (dtypes as string[]).includes(dtype);
}

/** The reference implementation writes metadata in the order of a hash map; ours is sorted, so that equal files are equal bytes. */
function sortedByKey(metadata: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function parseHeader(
  bytes: Uint8Array,
  wrong: (reason: string) => InputError,
): { metadata: Record<string, string>; headers: [string, z.infer<typeof TensorHeader>][] } {
  let json: unknown;
  try {
    if (bytes[0] !== 0x7b) throw new SyntaxError();
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw wrong('its header is not a JSON object');
  }
  let metadata: Record<string, string> = {};
  const headers: [string, z.infer<typeof TensorHeader>][] = [];
  for (const [name, value] of Object.entries(json as object)) {
    if (name === '__metadata__') {
      const parsed = Metadata.safeParse(value);
      if (!parsed.success) throw wrong('its metadata is not a map from text to text');
      metadata = parsed.data;
    } else {
      const parsed = TensorHeader.safeParse(value);
      if (!parsed.success) throw wrong(`the header of tensor "${name}" needs dtype, shape and data_offsets, and nothing else`);
      headers.push([name, parsed.data]);
    }
  }
  return { metadata, headers };
}

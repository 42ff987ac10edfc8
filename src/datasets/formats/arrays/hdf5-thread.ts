/** A part of a worker thread: reads HDF5 with the HDF Group's library in WebAssembly, which a damaged file may send astray. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { Dataset, File, Group, Module, ready, type Metadata } from 'h5wasm';
import { installFilters } from './hdf5-filters.ts';
import type { Hdf5Array, Hdf5Request, Hdf5Response } from './hdf5-protocol.ts';
import type { Numbers } from './numbers.ts';

const path = '/data.h5';
const maxDepth = 4;
const maxArrays = 10_000;
/** Read at a time, between signs of life. */
const partBytes = 2 ** 24;
const maxTexts = 100_000;

/** HDF5's numbers for kinds of elements. */
const integer = 0;
const float = 1;
const text = 3;
const enumeration = 8;

let file: File | undefined;
/** Of a file on disk. */
let handle: number | undefined;
const post = (message: Hdf5Response): void => parentPort!.postMessage(message);

/** h5wasm overlooks that a read has failed and hands out whatever lay in memory, so every read goes through here. */
let checked = false;
function checkReads(): void {
  checked = true;
  const read = Module.get_dataset_data.bind(Module);
  Module.get_dataset_data = (...of) => {
    const status = read(...of);
    if (status < 0) throw new Error(`array ${of[1].replace(/^\//, '')} is damaged, or lies in a file of its own`);
    return status;
  };
}

async function open(from: Uint8Array | string): Promise<Hdf5Array[]> {
  const { FS } = await ready;
  if (!checked) checkReads();
  file?.close();
  if (handle !== undefined) closeSync(handle);
  handle = undefined;
  FS.writeFile(path, typeof from === 'string' ? new Uint8Array() : from);
  if (typeof from === 'string') readFromDisk((FS as unknown as LazyFiles).lookupPath(path).node, (handle = openSync(from, 'r')));
  checkEnd(typeof from === 'string' ? beginning(handle!) : from, typeof from === 'string' ? fstatSync(handle!).size : from.length);
  file = new File(path, 'r');
  const arrays: Hdf5Array[] = [];
  const walk = (group: Group, prefix: string, depth: number): void => {
    for (const name of group.keys()) {
      // MATLAB keeps the contents of cells under "#refs#".
      if (name.startsWith('#') || arrays.length >= maxArrays) continue;
      const entry = group.get(name);
      if (entry instanceof Group && depth < maxDepth) walk(entry, `${prefix}${name}/`, depth + 1);
      if (!(entry instanceof Dataset)) continue;
      const { metadata } = entry;
      const type = kindOf(metadata);
      if (type && metadata.shape && metadata.shape.length > 0)
        arrays.push({
          path: prefix + name,
          shape: metadata.shape.map(Number),
          type,
          itemBytes: metadata.size,
          chunk: metadata.chunks?.[0] ?? 1,
          matlab: entry.attrs.MATLAB_class !== undefined,
        });
    }
  };
  walk(file, '', 0);
  return arrays;
}

const beginning = (from: number): Uint8Array => {
  const bytes = new Uint8Array(1024);
  return bytes.subarray(0, readSync(from, bytes, 0, bytes.length, 0));
};

/** The superblock says where the file ends; MATLAB's begins behind 512 bytes. The library only says that it cannot open what ends earlier. */
function checkEnd(head: Uint8Array, size: number): void {
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const base = [0, 512].find((at) => head.length >= at + 64 && view.getUint32(at) === 0x89484446);
  if (base === undefined) return;
  const version = head[base + 8]!;
  const lengthsAt = base + (version < 2 ? 13 : 9);
  const end = base + (version === 0 ? 40 : version === 1 ? 44 : 28);
  const declared = head[lengthsAt] === 8 && version < 4 ? Number(view.getBigUint64(end, true)) : 0;
  if (declared > size && declared < 2 ** 50) throw new Error(`it is truncated: it has ${size} bytes, but declares ${declared}`);
}

/** A file of Emscripten's, as those that it makes lazily. */
interface FileNode {
  usedBytes: number;
  stream_ops: { read: (stream: unknown, buffer: Uint8Array, offset: number, length: number, position: number) => number };
}
interface LazyFiles {
  lookupPath: (path: string) => { node: FileNode };
}

/** Without its content in memory, which may be larger than that of WebAssembly. */
function readFromDisk(node: FileNode, from: number): void {
  node.usedBytes = fstatSync(from).size;
  const read: FileNode['stream_ops']['read'] = (_, buffer, offset, length, position) => readSync(from, buffer, offset, length, position);
  node.stream_ops = { ...node.stream_ops, read };
}

function kindOf({ type, size }: Metadata): Hdf5Array['type'] | undefined {
  if (type === text) return 'text';
  if ((type === integer || type === enumeration) && [1, 2, 4, 8].includes(size)) return 'numbers';
  return type === float && [2, 4, 8].includes(size) ? 'numbers' : undefined;
}

async function load(name: string, rows?: readonly [number, number], room = new ArrayBuffer()): Promise<Numbers | string[]> {
  const dataset = file!.get(name);
  if (!(dataset instanceof Dataset)) throw new Error(`${name} is no longer an array`);
  // What HDF5 does not find there, it reads as zeros.
  const elsewhere = dataset.metadata.virtual_sources?.find(({ file_name }) => file_name !== '.');
  if (elsewhere) throw new Error(`${name} is put together from other files, such as ${elsewhere.file_name}; expected an array of its own`);
  await installFilters(dataset.filters);
  const shape = (dataset.metadata.shape ?? []).map(Number);
  const total = shape.reduce((product, size) => product * size, 1);
  if (kindOf(dataset.metadata) === 'text') {
    if (total > maxTexts) throw new Error(`${name} has ${total} texts; expected at most ${maxTexts}`);
    return (dataset.value as unknown[]).map(String);
  }
  const [all = 0] = shape;
  const [start, end] = rows ?? [0, all];
  const rowElements = all === 0 ? 0 : total / all;
  const step = Math.max(1, Math.floor(partBytes / Math.max(rowElements * dataset.metadata.size, 1)));
  const half = dataset.metadata.type === float && dataset.metadata.size === 2;
  if (half) Object.assign(dataset.metadata, { type: integer, signed: false });
  let result: Numbers | undefined;
  for (let from = start; from < end; from += step) {
    const part = numbers(dataset, [from, Math.min(from + step, end)], half);
    result ??= emptyLike(part, (end - start) * rowElements, room);
    (result as Uint8Array).set(part as Uint8Array, (from - start) * rowElements);
    post({ type: 'reading' });
  }
  return result ?? new Uint8Array();
}

/** In this room, if there is enough. */
function emptyLike(part: Numbers, length: number, room: ArrayBuffer): Numbers {
  const Elements = part.constructor as new (room: ArrayBuffer | number, at?: number, length?: number) => Numbers;
  return room.byteLength >= length * part.BYTES_PER_ELEMENT ? new Elements(room, 0, length) : new Elements(length);
}

/** Rows of an array. Half floats, which h5wasm does not know, come through it as whole numbers of the same bits. */
function numbers(dataset: Dataset, rows: [number, number], half: boolean): Numbers {
  const part = dataset.slice([rows]) as Numbers;
  return half ? Float32Array.from(new Float16Array(part.buffer, part.byteOffset, part.length)) : part;
}

export async function answer(request: Hdf5Request): Promise<void> {
  try {
    if (request.type === 'open') post({ type: 'opened', arrays: await open(request.from) });
    else {
      const data = await load(request.path, request.rows, request.room);
      parentPort!.postMessage({ type: 'loaded', data } satisfies Hdf5Response, Array.isArray(data) ? [] : [data.buffer as ArrayBuffer]);
    }
  } catch (error) {
    post({ type: 'failed', message: (error as Error).message.split('\n')[0] ?? '' });
  }
}

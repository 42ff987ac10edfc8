/** A part of a worker thread: reads HDF5 with the HDF Group's library in WebAssembly, which a damaged file may send astray. */
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

async function open(bytes: Uint8Array): Promise<Hdf5Array[]> {
  const { FS } = await ready;
  if (!checked) checkReads();
  file?.close();
  FS.writeFile(path, bytes);
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
          matlab: entry.attrs.MATLAB_class !== undefined,
        });
    }
  };
  walk(file, '', 0);
  return arrays;
}

function kindOf({ type, size }: Metadata): Hdf5Array['type'] | undefined {
  if (type === text) return 'text';
  if ((type === integer || type === enumeration) && [1, 2, 4, 8].includes(size)) return 'numbers';
  return type === float && [2, 4, 8].includes(size) ? 'numbers' : undefined;
}

async function load(name: string): Promise<Numbers | string[]> {
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
  const [rows = 0] = shape;
  const rowElements = rows === 0 ? 0 : total / rows;
  const step = Math.max(1, Math.floor(partBytes / Math.max(rowElements * dataset.metadata.size, 1)));
  const half = dataset.metadata.type === float && dataset.metadata.size === 2;
  if (half) Object.assign(dataset.metadata, { type: integer, signed: false });
  let result: Numbers | undefined;
  for (let from = 0; from < rows; from += step) {
    const part = numbers(dataset, [from, Math.min(from + step, rows)], half);
    result ??= new (part.constructor as new (length: number) => Numbers)(total);
    (result as Uint8Array).set(part as Uint8Array, from * rowElements);
    post({ type: 'reading' });
  }
  return result ?? new Uint8Array();
}

/** Rows of an array. Half floats, which h5wasm does not know, come through it as whole numbers of the same bits. */
function numbers(dataset: Dataset, rows: [number, number], half: boolean): Numbers {
  const part = dataset.slice([rows]) as Numbers;
  return half ? Float32Array.from(new Float16Array(part.buffer, part.byteOffset, part.length)) : part;
}

export async function answer(request: Hdf5Request): Promise<void> {
  try {
    if (request.type === 'open') post({ type: 'opened', arrays: await open(request.bytes) });
    else post({ type: 'loaded', data: await load(request.path) });
  } catch (error) {
    post({ type: 'failed', message: (error as Error).message.split('\n')[0] ?? '' });
  }
}

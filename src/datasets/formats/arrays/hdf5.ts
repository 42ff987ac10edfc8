/** HDF5 files, those of MATLAB 7.3 among them, through a thread that can be ended when a damaged file sends it astray. */
import { Worker } from 'node:worker_threads';
import { DatasetError } from '../../errors.ts';
import { decoderScript } from '../../images/script.ts';
import type { Item } from '../contents.ts';
import type { ReadOptions } from '../reader.ts';
import type { NamedArray } from './arrange.ts';
import type { Hdf5Array, Hdf5Request, Hdf5Response } from './hdf5-protocol.ts';
import { elements } from './ndarray.ts';

/** Without a sign of life for so long, the library is astray. */
const patience = 4000;

export interface Hdf5File {
  arrays: NamedArray[];
  close: () => Promise<unknown>;
}

/** Throws a DatasetError when the file is damaged. */
export async function openHdf5(bytes: Uint8Array, { file }: Item, { signal, decoder = decoderScript }: ReadOptions): Promise<Hdf5File> {
  const place = file.label;
  const worker = new Worker(decoder, { stdout: true, stderr: true });
  const ask = (request: Hdf5Request) => exchange(worker, request, place, signal);
  try {
    const opened = await ask({ type: 'open', bytes });
    if (opened.type !== 'opened') throw new Error(`The thread answered ${opened.type}.`);
    const arrays = opened.arrays.map((array): NamedArray => named(array, `${file.path}/${array.path}`, place, bytes.length, ask));
    return { arrays, close: () => worker.terminate() };
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

function named(
  { path, shape, type, itemBytes, matlab }: Hdf5Array,
  name: string,
  place: string,
  fileBytes: number,
  ask: (request: Hdf5Request) => Promise<Hdf5Response>,
): NamedArray {
  const label = `${place}, array ${path}`;
  const total = elements(shape) * itemBytes;
  const turned = matlab ? shape.toReversed() : shape;
  return {
    name,
    place: label,
    shape: turned,
    type,
    itemBytes,
    lastFirst: matlab,
    load: async () => {
      if (type === 'numbers' && total > (fileBytes + 64) * 1032)
        throw new DatasetError(label, `it declares ${shape.join(' × ')} elements, which a file of ${fileBytes} bytes cannot hold`);
      const loaded = await ask({ type: 'load', path });
      if (loaded.type !== 'loaded') throw new Error(`The thread answered ${loaded.type}.`);
      return loaded.data instanceof Array ? loaded.data : { shape: turned, data: loaded.data, fortran: matlab };
    },
  };
}

/** The thread's answer. Throws a DatasetError when it fails or says nothing for too long. */
function exchange(worker: Worker, request: Hdf5Request, place: string, signal: AbortSignal | undefined): Promise<Hdf5Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Hdf5Response>();
  const damaged = (what: string) => reject(new DatasetError(place, `it cannot be read as an HDF5 file (${what})`));
  const lost = () => damaged('reading it does not end');
  let timer = setTimeout(lost, patience);
  const onMessage = (message: Hdf5Response) => {
    clearTimeout(timer);
    if (message.type === 'reading') timer = setTimeout(lost, patience);
    else if (message.type === 'failed') damaged(message.message);
    else resolve(message);
  };
  const onError = (error: Error) => damaged(error.message.split('\n')[0] ?? '');
  const onAbort = () => reject(signal!.reason as Error);
  worker.on('message', onMessage).on('error', onError);
  signal?.addEventListener('abort', onAbort, { once: true });
  worker.postMessage(request);
  return promise.finally(() => {
    clearTimeout(timer);
    worker.off('message', onMessage).off('error', onError);
    signal?.removeEventListener('abort', onAbort);
  });
}

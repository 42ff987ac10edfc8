/** HDF5 files, those of MATLAB 7.3 among them, through a thread that can be ended when a damaged file sends it astray. */
import { Worker } from 'node:worker_threads';
import { DatasetError } from '../../errors.ts';
import { decoderScript } from '../../images/script.ts';
import { readItem, type Item } from '../contents.ts';
import type { ReadOptions } from '../reader.ts';
import type { NamedArray } from './arrange.ts';
import type { Hdf5Array, Hdf5Request, Hdf5Response } from './hdf5-protocol.ts';
import { elements } from './ndarray.ts';

/** Without a sign of life for so long, the library is astray. */
const patience = 4000;

/** One thread for all files of a source, of which it has one open at a time. Close it. */
export class Hdf5Thread {
  readonly #options: ReadOptions;
  #worker: Worker | undefined;
  #open: Item | undefined;

  constructor(options: ReadOptions) {
    this.#options = options;
  }

  /** What is in a file. Throws a DatasetError when it is damaged. */
  async arrays(item: Item): Promise<NamedArray[]> {
    const { arrays, bytes } = await this.#opened(item);
    return arrays.map((array) => this.#named(array, item, bytes));
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  async #opened(item: Item): Promise<{ arrays: Hdf5Array[]; bytes: number }> {
    const { decoder = decoderScript } = this.#options;
    const bytes = await readItem(item, this.#options);
    this.#worker ??= new Worker(decoder, { stdout: true, stderr: true });
    const { length } = bytes;
    const opened = await this.#ask({ type: 'open', bytes }, item);
    if (opened.type !== 'opened') throw new Error(`The thread answered ${opened.type}.`);
    this.#open = item;
    return { arrays: opened.arrays, bytes: length };
  }

  #named({ path, shape, type, itemBytes, matlab }: Hdf5Array, item: Item, fileBytes: number): NamedArray {
    const label = `${item.file.label}, array ${path}`;
    const total = elements(shape) * itemBytes;
    const turned = matlab ? shape.toReversed() : shape;
    return {
      name: `${item.file.path}/${path}`,
      place: label,
      shape: turned,
      type,
      itemBytes,
      lastFirst: matlab,
      load: async () => {
        if (type === 'numbers' && total > (fileBytes + 64) * 1032)
          throw new DatasetError(label, `it declares ${shape.join(' × ')} elements, which a file of ${fileBytes} bytes cannot hold`);
        if (this.#open !== item) await this.#opened(item);
        const loaded = await this.#ask({ type: 'load', path }, item);
        if (loaded.type !== 'loaded') throw new Error(`The thread answered ${loaded.type}.`);
        return loaded.data instanceof Array ? loaded.data : { shape: turned, data: loaded.data, fortran: matlab };
      },
    };
  }

  async #ask(request: Hdf5Request, { file }: Item): Promise<Hdf5Response> {
    try {
      return await exchange(this.#worker!, request, file.label, this.#options.signal);
    } catch (error) {
      // It may be astray.
      await this.#worker?.terminate();
      this.#worker = undefined;
      this.#open = undefined;
      throw error;
    }
  }
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

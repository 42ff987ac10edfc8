/** HDF5 files, those of MATLAB 7.3 among them, through a thread that can be ended when a damaged file sends it astray. */
import { Worker } from 'node:worker_threads';
import { DatasetError } from '../../errors.ts';
import { decoderScript } from '../../images/script.ts';
import { readItem, type Item } from '../contents.ts';
import type { ReadOptions } from '../reader.ts';
import type { NamedArray } from './arrange.ts';
import type { Hdf5Array, Hdf5Request, Hdf5Response } from './hdf5-protocol.ts';
import { elements, type NdArray } from './ndarray.ts';
import { imagesOfPart, ranges, type Part } from './pieces.ts';

/** Milliseconds that the thread may compute without a sign of life: the library is astray then. */
const patience = 4000;
/** Milliseconds that it may be silent without computing: its file does not come, or the processor is others'. */
const longestWait = 120_000;

/** One thread for all files of a source, of which it has one open at a time. Close it. */
export class Hdf5Thread {
  readonly #options: ReadOptions;
  #worker: Worker | undefined;
  #open: Item | undefined;
  /** Of the rows that were loaded last, for the next ones. */
  #room: ArrayBuffer | undefined;

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
    const from = item.file.disk !== undefined && !item.gzip ? item.file.disk : await readItem(item, this.#options);
    const bytes = typeof from === 'string' ? await item.file.size() : from.length;
    this.#worker ??= new Worker(decoder, { stdout: true, stderr: true, resourceLimits: { maxYoungGenerationSizeMb: 4 } });
    const opened = await this.#ask({ type: 'open', from }, item);
    if (opened.type !== 'opened') throw new Error(`The thread answered ${opened.type}.`);
    this.#open = item;
    return { arrays: opened.arrays, bytes };
  }

  #named(array: Hdf5Array, item: Item, fileBytes: number): NamedArray {
    const { path, shape, type, itemBytes, matlab } = array;
    const label = `${item.file.label}, array ${path}`;
    const check = () => {
      if (type === 'numbers' && elements(shape) * itemBytes > (fileBytes + 64) * 1032)
        throw new DatasetError(label, `it declares ${shape.join(' × ')} elements, which a file of ${fileBytes} bytes cannot hold`);
    };
    const options = this.#options;
    async function* parts(signal: AbortSignal | undefined, wanted?: Uint32Array): AsyncGenerator<Part> {
      check();
      // This one may have been closed by the time.
      const own = new Hdf5Thread({ ...options, signal });
      try {
        for (const rows of ranges(shape[0]!, rowsOfPart(array), wanted))
          yield { first: rows[0], array: (await own.#load(array, item, rows)) as NdArray };
      } finally {
        await own.close();
      }
    }
    return {
      name: `${item.file.path}/${path}`,
      place: label,
      shape: matlab ? shape.toReversed() : shape,
      type,
      itemBytes,
      lastFirst: matlab,
      load: async () => {
        check();
        return this.#load(array, item);
      },
      ...(type === 'numbers' && { parts }),
    };
  }

  /** @param rows along HDF5's first axis; by default all. */
  async #load({ path, shape, matlab }: Hdf5Array, item: Item, rows?: readonly [number, number]): Promise<NdArray | string[]> {
    if (this.#open !== item) await this.#opened(item);
    const loaded = await this.#ask({ type: 'load', path, ...(rows && { rows, room: this.#room }) }, item);
    if (loaded.type !== 'loaded') throw new Error(`The thread answered ${loaded.type}.`);
    if (Array.isArray(loaded.data)) return loaded.data;
    this.#room = rows && (loaded.data.buffer as ArrayBuffer);
    const own = rows ? [rows[1] - rows[0], ...shape.slice(1)] : shape;
    return { shape: matlab ? own.toReversed() : own, data: loaded.data, fortran: matlab };
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

/** How many are read at once: whole chunks, where these are not too large. */
function rowsOfPart({ shape, itemBytes, chunk }: Hdf5Array): number {
  const few = imagesOfPart(elements(shape.slice(1)) * itemBytes);
  return chunk < 8 * few ? Math.ceil(few / chunk) * chunk : few;
}

/** The thread's answer. Throws a DatasetError when it fails or says nothing for too long. */
function exchange(worker: Worker, request: Hdf5Request, place: string, signal: AbortSignal | undefined): Promise<Hdf5Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Hdf5Response>();
  const damaged = (what: string) => reject(new DatasetError(place, `it cannot be read as an HDF5 file (${what})`));
  const watch = new Watch(worker, () => damaged('reading it does not end'));
  const onMessage = (message: Hdf5Response) => {
    if (message.type === 'reading') watch.reset();
    else if (message.type === 'failed') damaged(message.message);
    else resolve(message);
  };
  const onError = (error: Error) => damaged(error.message.split('\n')[0] ?? '');
  const onAbort = () => reject(signal!.reason as Error);
  worker.on('message', onMessage).on('error', onError);
  signal?.addEventListener('abort', onAbort, { once: true });
  worker.postMessage(request, 'room' in request && request.room ? [request.room] : []);
  return promise.finally(() => {
    watch.end();
    worker.off('message', onMessage).off('error', onError);
    signal?.removeEventListener('abort', onAbort);
  });
}

/** Tells when a thread has gone astray: by what it computes, because on a busy machine it may wait for long and be well. */
class Watch {
  readonly #worker: Worker;
  #since = performance.now();
  #computed: Promise<number>;
  readonly #timer: NodeJS.Timeout;

  constructor(worker: Worker, onLost: () => void) {
    this.#worker = worker;
    this.#computed = computedBy(worker);
    this.#timer = setInterval(() => void this.#look(onLost), patience);
  }

  /** It lives. */
  reset(): void {
    this.#since = performance.now();
    this.#computed = computedBy(this.#worker);
  }

  end(): void {
    clearInterval(this.#timer);
  }

  async #look(onLost: () => void): Promise<void> {
    const before = this.#computed;
    const computed = (await computedBy(this.#worker)) - (await before);
    // What has come meanwhile is a sign of life.
    if (before === this.#computed && (computed >= 0.9 * patience || performance.now() - this.#since > longestWait)) onLost();
  }
}

/** Milliseconds of the processor; 0 for a thread that does not run. */
const computedBy = (worker: Worker): Promise<number> =>
  worker.cpuUsage().then(
    ({ user, system }) => (user + system) / 1000,
    () => 0,
  );

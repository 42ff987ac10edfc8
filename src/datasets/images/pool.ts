/** Image files of a source, decoded on several threads. */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import type { ReadOptions } from '../formats/reader.ts';
import type { Problem, ReadImage, SeparateImages } from '../raw.ts';
import type { FileContent, Source, SourceFile } from '../sources/source.ts';
import { shapeSize, type DecodeRequest, type DecodeResponse } from './protocol.ts';
import { decoderScript } from './script.ts';
import { giveBackThread, takeThread } from './threads.ts';

/** Larger files are no images of a data set. */
const maxImageBytes = 2 ** 28;
/** About what one thread decodes before it hands over. */
const batchBytes = 2 ** 22;
/** Of pixels of large images that threads may hold together, twice: what is decoded and what is used. */
const largeBytes = 2 ** 26;
/** Few files may be large ones, many are small. */
const fewFiles = 64;
const firstBatch = 16;
const maxBatch = 1024;
const maxThreads = 16;

/** Images that are files of a source, one image each. */
export function imageFiles(source: Source, files: readonly SourceFile[], { decoder = decoderScript, limits }: ReadOptions): SeparateImages {
  return {
    kind: 'separate',
    count: files.length,
    read: ({ indices, reduce = false, signal } = {}) => {
      const wanted = indices ? Uint32Array.from(indices) : Uint32Array.from(files.keys());
      return decodeFiles(source, files, wanted, { script: decoder, maxPixels: limits.imagePixels, reduce, signal });
    },
  };
}

interface Settings {
  script: string | URL;
  maxPixels: number;
  reduce: boolean;
  signal: AbortSignal | undefined;
}

async function* decodeFiles(
  source: Source,
  files: readonly SourceFile[],
  wanted: Uint32Array,
  { script, maxPixels, reduce, signal }: Settings,
): AsyncGenerator<ReadImage> {
  signal?.throwIfAborted();
  if (wanted.length === 0) return;
  const threads = Math.min(availableParallelism(), maxThreads, Math.ceil(wanted.length / 16));
  const workers = Array.from({ length: threads }, () => takeThread(script));
  // One request for every thread; the next one is sent before the answer is used.
  const running = new Map<Worker, Promise<{ worker: Worker; batch: Batch; response: DecodeResponse }>>();
  const batches = new Batches(source, files, wanted, signal);
  try {
    const size = { images: 0, bytes: 0 };
    // Memory of pixels that have been used, for the next ones: left to the garbage collector, tens of megabytes pile up.
    const free: ArrayBuffer[] = [];
    const start = async (worker: Worker): Promise<void> => {
      const batch = await batches.next(
        size.images === 0
          ? wanted.length <= fewFiles
            ? 1
            : firstBatch
          : Math.min(maxBatch, Math.max(1, Math.round((batchBytes * size.images) / size.bytes))),
      );
      if (!batch) return;
      const request: DecodeRequest = {
        contents: batch.contents,
        room: free.pop(),
        maxPixels,
        reduce,
        maxBytes: maxImageBytes,
        enoughBytes: batchBytes,
      };
      const answer = respond(worker, request, signal).then((response) => ({ worker, batch, response }));
      // Whoever waits for the others when one fails must not leave this one's failure unheard.
      answer.catch(() => undefined);
      running.set(worker, answer);
    };
    // Of large images only a few may be in memory at once: the first one tells how large they are.
    const idle = [...workers];
    const atOnce = () => (size.images === 0 ? 1 : Math.max(1, Math.floor((largeBytes * size.images) / size.bytes)));
    const startAll = async (): Promise<void> => {
      while (idle.length > 0 && running.size < atOnce()) {
        const before = running.size;
        const worker = idle.shift()!;
        await start(worker);
        if (running.size === before) return;
      }
    };
    await startAll();
    while (running.size > 0) {
      const { worker, batch, response } = await Promise.race(running.values()).catch((error: unknown) => {
        signal?.throwIfAborted();
        throw error;
      });
      // Only now that it is being used: another thread may have answered at the same time.
      running.delete(worker);
      size.images += response.done;
      size.bytes += response.pixels.length + 1;
      batches.giveBack(batch, response.done);
      idle.push(worker);
      await startAll();
      yield* imagesOf(files, batch, response);
      if (response.pixels.buffer.byteLength <= 2 * batchBytes) free.push(response.pixels.buffer);
      signal?.throwIfAborted();
    }
  } finally {
    // One that has not answered is in the midst of something, or has failed.
    const over = (worker: Worker) => (running.has(worker) ? worker.terminate() : giveBackThread(worker, script));
    await Promise.all([batches.close(), ...workers.map(over)]);
  }
}

/** Image files that are decoded together. */
interface Batch {
  /** Which of all files they are. */
  indices: ArrayLike<number>;
  contents: (Uint8Array | string)[];
  /** Those whose content could not be read. */
  problems: { index: number; problem: Problem }[];
}

/** The wanted files, batch by batch, in the order that costs the source least. */
class Batches {
  readonly #files: readonly SourceFile[];
  /** On disk, where threads read them by themselves. */
  readonly #onDisk: Uint32Array;
  readonly #elsewhere = new Map<SourceFile, number>();
  readonly #contents: AsyncIterator<FileContent>;
  #next = 0;
  /** Asked for, and not decoded yet. */
  readonly #left: Batch[] = [];

  constructor(source: Source, files: readonly SourceFile[], wanted: Uint32Array, signal: AbortSignal | undefined) {
    this.#files = files;
    this.#onDisk = wanted.filter((index) => files[index]!.disk !== undefined);
    for (const index of wanted) if (files[index]!.disk === undefined) this.#elsewhere.set(files[index]!, index);
    this.#contents = source.readAll([...this.#elsewhere.keys()], { limit: maxImageBytes, signal })[Symbol.asyncIterator]();
  }

  /** Undefined at the end. */
  async next(count: number): Promise<Batch | undefined> {
    const left = this.#left.pop();
    if (left) return left;
    if (this.#next < this.#onDisk.length) {
      const indices = this.#onDisk.slice(this.#next, this.#next + count);
      this.#next += indices.length;
      return { indices, contents: Array.from(indices, (index) => this.#files[index]!.disk!), problems: [] };
    }
    if (this.#elsewhere.size === 0) return undefined;
    const indices: number[] = [];
    const batch: Batch = { indices, contents: [], problems: [] };
    for (let bytes = 0; indices.length < count && bytes < batchBytes;) {
      const next = await this.#contents.next();
      if (next.done) break;
      const content = next.value;
      const index = this.#elsewhere.get(content.file)!;
      if ('error' in content) {
        const file = content.file.label;
        batch.problems.push({ index, problem: { file, message: content.error.message.slice(file.length + 2) } });
      } else {
        indices.push(index);
        batch.contents.push(content.bytes);
        bytes += content.bytes.length;
      }
    }
    return indices.length + batch.problems.length > 0 ? batch : undefined;
  }

  /** What a thread has not come to, for the next one. */
  giveBack({ indices, contents }: Batch, done: number): void {
    if (done < contents.length) this.#left.push({ indices: Array.from(indices).slice(done), contents: contents.slice(done), problems: [] });
  }

  async close(): Promise<void> {
    await this.#contents.return?.();
  }
}

async function respond(worker: Worker, request: DecodeRequest, signal: AbortSignal | undefined): Promise<DecodeResponse> {
  worker.postMessage(request, request.room ? [request.room] : []);
  const [response] = (await once(worker, 'message', { ...(signal && { signal }) })) as [DecodeResponse];
  return response;
}

function* imagesOf(files: readonly SourceFile[], batch: Batch, { shapes, pixels, problems }: DecodeResponse): Generator<ReadImage> {
  yield* batch.problems;
  for (let at = 0; at < shapes.length; at += shapeSize) {
    const [height, width, channels, start] = [shapes[at + 1]!, shapes[at + 2]!, shapes[at + 3]!, shapes[at + 4]!];
    const length = height * width * channels;
    const own = new [Uint8Array, Uint16Array, Float32Array][shapes[at + 5]!]!(pixels.buffer, start, length);
    const pages = shapes[at + 6]!;
    yield { index: batch.indices[shapes[at]!]!, image: { height, width, channels, pixels: own, ...(pages > 1 && { pages }) } };
  }
  for (const { which, message } of problems) {
    const index = batch.indices[which]!;
    yield { index, problem: { file: files[index]!.label, message } };
  }
}

/** Image files of a source, decoded on several threads. */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ReadOptions } from '../formats/reader.ts';
import type { ReadImage, SeparateImages } from '../raw.ts';
import type { Source, SourceFile } from '../sources/source.ts';
import { decoderScript } from './script.ts';
import type { DecodeJob, DecodeRequest, DecodeResponse } from './protocol.ts';

/** Larger files are no images of a data set. */
const maxImageBytes = 2 ** 28;
/** About what one thread decodes before it hands over. */
const batchBytes = 2 ** 22;
const maxBatch = 512;
const maxThreads = 16;

/** Images that are files of a source, one image each. */
export function imageFiles(source: Source, files: readonly SourceFile[], { decoder = decoderScript, limits }: ReadOptions): SeparateImages {
  return {
    kind: 'separate',
    count: files.length,
    read: ({ indices, signal } = {}) => {
      const wanted = indices ? [...new Set(indices)] : Array.from(files, (_, i) => i);
      return decodeFiles(source, files, wanted, { script: decoder, maxPixels: limits.imagePixels, signal });
    },
  };
}

interface Settings {
  script: string | URL;
  maxPixels: number;
  signal: AbortSignal | undefined;
}

async function* decodeFiles(
  source: Source,
  files: readonly SourceFile[],
  wanted: readonly number[],
  { script, maxPixels, signal }: Settings,
): AsyncGenerator<ReadImage> {
  signal?.throwIfAborted();
  if (wanted.length === 0) return;
  const threads = Math.min(availableParallelism(), maxThreads, Math.ceil(wanted.length / 16));
  const workers = Array.from({ length: threads }, () => new Worker(script));
  try {
    const jobs = jobsOf(source, files, wanted, signal);
    const size = { images: 0, bytes: 0 };
    // One request for every thread; the next one is sent before the answer is used.
    const running = new Set<Promise<{ worker: Worker; response: DecodeResponse }>>();
    let ended = false;
    const start = async (worker: Worker): Promise<void> => {
      if (ended) return;
      const batch = await take(
        jobs,
        size.images === 0 ? 16 : Math.min(maxBatch, Math.max(1, Math.round((batchBytes * size.images) / size.bytes))),
      );
      ended = batch.ended;
      if (batch.jobs.length === 0 && batch.problems.length === 0) return;
      const request: DecodeRequest = { jobs: batch.jobs, maxPixels, maxBytes: maxImageBytes };
      const answer = respond(worker, request, signal).then((response) => {
        response.problems.push(...batch.problems);
        running.delete(answer);
        return { worker, response };
      });
      // Whoever waits for the others when one fails must not leave this one's failure unheard.
      answer.catch(() => undefined);
      running.add(answer);
    };
    for (const worker of workers) await start(worker);
    while (running.size > 0) {
      const { worker, response } = await Promise.race(running).catch((error: unknown) => {
        signal?.throwIfAborted();
        throw error;
      });
      size.images += response.images.length;
      size.bytes += response.pixels.length + 1;
      await start(worker);
      yield* imagesOf(response);
      signal?.throwIfAborted();
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

type Job = DecodeJob | { index: number; file: string; message: string };

/** In the order that costs the source least. */
async function* jobsOf(
  source: Source,
  files: readonly SourceFile[],
  wanted: readonly number[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Job> {
  const elsewhere = new Map<SourceFile, number>();
  for (const index of wanted) {
    const file = files[index]!;
    if (file.disk !== undefined) yield { index, label: file.label, content: file.disk };
    else elsewhere.set(file, index);
  }
  if (elsewhere.size === 0) return;
  for await (const content of source.readAll([...elsewhere.keys()], { limit: maxImageBytes, signal })) {
    const index = elsewhere.get(content.file)!;
    const { label } = content.file;
    if ('error' in content) yield { index, file: label, message: content.error.message.slice(label.length + 2) };
    else yield { index, label, content: content.bytes };
  }
}

async function take(jobs: AsyncGenerator<Job>, count: number) {
  const batch = { jobs: [] as DecodeJob[], problems: [] as DecodeResponse['problems'], ended: false };
  for (let i = 0, bytes = 0; i < count && bytes < batchBytes; i++) {
    const next = await jobs.next();
    if (next.done) return { ...batch, ended: true };
    const { value } = next;
    if ('message' in value) batch.problems.push(value);
    else {
      batch.jobs.push(value);
      bytes += value.content.length;
    }
  }
  return batch;
}

async function respond(worker: Worker, request: DecodeRequest, signal: AbortSignal | undefined): Promise<DecodeResponse> {
  worker.postMessage(request);
  const [response] = (await once(worker, 'message', { ...(signal && { signal }) })) as [DecodeResponse];
  return response;
}

function* imagesOf({ images, pixels, problems }: DecodeResponse): Generator<ReadImage> {
  for (const { index, height, width, channels, start, deep } of images) {
    const length = height * width * channels;
    const own = deep ? new Uint16Array(pixels.buffer, start, length) : new Uint8Array(pixels.buffer, start, length);
    yield { index, image: { height, width, channels, pixels: own } };
  }
  for (const { index, file, message } of problems) yield { index, problem: { file, message } };
}

/** Entry of a worker thread: decodes image files, or reads an HDF5 file. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { systemError } from '../errors.ts';
import type { RawImage } from '../raw.ts';
import type { Hdf5Request } from '../formats/arrays/hdf5-protocol.ts';
import { decodeImage } from './decode.ts';
import type { DecodeJob, DecodeRequest, DecodeResponse } from './protocol.ts';

let memory = new Uint8Array(2 ** 16);

/** The content of a file, valid until the next one is read. */
function contentOf({ content, label }: DecodeJob, maxBytes: number): Uint8Array {
  if (typeof content !== 'string') return content;
  let file: number | undefined;
  try {
    file = openSync(content, 'r');
    // Small files, which are most, are had with one read and without asking for their size.
    let done = readSync(file, memory, 0, memory.length, 0);
    if (done === memory.length) {
      const { size } = fstatSync(file);
      if (size > maxBytes) throw new Error(`it has ${size} bytes; expected at most ${maxBytes}`);
      const larger = new Uint8Array(size + 1);
      larger.set(memory);
      memory = larger;
      for (let read = -1; read !== 0; done += read) read = readSync(file, memory, done, memory.length - done, done);
    }
    return memory.subarray(0, done);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new Error(systemError(label, error).message.slice(label.length + 2), { cause: error });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

async function decodeAll({ jobs, maxPixels, maxBytes }: DecodeRequest): Promise<DecodeResponse> {
  const decoded: { index: number; image: RawImage }[] = [];
  const problems: DecodeResponse['problems'] = [];
  let total = 0;
  for (const job of jobs) {
    try {
      const image = await decodeImage(contentOf(job, maxBytes), maxPixels);
      decoded.push({ index: job.index, image });
      total += align(image.pixels.byteLength);
    } catch (error) {
      problems.push({ index: job.index, file: job.label, message: sentence((error as Error).message) });
    }
  }
  const pixels = new Uint8Array(total);
  let at = 0;
  const images = decoded.map(({ index, image }) => {
    const { height, width, channels, pixels: own } = image;
    const start = at;
    pixels.set(new Uint8Array(own.buffer, own.byteOffset, own.byteLength), start);
    at += align(own.byteLength);
    return { index, height, width, channels, start, deep: own instanceof Uint16Array };
  });
  return { images, pixels, problems };
}

/** Sixteen-bit pixels must begin at an even byte. */
const align = (bytes: number): number => bytes + (bytes & 1);

/** What libraries say, on one line; they repeat themselves over several. */
function sentence(message: string): string {
  const line =
    message
      .split('\n')
      .map((part) => part.trim())
      .find(Boolean) ?? '';
  return /^it\b|^its\b|^there\b|^permission\b/.test(line) ? line : `it cannot be decoded as an image (${line || 'no reason given'})`;
}

parentPort!.on('message', (request: DecodeRequest | Hdf5Request) => {
  if ('type' in request) void import('../formats/arrays/hdf5-thread.ts').then(({ answer }) => answer(request));
  else void decodeAll(request).then((response) => parentPort!.postMessage(response, [response.pixels.buffer]));
});

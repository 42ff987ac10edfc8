/** Entry of a worker thread: decodes image files, or reads an HDF5 file. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { systemError } from '../errors.ts';
import type { Hdf5Request } from '../formats/arrays/hdf5-protocol.ts';
import { decodeImage, largePixels } from './decode.ts';
import type { RawImage } from '../raw.ts';
import { decodePlainPng } from './png.ts';
import { shapeSize, type DecodeRequest, type DecodeResponse } from './protocol.ts';
import { whyUnreadable } from './unreadable.ts';

let memory = new Uint8Array(2 ** 16);

/** The content of a file, valid until the next one is read. */
function contentOf(content: Uint8Array | string, maxBytes: number): Uint8Array {
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
    throw new Error(systemError(content, error).message.slice(content.length + 2), { cause: error });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Pixels of a whole request, in memory that grows with them. */
class Pixels {
  bytes: Uint8Array<ArrayBuffer>;
  used = 0;

  constructor(room = new ArrayBuffer(2 ** 20)) {
    this.bytes = new Uint8Array(room);
  }

  /** Room for an image, at a place where values of up to four bytes may be. */
  take(size: number): Uint8Array<ArrayBuffer> {
    this.used = (this.used + 3) & ~3;
    if (this.used + size > this.bytes.length) {
      // Twice as much, unless that is a lot.
      const larger = new Uint8Array(Math.max(Math.min(2 * this.bytes.length, this.used + 2 ** 24), this.used + size));
      larger.set(this.bytes.subarray(0, this.used));
      this.bytes = larger;
    }
    this.used += size;
    return this.bytes.subarray(this.used - size, this.used);
  }
}

async function decodeAll({ contents, room, maxPixels, reduce, maxBytes, enoughBytes }: DecodeRequest): Promise<DecodeResponse> {
  const packed = new Pixels(room);
  const shapes = new Float64Array(contents.length * shapeSize);
  const problems: DecodeResponse['problems'] = [];
  const take = (size: number) => packed.take(size);
  let count = 0;
  let done = 0;
  for (const [which, file] of contents.entries()) {
    if (packed.used >= enoughBytes) break;
    done++;
    let content: Uint8Array | undefined;
    try {
      content = contentOf(file, maxBytes);
      let image: RawImage | undefined = decodePlainPng(content, reduce ? Math.min(maxPixels, largePixels) : maxPixels, take);
      if (!image) {
        image = await decodeImage(content, maxPixels, reduce);
        const { buffer, byteOffset, byteLength } = image.pixels;
        take(byteLength).set(new Uint8Array(buffer, byteOffset, byteLength));
      }
      const { height, width, channels, pixels, pages = 1 } = image;
      shapes.set(
        [
          which,
          height,
          width,
          channels,
          packed.used - pixels.byteLength,
          pixels instanceof Uint8Array ? 0 : pixels instanceof Uint16Array ? 1 : 2,
          pages,
        ],
        count * shapeSize,
      );
      count++;
    } catch (error) {
      problems.push({ which, message: whyUnreadable(error, content) });
    }
  }
  return { shapes: shapes.slice(0, count * shapeSize), pixels: packed.bytes.subarray(0, packed.used), problems, done };
}

parentPort!.on('message', (request: DecodeRequest | Hdf5Request) => {
  if ('type' in request) void import('../formats/arrays/hdf5-thread.ts').then(({ answer }) => answer(request));
  else void decodeAll(request).then((response) => parentPort!.postMessage(response, [response.shapes.buffer, response.pixels.buffer]));
});

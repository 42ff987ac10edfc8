/** The content of a file from front to back, however large it is. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DatasetError, systemError } from '../errors.ts';
import { readItem, type Item } from './contents.ts';
import type { ReadOptions } from './reader.ts';

const pieceBytes = 2 ** 20;

/** Whether any byte of it can be had without those before it. */
export const isSeekable = ({ file, gzip }: Item): boolean => file.disk !== undefined && !gzip;

/** Pieces of the decompressed content from a byte on. Throws a DatasetError. */
export async function* contentFrom(item: Item, start: number, options: ReadOptions, length = Infinity): AsyncGenerator<Uint8Array> {
  const { file, gzip } = item;
  if (length === 0) return;
  if (file.disk === undefined && !file.open) {
    yield (await readItem(item, options)).subarray(start);
    return;
  }
  const seekable = isSeekable(item);
  const input = seekable
    ? createReadStream(file.disk!, { start, end: start + length - 1, highWaterMark: pieceBytes })
    : file.disk !== undefined
      ? createReadStream(file.disk, { highWaterMark: pieceBytes })
      : Readable.from(await file.open!(options.signal));
  const content = gzip ? unzipped(input) : input;
  let skip = seekable ? 0 : start;
  try {
    for await (const piece of content as AsyncIterable<Uint8Array>) {
      options.signal?.throwIfAborted();
      if (skip < piece.length) yield piece.subarray(skip);
      skip = Math.max(0, skip - piece.length);
    }
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof DatasetError) throw error;
    if ((error as NodeJS.ErrnoException).code?.startsWith('Z_'))
      throw new DatasetError(file.label, 'it is damaged: its gzip data cannot be decompressed', { cause: error });
    throw systemError(file.label, error);
  } finally {
    content.destroy();
    input.destroy();
  }
}

/** So many bytes from one on, fewer where the content ends. Throws a DatasetError. */
export async function bytesFrom(item: Item, start: number, length: number, options: ReadOptions): Promise<Uint8Array> {
  if (isSeekable(item)) return readInto(item, new Uint8Array(length), start, options);
  const pieces: Uint8Array[] = [];
  let done = 0;
  for await (const piece of contentFrom(item, start, options)) {
    pieces.push(piece);
    if ((done += piece.length) >= length) break;
  }
  return Buffer.concat(pieces, Math.min(done, length));
}

/** As much of the target as could be filled. */
async function readInto({ file }: Item, target: Uint8Array, start: number, { signal }: ReadOptions): Promise<Uint8Array> {
  const handle = await open(file.disk!, 'r').catch((error: unknown) => Promise.reject(systemError(file.label, error)));
  let done = 0;
  try {
    for (let read = -1; done < target.length && read !== 0; done += read) {
      signal?.throwIfAborted();
      read = (await handle.read(target, done, Math.min(target.length - done, 2 ** 24), start + done)).bytesRead;
    }
    return target.subarray(0, done);
  } catch (error) {
    signal?.throwIfAborted();
    throw systemError(file.label, error);
  } finally {
    await handle.close();
  }
}

/** Any bytes of a file, of which no more are held than are asked for where that is possible. */
export interface AnyBytes {
  size: number;
  /** Fewer where it ends. Throws a DatasetError. */
  at: (start: number, end: number) => Promise<Uint8Array>;
  /** Fills memory that is there already, as far as there is content. */
  into: (target: Uint8Array, start: number) => Promise<Uint8Array>;
}

/** Throws a DatasetError. */
export async function anyBytes(item: Item, options: ReadOptions): Promise<AnyBytes> {
  if (isSeekable(item))
    return {
      size: await item.file.size(),
      at: (start, end) => bytesFrom(item, start, Math.max(end - start, 0), options),
      into: (target, start) => readInto(item, target, start, options),
    };
  const bytes = await readItem(item, options);
  const into = (target: Uint8Array, start: number) => {
    const content = bytes.subarray(start, start + target.length);
    target.set(content);
    return Promise.resolve(target.subarray(0, content.length));
  };
  return { size: bytes.length, at: (start, end) => Promise.resolve(bytes.subarray(start, end)), into };
}

function unzipped(input: Readable): Readable {
  const output = createGunzip({ chunkSize: pieceBytes });
  input.on('error', (error) => output.destroy(error));
  return input.pipe(output);
}

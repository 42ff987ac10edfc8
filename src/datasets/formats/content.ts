/** The content of a file from front to back, however large it is. */
import { createReadStream } from 'node:fs';
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
  const pieces: Uint8Array[] = [];
  let done = 0;
  for await (const piece of contentFrom(item, start, options, length)) {
    pieces.push(piece);
    if ((done += piece.length) >= length) break;
  }
  return Buffer.concat(pieces, Math.min(done, length));
}

function unzipped(input: Readable): Readable {
  const output = createGunzip({ chunkSize: pieceBytes });
  input.on('error', (error) => output.destroy(error));
  return input.pipe(output);
}

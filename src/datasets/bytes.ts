/** Reading a file that may be compressed, without ever holding more than its header admits to. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { InputError } from '../shared/input-error.ts';

/**
 * What a reader makes of the first bytes: how long the whole content must be, or null when it needs more of them to tell.
 * Throws an InputError when they are not of its format.
 */
export type DeclaredLength = (head: Buffer) => number | null;

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/** Whether the file starts as gzip does. Throws an InputError when it cannot be read. */
async function isGzip(path: string): Promise<boolean> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
      return bytesRead === 2 && buffer.equals(GZIP_MAGIC);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new InputError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
  }
}

/**
 * The content of a plain or gzip file, which must have exactly the length that its header declares.
 * Reading stops as soon as there is more, so a small file cannot unpack to a large one.
 */
export async function readDeclared(path: string, declaredLength: DeclaredLength): Promise<Buffer> {
  const compressed = await isGzip(path);
  const file = createReadStream(path);
  const source = compressed ? file.pipe(createGunzip()) : file;
  if (compressed) file.on('error', (error) => source.destroy(error));
  const chunks: Buffer[] = [];
  let length = 0;
  let declared: number | null = null;
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (declared === null) declared = declaredLength(Buffer.concat(chunks));
      if (declared !== null && length > declared)
        throw new InputError(`${path} goes on after the ${declared} bytes that its header declares; expected it to end there`);
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    const reason = (error as Error).message;
    throw new InputError(compressed ? `${path} is damaged: its gzip data end in error (${reason})` : `${path} cannot be read (${reason})`);
  } finally {
    file.destroy();
  }
  if (declared === null) throw new InputError(`${path} is truncated: it has ${length} bytes, less than its header needs`);
  if (length < declared)
    throw new InputError(`${path} is truncated: it has ${length} bytes, expected the ${declared} that its header declares`);
  return Buffer.concat(chunks);
}

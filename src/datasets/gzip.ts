/** Decompression that never produces more bytes than the caller expects. */
import { promisify } from 'node:util';
import { constants, gunzip, gunzipSync } from 'node:zlib';
import { DatasetError } from './errors.ts';

const gunzipAsync = promisify(gunzip);

/** Deflate cannot shrink data by more than this factor, so a file that claims to is lying. */
export const maxRatio = 1032;

const damaged = 'it is damaged: its gzip data cannot be decompressed';

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The first bytes of the content, at most about half a megabyte. Throws a DatasetError when they are damaged. */
export function gunzipHead(bytes: Uint8Array, place: string): Uint8Array {
  try {
    return gunzipSync(bytes.subarray(0, 512), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (error) {
    throw new DatasetError(place, damaged, { cause: error });
  }
}

/** Bytes of the content, as the file's last four say, without decompressing it; 0 when they cannot be true. */
export function unpackedSize(bytes: Uint8Array): number {
  const declared = bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(bytes.length - 4, true);
  return declared > bytes.length * maxRatio ? 0 : declared;
}

/**
 * The content, which should have `expected` bytes.
 * Throws a DatasetError when the file is damaged, and also when it holds more or fewer bytes.
 */
export async function gunzipExactly(bytes: Uint8Array, expected: number, place: string): Promise<Uint8Array> {
  if (expected > bytes.length * maxRatio)
    throw new DatasetError(place, `its header declares ${expected} bytes, which ${bytes.length} compressed bytes cannot hold`);
  const content = await gunzipAtMost(bytes, expected, place);
  if (content.length < expected)
    throw new DatasetError(place, `it ends after ${content.length} bytes of content, but its header declares ${expected}`);
  return content;
}

/** The content. Throws a DatasetError when the file is damaged or holds more than `limit` bytes. */
export async function gunzipAtMost(bytes: Uint8Array, limit: number, place: string): Promise<Uint8Array> {
  try {
    const chunkSize = Math.min(Math.max(limit + 1, 64), 1 << 22);
    return await gunzipAsync(bytes, { maxOutputLength: limit, chunkSize });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE')
      throw new DatasetError(place, `it holds more than the ${limit} bytes that were expected`, { cause: error });
    if (code === 'Z_BUF_ERROR') throw new DatasetError(place, 'it is truncated: its gzip data break off', { cause: error });
    throw new DatasetError(place, damaged, { cause: error });
  }
}

/** Why an image file cannot be used, in words of our own. */

import { crc32 } from 'node:zlib';

/**
 * As a part of a sentence that has named the file: decoders of libraries speak of buffers and headers, and each in its own way.
 * @param bytes of the file, as far as they are known.
 */
export function whyUnreadable(error: unknown, bytes?: Uint8Array): string {
  const { message } = error as Error;
  const missing = missingPackage(error);
  if (missing !== null) return missing;
  if (/^(?:it|its|there|permission)\b/.test(message)) return message;
  if (/^timeout\b/.test(message)) return 'it takes longer to decode than any image should';
  if (/pixel limit/.test(message)) return 'it has more pixels than an image may have';
  return (bytes && damageIn(bytes)) ?? 'it is no image that can be read, or it is damaged';
}

/** What its format itself tells. */
function damageIn(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return 'it is empty; expected an image';
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = buffer.toString('latin1', 0, 16);
  const truncated = (what: string) => `it is truncated: ${what}; expected a whole file`;
  if (start.startsWith('\x89PNG')) return damagedChunk(buffer, truncated);
  if (start.startsWith('\xff\xd8'))
    return buffer.lastIndexOf('\xff\xd9', undefined, 'latin1') < 0 ? truncated('its end marker is missing') : undefined;
  const declared = start.startsWith('RIFF') && buffer.length >= 8 ? buffer.readUInt32LE(4) + 8 : 0;
  return declared > buffer.length ? truncated(`it has ${buffer.length} bytes, but declares ${declared}`) : undefined;
}

/** PNG is made of chunks: a length, a type, so many bytes, a checksum. */
function damagedChunk(buffer: Buffer, truncated: (what: string) => string): string | undefined {
  for (let at = 8; ;) {
    if (at + 12 > buffer.length) return truncated('its last chunk, IEND, is missing');
    const end = at + 8 + buffer.readUInt32BE(at);
    const type = buffer.toString('latin1', at + 4, at + 8).replaceAll(/[^A-Za-z]/g, '?');
    if (end + 4 > buffer.length) return truncated(`it ends within its chunk ${type}`);
    if (crc32(buffer.subarray(at + 4, end)) !== buffer.readUInt32BE(end))
      return `it is damaged: its chunk ${type} does not have the checksum that it declares`;
    if (type === 'IEND') return undefined;
    at = end + 4;
  }
}

/** No fault of the image: an installation that is not whole. */
function missingPackage(error: unknown): string | null {
  const { code, message } = error as NodeJS.ErrnoException;
  const [, name] = code === 'ERR_MODULE_NOT_FOUND' ? (/'([^']+)'/.exec(message) ?? []) : [];
  return name === undefined ? null : `it takes a part of Capscope that is not installed (${name}); npm ci brings it`;
}

/** Whether its name says that a file is an image, of a kind that is read. */
export const isCalledImage = (path: string): boolean => /\.(?:png|jpe?g|webp|gif|bmp|tiff?)$/i.test(path);
export const notWhatItsNameSays = 'it is not an image, whatever its name says';

/**
 * Plain PNG images, decoded without a detour. Data sets are tens of thousands of tiny ones, for which setting up a
 * general decoder takes many times as long as decoding. What is not plain (palettes, 16 bits, interlacing, transparent colours,
 * EXIF, anything damaged) is left to the general decoder, which also knows what to say about it.
 */
import { unzlibSync } from 'fflate';
import { crc32, inflateSync } from 'node:zlib';
import type { RawImage } from '../raw.ts';

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const IHDR = 0x49484452;
const IDAT = 0x49444154;
const IEND = 0x49454e44;
/** Chunks that change no pixel: text, time, resolution, gamma and the like. Others go to the general decoder. */
const harmless = new Set(
  ['tEXt', 'zTXt', 'iTXt', 'tIME', 'pHYs', 'gAMA', 'cHRM', 'sRGB', 'iCCP', 'sBIT', 'bKGD', 'hIST'].map((name) =>
    Buffer.from(name).readUInt32BE(),
  ),
);
const channelsOf: Record<number, 1 | 2 | 3 | 4> = { 0: 1, 2: 3, 4: 2, 6: 4 };
/** Below this, decompressing in JavaScript is faster than calling out of it. */
const smallBytes = 2 ** 14;

let scratch = new Uint8Array(smallBytes);

/** Undefined when the image is not plain. */
export function decodePlainPng(bytes: Uint8Array, maxPixels: number): RawImage | undefined {
  if (bytes.length < 57 || signature.some((byte, i) => bytes[i] !== byte)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(8) !== 13 || view.getUint32(12) !== IHDR) return undefined;
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const channels = channelsOf[bytes[25]!];
  if (bytes[24] !== 8 || channels === undefined || bytes[26] !== 0 || bytes[27] !== 0 || bytes[28] !== 0) return undefined;
  if (width === 0 || height === 0 || width * height > maxPixels) return undefined;

  const parts: Uint8Array[] = [];
  for (let at = 8; ;) {
    if (at + 12 > bytes.length) return undefined;
    const [length, type] = [view.getUint32(at), view.getUint32(at + 4)];
    const end = at + 8 + length;
    if (end + 4 > bytes.length || view.getUint32(end) !== crc32(bytes.subarray(at + 4, end))) return undefined;
    if (type === IEND) break;
    if (type === IDAT) parts.push(bytes.subarray(at + 8, end));
    else if (!(type === IHDR && at === 8) && !harmless.has(type)) return undefined;
    at = end + 4;
  }
  const stride = width * channels;
  const filtered = inflate(parts.length === 1 ? parts[0]! : Buffer.concat(parts), height * (stride + 1));
  if (!filtered) return undefined;
  const pixels = new Uint8Array(height * stride);
  for (let y = 0; y < height; y++) if (!unfilter(filtered, y * (stride + 1), pixels, y * stride, stride, channels)) return undefined;
  return { height, width, channels, pixels };
}

/** Exactly so many bytes; undefined when there are fewer. */
function inflate(data: Uint8Array, size: number): Uint8Array | undefined {
  // Deflate cannot do better than this, so that no memory is taken for an image that cannot be there.
  if (size > (data.length + 64) * 1032) return undefined;
  try {
    if (size > smallBytes) {
      const result = inflateSync(data, { maxOutputLength: size, chunkSize: Math.min(size, 2 ** 22) });
      return result.length === size ? result : undefined;
    }
    scratch = scratch.length < size ? new Uint8Array(size) : scratch;
    const result = unzlibSync(data, { out: scratch.subarray(0, size) });
    return result.length === size ? result : undefined;
  } catch {
    return undefined;
  }
}

/** Undoes the filter of one row; false for a filter that does not exist. */
function unfilter(source: Uint8Array, from: number, pixels: Uint8Array, to: number, stride: number, channels: number): boolean {
  const filter = source[from]!;
  const above = to - stride;
  const first = to === 0;
  from += 1;
  switch (filter) {
    case 0:
      pixels.set(source.subarray(from, from + stride), to);
      return true;
    case 1:
      for (let i = 0; i < stride; i++) pixels[to + i] = source[from + i]! + (i < channels ? 0 : pixels[to + i - channels]!);
      return true;
    case 2:
      for (let i = 0; i < stride; i++) pixels[to + i] = source[from + i]! + (first ? 0 : pixels[above + i]!);
      return true;
    case 3:
      for (let i = 0; i < stride; i++) {
        const left = i < channels ? 0 : pixels[to + i - channels]!;
        pixels[to + i] = source[from + i]! + ((left + (first ? 0 : pixels[above + i]!)) >> 1);
      }
      return true;
    case 4:
      for (let i = 0; i < stride; i++) {
        const a = i < channels ? 0 : pixels[to + i - channels]!;
        const b = first ? 0 : pixels[above + i]!;
        const c = first || i < channels ? 0 : pixels[above + i - channels]!;
        const p = a + b - c;
        const [da, db, dc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
        pixels[to + i] = source[from + i]! + (da <= db && da <= dc ? a : db <= dc ? b : c);
      }
      return true;
    default:
      return false;
  }
}

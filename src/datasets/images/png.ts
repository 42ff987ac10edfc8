/**
 * Plain PNG images, decoded without a detour. Data sets are tens of thousands of tiny ones, for which setting up a
 * general decoder takes many times as long as decoding. What is not plain (palettes, 16 bits, interlacing, transparent colours,
 * EXIF, anything damaged) is left to the general decoder, which also knows what to say about it.
 */
import { unzlibSync } from 'fflate';
import { crc32, inflateSync } from 'node:zlib';
import type { RawImage } from '../raw.ts';

/** The eight bytes that every PNG begins with. */
const signature = [0x89504e47, 0x0d0a1a0a] as const;
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

/**
 * Undefined when the image is not plain.
 * @param take gives memory for the pixels.
 */
export function decodePlainPng(
  bytes: Uint8Array,
  maxPixels: number,
  take: (size: number) => Uint8Array = (size) => new Uint8Array(size),
): RawImage | undefined {
  if (bytes.length < 57) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0) !== signature[0] || view.getUint32(4) !== signature[1]) return undefined;
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
  for (let y = 0; y < height; y++) if (filtered[y * (stride + 1)]! > 4) return undefined;
  const pixels = take(height * stride);
  for (let y = 0; y < height; y++) unfilter(filtered, y * (stride + 1), pixels, y * stride, stride, channels);
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

/** Undoes the filter of one row. */
function unfilter(source: Uint8Array, from: number, pixels: Uint8Array, to: number, stride: number, channels: number): void {
  // Above the first row there are zeros, with which every filter is the one without what is above.
  const filter = to > 0 ? source[from]! : ([0, 1, 0, 5, 1] as const)[source[from]!]!;
  const end = to + stride;
  const second = to + channels;
  let s = from + 1;
  let o = to;
  switch (filter) {
    case 0:
      pixels.set(source.subarray(s, s + stride), to);
      return;
    case 1:
      while (o < second) pixels[o++] = source[s++]!;
      for (; o < end; o++) pixels[o] = source[s++]! + pixels[o - channels]!;
      return;
    case 2:
      for (; o < end; o++) pixels[o] = source[s++]! + pixels[o - stride]!;
      return;
    case 3:
      for (; o < second; o++) pixels[o] = source[s++]! + (pixels[o - stride]! >> 1);
      for (; o < end; o++) pixels[o] = source[s++]! + ((pixels[o - channels]! + pixels[o - stride]!) >> 1);
      return;
    case 4:
      for (; o < second; o++) pixels[o] = source[s++]! + pixels[o - stride]!;
      for (; o < end; o++) {
        const a = pixels[o - channels]!;
        const b = pixels[o - stride]!;
        const c = pixels[o - stride - channels]!;
        const da = Math.abs(b - c);
        const db = Math.abs(a - c);
        const dc = Math.abs(a + b - c - c);
        pixels[o] = source[s++]! + (da <= db && da <= dc ? a : db <= dc ? b : c);
      }
      return;
    default:
      // The mean with nothing above.
      while (o < second) pixels[o++] = source[s++]!;
      for (; o < end; o++) pixels[o] = source[s++]! + (pixels[o - channels]! >> 1);
  }
}

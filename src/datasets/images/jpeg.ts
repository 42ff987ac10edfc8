/**
 * Plain JPEG images of little size, decoded without a detour: setting up the general decoder takes many times as long. libjpeg-turbo in
 * WebAssembly gives the same pixels as the one in libvips. What is not plain (turned by EXIF, in colours other than grey and YCbCr, large,
 * anything damaged) is left to the general decoder, which also knows what to say about it.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { RawImage } from '../raw.ts';

/** Setting up the general decoder does not matter for larger ones. */
const smallPixels = 2 ** 18;

interface Decoder {
  getEncodedBuffer: (size: number) => Uint8Array;
  /** A view of the decoder's own memory. */
  getDecodedBuffer: () => Uint8ClampedArray;
  decode: () => void;
  getFrameInfo: () => { width: number; height: number; componentCount: number };
}

let loading: Promise<Decoder | undefined> | undefined;

/** Undefined when the image is not plain. */
export async function decodePlainJpeg(bytes: Uint8Array, maxPixels: number): Promise<RawImage | undefined> {
  const plain = plainSize(bytes);
  if (!plain || plain.width * plain.height > Math.min(maxPixels, smallPixels)) return undefined;
  const decoder = await (loading ??= load());
  if (!decoder) return undefined;
  try {
    decoder.getEncodedBuffer(bytes.length).set(bytes);
    decoder.decode();
    const { width, height, componentCount: channels } = decoder.getFrameInfo();
    // A copy: the next image takes the same memory. And plain bytes, by which those who go by the kind of array know white as 255.
    const pixels = new Uint8Array(decoder.getDecodedBuffer());
    const isWhole = width === plain.width && height === plain.height && channels === plain.channels;
    return isWhole && pixels.length === width * height * channels ? { height, width, channels, pixels } : undefined;
  } catch {
    // What a damaged one has left in its memory is not relied on.
    loading = undefined;
    return undefined;
  }
}

async function load(): Promise<Decoder | undefined> {
  const { default: factory } = await import('@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs');
  const binary = createRequire(import.meta.url).resolve('@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasm');
  const silent = () => undefined;
  const { JPEGDecoder } = await factory({ print: silent, printErr: silent, wasmBinary: await readFile(binary) });
  return new JPEGDecoder();
}

/** From its first markers; undefined when one of them says that it is not plain. */
function plainSize(bytes: Uint8Array): { width: number; height: number; channels: 1 | 3 } | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 2; at + 9 < bytes.length;) {
    const marker = bytes[at + 1]!;
    if (bytes[at] !== 0xff) return undefined;
    // EXIF, which may turn it, and Adobe, which may mean other colours.
    if (marker === 0xe1 || marker === 0xee) return undefined;
    // Baseline, extended and progressive.
    if (marker >= 0xc0 && marker <= 0xc2) {
      const channels = bytes[at + 9];
      if (bytes[at + 4] !== 8 || (channels !== 1 && channels !== 3)) return undefined;
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7), channels };
    }
    const isSegment = (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe || marker === 0xdb || marker === 0xc4 || marker === 0xdd;
    if (!isSegment) return undefined;
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

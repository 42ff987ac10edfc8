/** One image file, decoded. Runs in the decoding threads. */
import type { RawImage } from '../raw.ts';
import { decodeDicom } from './dicom.ts';
import { decodePlainJpeg } from './jpeg.ts';
import { decodeJpeg2000 } from './jpeg2000.ts';
import { decodeNetpbm } from './netpbm.ts';
import { decodePlainPng } from './png.ts';
import { decodeMeasuredTiff } from './tiff.ts';

/** Longer than any honest image takes. */
const maxSeconds = 4;

/** Larger images are reduced while they are decoded where they may be, to at most a sixteenth of this. */
export const largePixels = 2 ** 24;

/**
 * Throws an Error whose message says what is wrong with the image, as a part of a sentence.
 * @param reduce whether an image of very many pixels may come smaller: whole, it would take hundreds of megabytes.
 */
export async function decodeImage(bytes: Uint8Array, maxPixels: number, reduce = false): Promise<RawImage> {
  const plain = decodePlainPng(bytes, reduce ? Math.min(maxPixels, largePixels) : maxPixels);
  if (plain) return plain;
  const jpeg = await decodePlainJpeg(bytes, maxPixels);
  if (jpeg) return jpeg;
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 132)).toString('latin1');
  if (start.startsWith('BM')) return decodeBmp(bytes, maxPixels);
  if (/^P[1-6]\s/.test(start)) return decodeNetpbm(bytes, maxPixels);
  if (start.slice(4, 8) === 'jP  ' || start.startsWith('\xff\x4f\xff\x51')) return decodeJpeg2000(bytes, maxPixels);
  if (start.slice(128, 132) === 'DICM') return decodeDicom(bytes, maxPixels, (jpeg) => decodeAny(jpeg, maxPixels));
  const measured = /^(?:II[*+]\0|MM\0[*+])/.test(start) ? await measuredTiff(bytes, maxPixels) : undefined;
  return measured ?? decodeAny(bytes, maxPixels, reduce);
}

async function measuredTiff(bytes: Uint8Array, maxPixels: number): Promise<RawImage | undefined> {
  // Whether it measures something is in its tags, which the picture decoder reads as well and refuses if they are damaged.
  const sharp = await (loaded ??= loadSharp());
  const known = await sharp(bytes, { limitInputPixels: maxPixels, ignoreIcc: true, pages: 1 })
    .metadata()
    .catch(() => undefined);
  if (known && ['uchar', 'ushort'].includes(known.depth)) return undefined;
  return decodeMeasuredTiff(bytes, maxPixels);
}

/** libvips is loaded only when it is needed: it takes longer than decoding thousands of plain images. */
let loaded: ReturnType<typeof loadSharp> | undefined;
async function loadSharp() {
  const { default: sharp } = await import('sharp');
  // One image is decoded by one thread; there are several decoding threads.
  sharp.concurrency(1);
  sharp.cache(false);
  return sharp;
}

async function decodeAny(bytes: Uint8Array, maxPixels: number, reduce = false): Promise<RawImage> {
  const sharp = await (loaded ??= loadSharp());
  const options = { limitInputPixels: maxPixels, failOn: 'warning', ignoreIcc: true, pages: 1 } as const;
  const { depth, space, width, height, pages } = await sharp(bytes, options).metadata();
  if (width * height > maxPixels) throw new Error(`it has ${width} × ${height} pixels; expected at most ${maxPixels}`);
  const grey = space === 'b-w' || space === 'grey16';
  const deep = depth === 'ushort';
  const seconds = maxSeconds + Math.ceil((width * height) / largePixels);
  const whole = sharp(bytes, options).timeout({ seconds });
  const factor = reduce && width * height > largePixels ? Math.sqrt(largePixels / 16 / (width * height)) : 1;
  const reduced = factor < 1 ? whole.resize({ width: Math.ceil(width * factor), height: Math.ceil(height * factor), fit: 'fill' }) : whole;
  const image = reduced.autoOrient();
  const { data, info } = await image
    .toColourspace(grey ? (deep ? 'grey16' : 'b-w') : deep ? 'rgb16' : 'srgb')
    .raw({ depth: deep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const pixels = deep ? new Uint16Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.length)) : data;
  if (pixels.length !== info.width * info.height * info.channels) throw new Error('its pixels cannot be told apart');
  return { height: info.height, width: info.width, channels: info.channels, pixels, pages };
}

async function decodeBmp(bytes: Uint8Array, maxPixels: number): Promise<RawImage> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (buffer.length < 54) throw new Error(`it has only ${buffer.length} bytes; expected a BMP header of at least 54`);
  const [width, height, bits, compression, colours] = [
    buffer.readInt32LE(18),
    Math.abs(buffer.readInt32LE(22)),
    buffer.readUInt16LE(28),
    buffer.readUInt32LE(30),
    buffer.readUInt32LE(46),
  ];
  if (width < 1 || height < 1 || width * height > maxPixels)
    throw new Error(`it declares ${width} × ${height} pixels; expected 1 to ${maxPixels}`);
  // Uncompressed rows are padded to four bytes; run lengths shrink 255 pixels to two bytes at best.
  const runs = compression === 1 || compression === 2;
  const needed = runs ? (width * height) / 256 : Math.ceil((width * bits) / 32) * 4 * height;
  if (needed > buffer.length || colours > 256)
    throw new Error(`it is truncated: it declares ${width} × ${height} pixels of ${bits} bits, but has ${buffer.length} bytes`);
  const { decode } = await import('bmp-ts');
  const bmp = decode(buffer);
  const palette = bits <= 8 ? (bmp.palette as { red: number; green: number; blue: number }[]) : [];
  const channels = palette.length > 0 && palette.every(({ red, green, blue }) => red === green && green === blue) ? 1 : 3;
  const pixels = new Uint8Array(width * height * channels);
  // Its pixels are alpha, blue, green, red; alpha is not told apart from filling.
  for (let i = 0; i < width * height; i++) for (let c = 0; c < channels; c++) pixels[i * channels + c] = bmp.data[4 * i + 3 - c]!;
  return { height, width, channels, pixels };
}

/** DICOM, the first frame: plain pixels, or JPEG and JPEG 2000 in it. */
import type { DataSet } from 'dicom-parser';
import type { RawImage } from '../raw.ts';
import { decodeSamples } from './jpeg2000.ts';

const uncompressed = new Set(['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.2']);
const jpeg = new Set(['1.2.840.10008.1.2.4.50']);
const jpeg2000 = new Set(['1.2.840.10008.1.2.4.90', '1.2.840.10008.1.2.4.91']);
const bigEndian = '1.2.840.10008.1.2.2';
/** Those that are met, by what people know them as. */
const unreadSyntaxes: Record<string, string> = {
  '1.2.840.10008.1.2.1.99': 'deflated little endian',
  '1.2.840.10008.1.2.5': 'RLE (run lengths)',
  '1.2.840.10008.1.2.4.51': 'JPEG of 12 bits',
  '1.2.840.10008.1.2.4.57': 'lossless JPEG',
  '1.2.840.10008.1.2.4.70': 'lossless JPEG',
  '1.2.840.10008.1.2.4.80': 'JPEG-LS',
  '1.2.840.10008.1.2.4.81': 'JPEG-LS',
  '1.2.840.10008.1.2.4.201': 'HTJ2K',
  '1.2.840.10008.1.2.4.202': 'HTJ2K',
  '1.2.840.10008.1.2.4.203': 'HTJ2K',
  '1.2.840.10008.1.2.4.100': 'MPEG-2 video',
  '1.2.840.10008.1.2.4.102': 'MPEG-4 video',
};

/**
 * Throws an Error whose message says what is wrong, as a part of a sentence.
 * @param decodeJpeg decodes a JPEG.
 */
export async function decodeDicom(
  bytes: Uint8Array,
  maxPixels: number,
  decodeJpeg: (bytes: Uint8Array) => Promise<RawImage>,
): Promise<RawImage> {
  const dicom = (await import('dicom-parser')).default;
  const data = parse(dicom, bytes);
  const [height = 0, width = 0] = [data.uint16('x00280010'), data.uint16('x00280011')];
  const channels = data.uint16('x00280002') ?? 1;
  const bits = data.uint16('x00280100') ?? 0;
  const element = data.elements.x7fe00010;
  if (!element) throw new Error('it has no pixels');
  if (height < 1 || width < 1 || width * height > maxPixels)
    throw new Error(`it has ${width} × ${height} pixels; expected 1 to ${maxPixels}`);
  if ((channels !== 1 && channels !== 3) || ![8, 16].includes(bits))
    throw new Error(`it has ${channels} channels of ${bits} bits; expected 1 or 3 of 8 or 16`);
  const syntax = data.string('x00020010') ?? '1.2.840.10008.1.2';
  const frame = () => {
    if (!element.fragments?.length) throw new Error('it has no pixels');
    const table = element.basicOffsetTable ?? [];
    return table.length > 0
      ? dicom.readEncapsulatedImageFrame(data, element, 0)
      : dicom.readEncapsulatedPixelDataFromFragments(data, element, 0, element.fragments.length);
  };
  if (jpeg.has(syntax)) return shown(data, await decodeJpeg(frame()));
  if (jpeg2000.has(syntax)) {
    const { pixels, componentCount } = await decodeSamples(frame(), maxPixels);
    return measured(data, { height, width, channels: componentCount, values: pixels });
  }
  if (!uncompressed.has(syntax))
    throw new Error(`it is compressed as ${unreadSyntaxes[syntax] ?? syntax}, which is not read; expected plain pixels, JPEG or JPEG 2000`);
  const count = height * width * channels;
  const size = count * (bits / 8);
  if (element.dataOffset + size > bytes.length || element.length < size)
    throw new Error(`it is truncated: it declares ${width} × ${height} pixels, but has ${bytes.length} bytes`);
  const own = Buffer.from(new Uint8Array(bytes.subarray(element.dataOffset, element.dataOffset + size)).buffer);
  if (bits === 16 && syntax === bigEndian) own.swap16();
  const signed = data.uint16('x00280103') === 1;
  const values =
    bits === 8
      ? signed
        ? new Int8Array(own.buffer)
        : new Uint8Array(own.buffer)
      : signed
        ? new Int16Array(own.buffer)
        : new Uint16Array(own.buffer);
  // Colours may come in planes.
  const planes = channels === 3 && data.uint16('x00280006') === 1;
  return measured(data, { height, width, channels, values: planes ? interleaved(values, height * width) : values });
}

function parse(dicom: { parseDicom: (bytes: Uint8Array) => DataSet }, bytes: Uint8Array): DataSet {
  try {
    return dicom.parseDicom(bytes);
  } catch (error) {
    // The library throws texts and objects.
    const what = typeof error === 'string' ? error : ((error as { exception?: string }).exception ?? (error as Error).message);
    throw new Error(`it cannot be read as DICOM (${what.replace(/^dicomParser\.\w+: /, '').split('\n')[0]!})`, { cause: error });
  }
}

interface Measured {
  height: number;
  width: number;
  channels: number;
  values: ArrayLike<number>;
}

/** Grey values as the file's window shows them; without one, as they were measured. */
function measured(data: DataSet, { height, width, channels, values }: Measured): RawImage {
  const photometric = (data.string('x00280004') ?? '').trim();
  if (photometric.startsWith('PALETTE')) throw new Error('its colours are in a palette, which is not read; expected grey or RGB');
  if (channels === 3) {
    if (photometric.startsWith('YBR')) throw new Error(`its colours are ${photometric}, which is not read; expected RGB`);
    return { height, width, channels: 3, pixels: Uint8Array.from(values) };
  }
  const number = (tag: string) => {
    const value = data.floatString(tag);
    return value !== undefined && Number.isFinite(value) ? value : undefined;
  };
  const [slope, intercept] = [number('x00281053') ?? 1, number('x00281052') ?? 0];
  const [centre, span] = [number('x00281050'), number('x00281051')];
  const inverted = photometric === 'MONOCHROME1';
  if (centre !== undefined && span !== undefined && span >= 1) {
    const low = centre - span / 2;
    const pixels = Uint8Array.from(values, (value) =>
      Math.round(Math.min(255, Math.max(0, ((value * slope + intercept - low) / span) * 255))),
    );
    return shown(data, { height, width, channels: 1, pixels });
  }
  if (values instanceof Uint8Array && slope === 1 && intercept === 0) return shown(data, { height, width, channels: 1, pixels: values });
  return { height, width, channels: 1, pixels: Float32Array.from(values, (value) => (inverted ? -1 : 1) * (value * slope + intercept)) };
}

/** Of some X-rays the lowest value is white. */
function shown(data: DataSet, image: RawImage): RawImage {
  if ((data.string('x00280004') ?? '').trim() !== 'MONOCHROME1' || !(image.pixels instanceof Uint8Array)) return image;
  return { ...image, pixels: image.pixels.map((value) => 255 - value) };
}

function interleaved(values: ArrayLike<number>, pixels: number): number[] {
  return Array.from({ length: 3 * pixels }, (_, i) => values[(i % 3) * pixels + Math.floor(i / 3)]!);
}

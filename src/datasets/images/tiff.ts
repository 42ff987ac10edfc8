/** TIFF that measures something: floats, signed numbers, more channels than colours. What libvips takes for pictures is left to it. */
import type { RawImage } from '../raw.ts';

/** Undefined when it is an ordinary picture. Throws an Error whose message says what is wrong, as a part of a sentence. */
export async function decodeMeasuredTiff(bytes: Uint8Array, maxPixels: number): Promise<RawImage | undefined> {
  const { fromArrayBuffer } = await import('geotiff');
  const tiff = await fromArrayBuffer(new Uint8Array(bytes).buffer);
  const image = await tiff.getImage();
  const [width, height, channels] = [image.getWidth(), image.getHeight(), image.getSamplesPerPixel()];
  const bits: unknown = image.getBitsPerSample();
  const format: unknown = image.getSampleFormat();
  if (channels <= 4 && format === 1 && bits !== 32) return undefined;
  if (!(width >= 1 && height >= 1 && width * height * channels <= 4 * maxPixels))
    throw new Error(`it has ${width} × ${height} pixels of ${channels} channels; expected at most ${maxPixels} pixels`);
  // Compression does not shrink pixels to nothing: what declares more is damaged.
  if (width * height * channels > (bytes.length + 64) * 1032)
    throw new Error(`it declares ${width} × ${height} pixels, but has ${bytes.length} bytes`);
  const pages = await tiff.getImageCount();
  const data = (await image.readRasters({ interleave: true })) as unknown as ArrayLike<number>;
  if (data.length !== width * height * channels) throw new Error('its pixels cannot be told apart');
  if (data instanceof Uint8Array || data instanceof Uint16Array) return { height, width, channels, pixels: data, pages };
  const pixels = Float32Array.from(data);
  const odd = pixels.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) throw new Error(`it has the value ${pixels[odd]!} in it; expected finite numbers`);
  return { height, width, channels, pixels, pages };
}

/** JPEG 2000 through OpenJPEG in WebAssembly. */
import type { RawImage } from '../raw.ts';

interface FrameInfo {
  width: number;
  height: number;
  bitsPerSample: number;
  componentCount: number;
  isSigned: boolean;
}

let loaded: ReturnType<typeof load> | undefined;
async function load() {
  const { default: factory } = await import('@cornerstonejs/codec-openjpeg/decode');
  const silent = () => undefined;
  return factory({ print: silent, printErr: silent });
}

export interface Decoded extends FrameInfo {
  pixels: Uint8Array | Uint16Array | Int16Array;
}

/** Throws an Error whose message says what is wrong, as a part of a sentence. */
export async function decodeSamples(bytes: Uint8Array, maxPixels: number): Promise<Decoded> {
  const { J2KDecoder } = await (loaded ??= load());
  const decoder = new J2KDecoder();
  try {
    decoder.getEncodedBuffer(bytes.length).set(bytes);
    const declared = sizeOf(bytes);
    if (declared && declared.width * declared.height > maxPixels)
      throw new Error(`it has ${declared.width} × ${declared.height} pixels; expected at most ${maxPixels}`);
    decoder.decode();
    const info = decoder.getFrameInfo();
    const { width, height, bitsPerSample, componentCount, isSigned } = info;
    const raw = decoder.getDecodedBuffer();
    const wide = bitsPerSample > 8;
    if (width < 1 || height < 1 || raw.length !== width * height * componentCount * (wide ? 2 : 1))
      throw new Error('it is damaged: its JPEG 2000 data cannot be decoded');
    const own = new Uint8Array(raw).buffer;
    return { ...info, pixels: !wide ? new Uint8Array(own) : isSigned ? new Int16Array(own) : new Uint16Array(own) };
  } catch (error) {
    // The library is no longer what it was.
    if (!(error instanceof Error) || error.name === 'RuntimeError') {
      loaded = undefined;
      throw new Error('it is damaged: its JPEG 2000 data cannot be decoded', { cause: error });
    }
    throw error;
  } finally {
    if (loaded) decoder.delete();
  }
}

/** From the SIZ segment, before memory is taken. */
function sizeOf(bytes: Uint8Array): { width: number; height: number } | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const at = buffer.indexOf(Buffer.from([0xff, 0x4f, 0xff, 0x51]));
  if (at < 0 || at + 24 > buffer.length) return undefined;
  return {
    width: buffer.readUInt32BE(at + 8) - buffer.readUInt32BE(at + 16),
    height: buffer.readUInt32BE(at + 12) - buffer.readUInt32BE(at + 20),
  };
}

export async function decodeJpeg2000(bytes: Uint8Array, maxPixels: number): Promise<RawImage> {
  const { width, height, componentCount: channels, bitsPerSample, isSigned, pixels } = await decodeSamples(bytes, maxPixels);
  if (isSigned || pixels instanceof Int16Array) throw new Error('its values are signed; expected values from black to white');
  if (channels > 4) throw new Error(`it has ${channels} channels; expected 1 to 4`);
  const white = 2 ** bitsPerSample - 1;
  const most = pixels instanceof Uint16Array ? 65535 : 255;
  if (white !== most) for (let i = 0; i < pixels.length; i++) pixels[i] = Math.round((pixels[i]! * most) / white);
  return { height, width, channels, pixels };
}

/** What is made of one image: bytes, one size, one number of channels. Colour first, then size. */
import type { ImageBackground, ImageColour, ImageFit } from '../../shared/spec/preparation.ts';
import { toBytes } from '../bytes.ts';
import type { ImageShape, RawImage } from '../raw.ts';
import { Resampler, type Box, type Size } from './resample.ts';
import { fullScale, type Scale } from './scale.ts';

export interface ImageTarget {
  height: number;
  width: number;
  fit: ImageFit;
  colour: ImageColour;
  background: ImageBackground;
}

/** Bytes (height, width, channels), no channel of which is alpha. */
export interface OpaqueImage extends ImageShape {
  pixels: Uint8Array;
}

export const backgrounds = { black: 0, white: 255 } as const satisfies Record<ImageBackground, number>;

/** Shapes that are met in one data set and whose filters are worth remembering. */
const REMEMBERED = 64;

/** Makes images of any shape into images of one. */
export class ImageMaker {
  readonly #target: ImageTarget;
  readonly #fitters = new Map<string, (pixels: Uint8Array) => Uint8Array>();

  constructor(target: ImageTarget) {
    this.#target = target;
  }

  /** (height, width, channels) in the target's shape. May answer the very pixels that came in. */
  make(image: OpaqueImage): Uint8Array {
    const { pixels, ...shape } = image;
    const channels = channelsFor(shape.channels, this.#target.colour);
    if (shape.channels === 3 && channels === 1) return this.#fit(toGrey(pixels), { ...shape, channels: 1 });
    const fitted = this.#fit(pixels, shape);
    return shape.channels === 1 && channels === 3 ? toRgb(fitted) : fitted;
  }

  #fit(pixels: Uint8Array, shape: ImageShape): Uint8Array {
    const { height, width } = this.#target;
    if (shape.height === height && shape.width === width) return pixels;
    const key = `${shape.height} ${shape.width} ${shape.channels}`;
    let fitter = this.#fitters.get(key);
    if (!fitter) {
      if (this.#fitters.size === REMEMBERED) this.#fitters.clear();
      this.#fitters.set(key, (fitter = fitterFor(shape, this.#target)));
    }
    return fitter(pixels);
  }
}

/** A decoded file without its alpha channel: what is transparent shows the background. More than 8 bits become 8. */
export function opaque(
  { pixels, height, width, channels }: RawImage | OpaqueImage,
  background: ImageBackground,
  scale: Scale = fullScale,
): OpaqueImage {
  const bytes = pixels instanceof Uint8Array ? pixels : toBytes(pixels, pixels instanceof Uint16Array ? scale.deep : scale.measured);
  if (channels !== 2 && channels !== 4) return { pixels: bytes, height, width, channels };
  return { pixels: flatten(bytes, channels, backgrounds[background]), height, width, channels: channels - 1 };
}

/** Channels of an image with `own` channels, none of them alpha. Only grey and RGB can become each other. */
export function channelsFor(own: number, colour: ImageColour): number {
  if (colour === 'own' || (own !== 1 && own !== 3)) return own;
  return colour === 'grey' ? 1 : 3;
}

/** How an image of one size becomes one of another: the part of it that is resized, null where none is, to which size; what is then too much or too little is cut or padded around the middle. */
export function fittingOf(
  from: ImageShape,
  { height, width, fit }: Pick<ImageTarget, 'height' | 'width' | 'fit'>,
): { box: Box | null; inner: Size } {
  const whole = { top: 0, left: 0, bottom: from.height, right: from.width };
  const target = { height, width };
  if (fit === 'stretch') return { box: whole, inner: target };
  if (fit === 'crop') {
    const scale = Math.max(height / from.height, width / from.width);
    const [tall, wide] = [height / scale, width / scale];
    const [top, left] = [(from.height - tall) / 2, (from.width - wide) / 2];
    return { box: { top, left, bottom: top + tall, right: left + wide }, inner: target };
  }
  if (fit === 'pad') {
    const scale = Math.min(height / from.height, width / from.width);
    const inner = { height: Math.max(1, Math.round(from.height * scale)), width: Math.max(1, Math.round(from.width * scale)) };
    return { box: whole, inner };
  }
  fit satisfies 'centre';
  return { box: null, inner: from };
}

function fitterFor(from: ImageShape, target: ImageTarget): (pixels: Uint8Array) => Uint8Array {
  const { box, inner } = fittingOf(from, target);
  const resampler = box && new Resampler(from, inner, box);
  const place = (pixels: Uint8Array): Uint8Array =>
    inner.height === target.height && inner.width === target.width
      ? pixels
      : centred(pixels, { ...inner, channels: from.channels }, target, backgrounds[target.background]);
  return (pixels) => place(resampler ? resampler.resize(pixels) : pixels);
}

/** Where the middle of one size lies in another: negative where it is larger. */
export const offset = (from: number, to: number): number => Math.floor((to - from) / 2);

/** The image in the middle of another size: cut off where it is larger, `background` where it is smaller. */
function centred(pixels: Uint8Array, from: ImageShape, to: Size, background: number): Uint8Array {
  const { channels } = from;
  const result = new Uint8Array(to.height * to.width * channels).fill(background);
  const top = offset(from.height, to.height);
  const left = offset(from.width, to.width);
  const [firstX, lastX] = [Math.max(0, left), Math.min(to.width, left + from.width)];
  for (let y = Math.max(0, top); y < Math.min(to.height, top + from.height); y++) {
    const source = ((y - top) * from.width + firstX - left) * channels;
    result.set(pixels.subarray(source, source + (lastX - firstX) * channels), (y * to.width + firstX) * channels);
  }
  return result;
}

/** Luma of ITU-R BT.601 in fixed point, as Pillow has it. */
export const greyOf = { weights: [19595, 38470, 7471], half: 0x8000, bits: 16 } as const;

function toGrey(rgb: Uint8Array): Uint8Array {
  const grey = new Uint8Array(rgb.length / 3);
  const [red, green, blue] = greyOf.weights;
  for (let i = 0, j = 0; i < grey.length; i++, j += 3)
    grey[i] = (rgb[j]! * red + rgb[j + 1]! * green + rgb[j + 2]! * blue + greyOf.half) >> greyOf.bits;
  return grey;
}

function toRgb(grey: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(grey.length * 3);
  for (let i = 0, j = 0; i < grey.length; i++, j += 3) rgb[j] = rgb[j + 1] = rgb[j + 2] = grey[i]!;
  return rgb;
}

/** Takes the last channel, straight alpha, away by putting the image on a background. */
function flatten(pixels: Uint8Array, channels: 2 | 4, background: number): Uint8Array {
  const colours = channels - 1;
  const result = new Uint8Array((pixels.length / channels) * colours);
  for (let i = 0, j = 0; j < pixels.length; j += channels) {
    const alpha = pixels[j + colours]!;
    for (let c = 0; c < colours; c++, i++) result[i] = Math.round((pixels[j + c]! * alpha + background * (255 - alpha)) / 255);
  }
  return result;
}

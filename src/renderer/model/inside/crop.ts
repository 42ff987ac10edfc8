/** Images and maps as pictures that a drawing can hold. */
import type { LayerLook } from '../../../shared/inside/look.ts';
import type { Field } from '../../../shared/inside/receptive-field.ts';
import type { InputShape } from '../../../shared/spec/network.ts';
import { toRgba } from '../pixels.ts';
import { rgbOf, type LengthScale } from './length-scale.ts';
import { lengthAt } from './place.ts';

type Shape = Pick<InputShape, 'height' | 'width' | 'channels'>;

const canvas = document.createElement('canvas');
// It is only ever read back.
const context = canvas.getContext('2d', { willReadFrequently: true })!;

function dataUrl(width: number, height: number, paint: (rgba: Uint8ClampedArray) => void): string {
  [canvas.width, canvas.height] = [width, height];
  const image = context.createImageData(width, height);
  paint(image.data);
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}

/** The part of an image that a capsule sees; a field of nothing, which lies in the padding, is one black pixel. */
export function cropped(pixels: Uint8Array, { width, channels }: Shape, field: Field): string {
  const rgba = toRgba(pixels, channels);
  return dataUrl(Math.max(1, field.width), Math.max(1, field.height), (out) => {
    for (let y = 0; y < field.height; y++) {
      const start = 4 * ((field.top + y) * width + field.left);
      out.set(rgba.subarray(start, start + 4 * field.width), 4 * y * field.width);
    }
  });
}

/** The map of one type. */
export function mapPicture(layer: LayerLook, index: number, type: number, scale: LengthScale): string {
  return dataUrl(layer.width, layer.height, (out) => {
    for (let y = 0, i = 0; y < layer.height; y++)
      for (let x = 0; x < layer.width; x++, i += 4) {
        out.set(rgbOf(scale.share(lengthAt(layer, { y, x, type }), index)), i);
        out[i + 3] = 255;
      }
  });
}

/** What a decoder draws, as bytes. */
export const toBytes = (intensities: Float32Array): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(intensities, (value) => Math.round(255 * Math.max(0, Math.min(1, value))));

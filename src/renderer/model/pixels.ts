/** Pixels as a canvas takes them. */

/** One channel is grey, three are red, green and blue; of any other number the first is shown. Opaque. */
export function toRgba(pixels: Uint8Array, channels: number): Uint8ClampedArray<ArrayBuffer> {
  const count = pixels.length / channels;
  const rgba = new Uint8ClampedArray(4 * count);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = pixels[i * channels + (channels >= 3 ? c : 0)]!;
    rgba[4 * i + 3] = 255;
  }
  return rgba;
}

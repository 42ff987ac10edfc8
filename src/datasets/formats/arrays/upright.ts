/** Images whose files hold them column by column. */
import type { UniformImages } from '../../raw.ts';

export const turnedUpright = 'Orientation: the files hold the images column by column, which are turned upright.';

/** Rows become columns, in place. */
export function transpose(images: UniformImages): void {
  const { count, height, width, channels, values } = images;
  const size = height * width * channels;
  // A Buffer's slice would be no copy.
  const one = new (values instanceof Uint8Array ? Uint8Array : (values.constructor as Float32ArrayConstructor))(size);
  for (let i = 0; i < count; i++) {
    const image = values.subarray(i * size, (i + 1) * size);
    one.set(image);
    for (let y = 0, to = 0; y < width; y++)
      for (let x = 0; x < height; x++) for (let c = 0; c < channels; c++) image[to++] = one[(x * width + y) * channels + c]!;
  }
  Object.assign(images, { height: width, width: height });
}

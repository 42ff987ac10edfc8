/** Images whose files hold them column by column. */
import type { StreamedImages, UniformImages } from '../../raw.ts';

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

/** The same for images that are not in memory. */
export function transposeAsRead(images: StreamedImages): void {
  const read = images.read;
  Object.assign(images, { height: images.width, width: images.height });
  images.read = async function* (options) {
    for await (const one of read(options)) {
      if ('image' in one) {
        const turned: UniformImages = { kind: 'uniform', count: 1, range: images.range, ...one.image, values: one.image.pixels };
        transpose(turned);
        one.image = { height: turned.height, width: turned.width, channels: turned.channels, pixels: one.image.pixels };
      }
      yield one;
    }
  };
}

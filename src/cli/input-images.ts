/** Images for a stored network, in the form in which it was trained on its own. */
import { ImageMaker } from '../datasets/preparation/image.ts';
import { InputError } from '../shared/input-error.ts';
import { decodeSafetensors, type StoredTensor } from '../shared/safetensors.ts';
import type { HostTensor } from '../shared/weights.ts';
import type { SavedNetwork } from '../shared/weights-file.ts';

/** Name of the tensor in the input file. */
export const imagesName = 'images';

/**
 * Intensities in [0, 1], (images, height, width, channels), from a safetensors file: float32 ones are taken as they are;
 * bytes are prepared as the images were that the network was trained on. Throws an InputError that starts with `source`.
 */
export function decodeImages(bytes: Uint8Array, source: string, network: SavedNetwork): HostTensor {
  const images = decodeSafetensors(bytes, source).tensors.get(imagesName);
  if (!images) throw new InputError(`${source} has no tensor "${imagesName}"`);
  if (images.dtype === 'F32') {
    checkShape(images, source, network);
    return images;
  }
  if (images.dtype === 'U8') return prepared(images, source, network);
  throw new InputError(`${source}: "${imagesName}" has type ${images.dtype}; expected F32, intensities in [0, 1], or U8, bytes`);
}

function checkShape({ shape }: StoredTensor, source: string, { input: { height, width, channels } }: SavedNetwork): void {
  const [count, ...size] = shape;
  if (!count || size.join() !== [height, width, channels].join())
    throw new InputError(
      `${source}: "${imagesName}" has shape [${shape.join(', ')}], but the network needs [1 or more, ${height}, ${width}, ${channels}]`,
    );
}

function prepared(images: Extract<StoredTensor, { dtype: 'U8' }>, source: string, network: SavedNetwork): HostTensor {
  const { height, width, channels } = network.input;
  const [count = 0, ownHeight = 0, ownWidth = 0, ownChannels = 0] = images.shape;
  const { size = null, colour = 'own', fit = 'pad', background = 'black' } = network.preparation ?? {};
  const resized = ownHeight !== height || ownWidth !== width;
  const recoloured = ownChannels !== channels;
  const colours = [ownChannels, channels].every((number) => number === 1 || number === 3);
  // What was not done to the images that it was trained on is not done to others either.
  if (
    images.shape.length !== 4 ||
    count * ownHeight * ownWidth === 0 ||
    (resized && !size) ||
    (recoloured && (colour === 'own' || !colours))
  )
    checkShape(images, source, network);
  const maker = new ImageMaker({ height, width, fit, background, colour: recoloured ? colour : 'own' });
  const bytes = ownHeight * ownWidth * ownChannels;
  const data = new Float32Array(count * height * width * channels);
  for (let i = 0; i < count; i++) {
    const pixels = images.data.subarray(i * bytes, (i + 1) * bytes);
    const made = maker.make({ pixels, height: ownHeight, width: ownWidth, channels: ownChannels });
    for (const [j, value] of made.entries()) data[i * made.length + j] = value / 255;
  }
  return { shape: [count, height, width, channels], data };
}

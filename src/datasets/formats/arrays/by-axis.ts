/** An array without labels, one of whose axes is the classes: USPS's 256 values × 1100 images × 10 digits. */
import type { RawDataset } from '../../raw.ts';
import type { Source } from '../../sources/source.ts';
import type { ReadOptions } from '../reader.ts';
import { arrange, type NamedArray } from './arrange.ts';
import { roughness } from './axes.ts';
import type { NdArray } from './ndarray.ts';

/** Fewer pixels are no image. */
const fewestPixels = 64;
const maxClasses = 100;

/** Undefined when the arrays are not laid out so. Throws a DatasetError. */
export async function arrangeByAxis(source: Source, arrays: readonly NamedArray[], options: ReadOptions): Promise<RawDataset | undefined> {
  const [stack, ...others] = arrays.filter(({ shape }) => shape.length > 1);
  if (stack?.type !== 'numbers' || others.length > 0 || stack.shape.length !== 3) return undefined;
  const { lastFirst, place, type, itemBytes } = stack;
  const [pixels, images, classes] = (lastFirst ? stack.shape : stack.shape.toReversed()) as [number, number, number];
  const isClassAxis = classes > 1 && classes <= maxClasses && images > 2 * classes;
  if (!isClassAxis || pixels === images || pixels < fewestPixels || !Number.isInteger(Math.sqrt(pixels))) return undefined;
  const array = (await stack.load()) as NdArray;
  // Neighbours along what counts images are not alike; where they are, it is the side of an image.
  if (2 * roughness(array, 1) < roughness(array, lastFirst ? 0 : 2)) return undefined;
  const shape = lastFirst ? [pixels, images * classes] : [images * classes, pixels];
  // Counted as their programs count.
  const first = lastFirst ? 1 : 0;
  const labels = Uint8Array.from({ length: images * classes }, (_, i) => first + Math.floor(i / images));
  const read = await arrange(
    source,
    [
      { name: `${stack.name}/images`, place, shape, type, itemBytes, lastFirst, load: () => Promise.resolve({ ...array, shape }) },
      {
        name: `${stack.name}/labels`,
        place,
        shape: [labels.length],
        type: 'numbers',
        itemBytes: 1,
        lastFirst: false,
        load: () => Promise.resolve({ shape: [labels.length], data: labels, fortran: false }),
      },
    ],
    options,
  );
  const message = `Classes are taken from an axis of the array: ${stack.shape.join(' × ')} are ${pixels} pixels of ${images} images of each of ${classes} classes.`;
  return { ...read, problems: [...read.problems, { file: null, message }] };
}

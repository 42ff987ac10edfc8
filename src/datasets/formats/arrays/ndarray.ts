/** Arrays of any number of axes, as NumPy, MATLAB and HDF5 store them, and images from them. */
import { DatasetError } from '../../errors.ts';
import type { ImageShape, Problem, UniformImages } from '../../raw.ts';
import type { Numbers } from './numbers.ts';
import { valueRange } from './range.ts';

export interface NdArray {
  shape: readonly number[];
  data: Numbers;
  /** The first axis varies fastest, as in MATLAB and Fortran; otherwise the last. */
  fortran: boolean;
}

/** A copy of its own, so that elements of several bytes are aligned; `slice` of a Buffer would be none. */
export const ownBytes = (bytes: Uint8Array): Buffer<ArrayBuffer> => Buffer.from(new Uint8Array(bytes).buffer);

const elementTypes: Record<string, new (buffer: ArrayBuffer) => Numbers | Float16Array> = {
  b1: Uint8Array,
  u1: Uint8Array,
  i1: Int8Array,
  u2: Uint16Array,
  i2: Int16Array,
  u4: Uint32Array,
  i4: Int32Array,
  u8: BigUint64Array,
  i8: BigInt64Array,
  f2: Float16Array,
  f4: Float32Array,
  f8: Float64Array,
};

export const isElementType = (type: string): boolean => Object.hasOwn(elementTypes, type);

/** @param type as NumPy calls it, without the order of bytes; "bf2" are the upper halves of 32-bit floats. Throws a DatasetError. */
export function decodeElements(
  bytes: Uint8Array,
  type: string,
  count: number,
  { place, bigEndian }: { place: string; bigEndian: boolean },
): Numbers {
  const size = Number(/\d+$/.exec(type)?.[0] ?? 0);
  const Elements = elementTypes[type];
  if (!Elements && type !== 'bf2') throw new DatasetError(place, `its elements are of type ${type}; expected integers or floats`);
  if (bytes.length !== count * size)
    throw new DatasetError(place, `it has ${bytes.length} bytes of elements; expected ${count} of ${size} bytes`);
  if (Elements === Uint8Array) return bytes;
  const own = ownBytes(bytes);
  if (bigEndian && size > 1) own[`swap${(8 * size) as 16 | 32 | 64}`]();
  if (!Elements) {
    const halves = new Uint16Array(own.buffer);
    return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
  }
  const data = new Elements(own.buffer);
  return data instanceof Float16Array ? Float32Array.from(data) : data;
}

export const elements = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Steps in elements along each axis. */
export function strides({ shape, fortran }: Pick<NdArray, 'shape' | 'fortran'>): number[] {
  const steps = new Array<number>(shape.length);
  const order = shape.map((_, axis) => axis);
  let step = 1;
  for (const axis of fortran ? order : order.reverse()) {
    steps[axis] = step;
    step *= shape[axis]!;
  }
  return steps;
}

/** Which axes may count the images, the likelier first: those that are as long as there are labels. */
export function countAxes({ shape }: Pick<NdArray, 'shape'>, labels: number, lastFirst: boolean): number[] {
  const last = shape.length - 1;
  // MATLAB's arrays of images end with the image number, its tables begin with it; what was read from MATLAB keeps its axes.
  const candidates = lastFirst ? (last > 1 ? [last, 0] : [0, last]) : last > 1 ? [0, last] : [0];
  return candidates.filter((axis) => shape[axis] === labels);
}

export interface ImageArray {
  array: NdArray;
  /** The axis that counts the images. */
  count: number;
  place: string;
}

/**
 * Images of all splits, with values of one kind and range. Throws a DatasetError.
 * @param problems is told what had to be guessed.
 */
export function uniformImages(splits: readonly ImageArray[], problems: Problem[]): UniformImages[] {
  const order = rowOrder(splits[0]!, problems);
  const ordered = splits.map((split) => inRows(split, order));
  const { values, range } = valueRange(
    ordered.map(({ data }) => data),
    (a, element, value) => {
      const { height, width, channels } = ordered[a]!;
      const image = Math.floor(element / (height * width * channels));
      return new DatasetError(splits[a]!.place, `image ${image} has the value ${value} in it; expected finite numbers`);
    },
    (message) => problems.push({ file: null, message }),
  );
  const images = ordered.map(({ count, height, width, channels }, i): UniformImages => ({
    kind: 'uniform',
    count,
    height,
    width,
    channels,
    values: values[i]!,
    range,
  }));
  return withoutAlpha(images, problems);
}

/** Images one after the other, each row by row. */
export interface Rows extends ImageShape {
  count: number;
  data: Numbers;
  order?: RowOrder | undefined;
}

/** @param order of the values in rows of colour images. Throws a DatasetError. */
export function inRows(images: ImageArray, order: RowOrder | undefined): Rows {
  const [n, h, w, c] = axesOf(images, order);
  return { count: n.size, height: h.size, width: w.size, channels: c.size, data: gather(images.array.data, [n, h, w, c]) };
}

/** Tells of channels that may be something else. @param opaque whether a fourth one is white everywhere. */
export function sayChannels(channels: number, opaque: boolean, say: (message: string) => void): void {
  if (channels > 4) say(`Channels: each image has ${channels}, as its arrays say; slices of a volume count as channels.`);
  if (channels !== 4) return;
  say(
    opaque
      ? 'Channels: the fourth, which makes nothing transparent, is left out.'
      : 'Channels: all four are taken as they are; none of them is taken for transparency.',
  );
}

/** A fourth channel that is white everywhere says only that nothing is transparent. */
function withoutAlpha(images: UniformImages[], problems: Problem[]): UniformImages[] {
  const [{ channels, range }] = images as [UniformImages];
  const isOpaque = ({ values }: UniformImages) => {
    for (let i = 3; i < values.length; i += 4) if (values[i] !== range[1]) return false;
    return true;
  };
  const opaque = channels === 4 && images.every(isOpaque);
  sayChannels(channels, opaque, (message) => problems.push({ file: null, message }));
  if (!opaque) return images;
  return images.map((one) => {
    const opaque = one.values.slice(0, (one.values.length / 4) * 3);
    for (let i = 0, to = 0; i < one.values.length; i += 4) for (let c = 0; c < 3; c++) opaque[to++] = one.values[i + c]!;
    return { ...one, channels: 3, values: opaque };
  });
}

/** How the values of a colour image follow each other in a row: all red ones first, or pixel by pixel. */
export type RowOrder = 'planes' | 'pixels';
/** Images that are looked at to find out. */
const sample = 500;
/** By so much the better order must be smoother than the other. */
const clearly = 0.9;

/**
 * The order in rows of colour images: the one in which neighbours are more alike, as they are in images. Undefined where
 * images are no rows, or grey. Throws a DatasetError when it cannot be told.
 */
export function rowOrder({ array, count, place }: ImageArray, problems: Problem[]): RowOrder | undefined {
  const length = array.shape[1 - count] ?? 0;
  const side = Math.sqrt(length / 3);
  if (array.shape.length !== 2 || !Number.isInteger(side) || Number.isInteger(Math.sqrt(length))) return undefined;
  const [image, step] = [strides(array)[count]!, strides(array)[1 - count]!];
  // Differences to the neighbours to the right and below, in both orders.
  let planes = 0;
  let pixels = 0;
  for (let n = 0; n < Math.min(array.shape[count]!, sample); n++)
    for (let i = 0; i + 3 * side < length; i++) {
      const value = (k: number) => Number(array.data[n * image + (i + k) * step]);
      const here = value(0);
      planes += Math.abs(here - value(1)) + Math.abs(here - value(side));
      pixels += Math.abs(here - value(3)) + Math.abs(here - value(3 * side));
    }
  const order = planes < clearly * pixels ? 'planes' : pixels < clearly * planes ? 'pixels' : undefined;
  if (!order)
    throw new DatasetError(
      place,
      `each image is a row of ${length} values, which could be planes of colours or pixels one after the other; expected an array (images, height, width, channels)`,
    );
  const words =
    order === 'planes' ? 'all red values first, then green, then blue ones' : 'the colours of one pixel after those of the other';
  problems.push({
    file: null,
    message: `Orientation: the rows of ${length} values are read as ${side} × ${side} pixels in colour, ${words}, in which neighbours are most alike.`,
  });
  return order;
}

type Axes = [images: Axis, height: Axis, width: Axis, channels: Axis];

/** Which axis is what. */
function axesOf({ array, count, place }: ImageArray, order: RowOrder | undefined): Axes {
  const { shape } = array;
  const steps = strides(array);
  const axis = (index: number): Axis => ({ size: shape[index]!, step: steps[index]! });
  const one: Axis = { size: 1, step: 0 };
  const images = axis(count);
  const [a = one, b = one, c = one] = shape
    .map((_, index) => index)
    .filter((index) => index !== count)
    .map(axis);
  switch (shape.length) {
    case 2: {
      const side = Math.sqrt(order ? a.size / 3 : a.size);
      if (!Number.isInteger(side) || side < 1)
        throw new DatasetError(
          place,
          `each image is a row of ${a.size} values, which does not say how high and wide it is; expected a square number of pixels, or an array (images, height, width, channels)`,
        );
      const [pixel, colour, channels] = order === 'pixels' ? [3, 1, 3] : order === 'planes' ? [1, side * side, 3] : [1, 0, 1];
      return [
        images,
        { size: side, step: side * pixel * a.step },
        { size: side, step: pixel * a.step },
        { size: channels, step: colour * a.step },
      ];
    }
    case 3:
      return [images, a, b, one];
    case 4: {
      const few = ({ size }: Axis) => size >= 1 && size <= 4;
      const last = few(c) || (!few(a) && a.size === b.size);
      const first = few(a) || (!few(c) && b.size === c.size);
      if (last && !(first && b.size === c.size && a.size !== b.size)) return [images, a, b, c];
      if (first) return [images, b, c, a];
      throw new DatasetError(
        place,
        `its shape ${shape.join(' × ')} does not say which axis is the channels; expected 1 to 4 channels, first or last`,
      );
    }
    default:
      throw new DatasetError(place, `its shape ${shape.join(' × ')} has ${shape.length} axes; expected 2 to 4 for images`);
  }
}

interface Axis {
  size: number;
  step: number;
}

/** The elements in row-major order of these axes; the data themselves when they are in it already. */
function gather<T extends Numbers>(data: T, [n, h, w, c]: Axes): T {
  let expected = 1;
  let inOrder = true;
  for (const { size, step } of [c, w, h, n]) {
    inOrder &&= size === 1 || step === expected;
    expected *= size;
  }
  if (inOrder) return data;
  // A Buffer's constructor is not meant to be called.
  const type = data instanceof Uint8Array ? Uint8Array : data.constructor;
  const result = new (type as new (length: number) => T)(data.length);
  let at = 0;
  for (let i = 0; i < n.size; i++)
    for (let y = 0; y < h.size; y++) {
      const row = i * n.step + y * h.step;
      for (let x = 0; x < w.size; x++) for (let k = 0, from = row + x * w.step; k < c.size; k++, from += c.step) result[at++] = data[from]!;
    }
  return result;
}

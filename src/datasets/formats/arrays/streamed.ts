/** Images of arrays that are too large to be held, read part by part: once for the range of all values, and again for the images. */
import { toBytes } from '../../bytes.ts';
import { DatasetError } from '../../errors.ts';
import type { Problem, StreamedImages } from '../../raw.ts';
import type { ReadOptions } from '../reader.ts';
import { elements, inRows, rowOrder, sayChannels, type Rows } from './ndarray.ts';
import type { Part } from './pieces.ts';
import { areFullBytes, extremesOf, rangeOf, scalesOf, type Extremes } from './range.ts';

/** An array whose slowest axis counts images. */
export interface StreamedArray {
  place: string;
  shape: readonly number[];
  /** Which axis that is: the first or the last. */
  count: number;
  itemBytes: number;
  /** In order; of `wanted` images, ascending, at least these. Throws a DatasetError. */
  parts: (signal: AbortSignal | undefined, wanted?: Uint32Array) => AsyncIterable<Part>;
}

/** What one pass over a split's values tells. */
interface Seen extends Omit<Rows, 'data'> {
  extremes: Extremes;
  /** Lowest value of a fourth channel. */
  alpha: number;
}

/** @param splits each of one array or several that continue each other. @param problems is told what had to be guessed. */
export async function streamedImages(
  splits: readonly (readonly StreamedArray[])[],
  problems: Problem[],
  options: ReadOptions,
): Promise<StreamedImages[]> {
  const say = (message: string) => problems.push({ file: null, message });
  const order = await orderOf(splits[0]![0]!, problems, options);
  const look = looker(splits.flat(), options);
  const seen: Seen[] = [];
  for (const split of splits) seen.push(await look(split, order));
  const scales = scalesOf(
    seen.map(({ extremes }) => extremes),
    say,
  );
  const scaled = seen.map(({ extremes }, i) => times(extremes, scales?.[i] ?? 1));
  const { range } = rangeOf(scaled, say);
  const opaque = seen[0]!.channels === 4 && seen.every(({ alpha }, i) => alpha * (scales?.[i] ?? 1) >= range[1]);
  sayChannels(seen[0]!.channels, opaque, say);
  return splits.map((split, i): StreamedImages => {
    const { height, width, channels, count } = seen[i]!;
    const own = range.map((value) => value / (scales?.[i] ?? 1)) as [number, number];
    return {
      kind: 'streamed',
      count,
      height,
      width,
      channels: opaque ? 3 : channels,
      range,
      read: ({ indices, signal } = {}) => imagesOf(split, { order, range: own, opaque }, indices, signal),
    };
  });
}

async function orderOf(array: StreamedArray, problems: Problem[], options: ReadOptions): Promise<Rows['order']> {
  for await (const part of array.parts(options.signal))
    return rowOrder({ array: part.array, count: array.count, place: array.place }, problems);
  return undefined;
}

const times = ({ low, high, whole, floats }: Extremes, scale: number): Extremes =>
  scale === 1 ? { low, high, whole, floats } : { low: low * scale, high: high * scale, whole: false, floats: true };

/** Goes over splits one after the other, and tells how far it has come with all of them. */
function looker(
  all: readonly StreamedArray[],
  options: ReadOptions,
): (split: readonly StreamedArray[], order: Rows['order']) => Promise<Seen> {
  const total = all.reduce((sum, { shape, itemBytes }) => sum + elements(shape) * itemBytes, 0);
  let done = 0;
  return async (split, order) => {
    let seen: Seen | undefined;
    for (const { parts, place, count, itemBytes, shape } of split) {
      const before = done;
      for await (const { first, array } of parts(options.signal)) {
        const { data, ...rows } = inRows({ array, count, place }, order);
        const extremes = extremesOf(data, (element, value) => {
          const image = first + Math.floor((element * rows.count) / data.length);
          return new DatasetError(place, `image ${image} has the value ${value} in it; expected finite numbers`);
        });
        let alpha = Infinity;
        if (rows.channels === 4) for (let i = 3; i < data.length; i += 4) alpha = Math.min(alpha, Number(data[i]));
        seen = seen ? joined(seen, { ...rows, extremes, alpha }) : { ...rows, extremes, alpha };
        done += elements(array.shape) * itemBytes;
        options.onProgress?.({ stage: 'looking at files', done, total });
        // The rest would tell nothing more.
        if (rows.channels !== 4 && areFullBytes(data, seen.extremes)) break;
      }
      done = before + elements(shape) * itemBytes;
    }
    return { ...seen!, count: split.reduce((sum, { shape, count }) => sum + shape[count]!, 0) };
  };
}

function joined(a: Seen, b: Seen): Seen {
  return {
    ...a,
    count: a.count + b.count,
    alpha: Math.min(a.alpha, b.alpha),
    extremes: {
      low: Math.min(a.extremes.low, b.extremes.low),
      high: Math.max(a.extremes.high, b.extremes.high),
      whole: a.extremes.whole && b.extremes.whole,
      floats: a.extremes.floats,
    },
  };
}

async function* imagesOf(
  split: readonly StreamedArray[],
  { order, range, opaque }: { order: Rows['order']; range: readonly [number, number]; opaque: boolean },
  indices: ArrayLike<number> | undefined,
  signal: AbortSignal | undefined,
): ReturnType<StreamedImages['read']> {
  const all = indices && Uint32Array.from(indices).sort();
  let before = 0;
  for (const { parts, place, count, shape } of split) {
    const start = before;
    before += shape[count]!;
    const wanted = all?.filter((index) => index >= start && index < before).map((index) => index - start);
    if (wanted?.length === 0) continue;
    let next = 0;
    for await (const { first, array } of parts(signal, wanted)) {
      const { data: own, height, width, channels, count: images } = inRows({ array, count, place }, order);
      const data = own instanceof BigInt64Array || own instanceof BigUint64Array ? Float64Array.from(own, Number) : own;
      const size = height * width * channels;
      for (let i = 0; i < images; i++) {
        if (wanted && wanted[next] !== first + i) continue;
        next++;
        const pixels = toBytes(data.subarray(i * size, (i + 1) * size), range);
        const image = { height, width, channels: opaque ? 3 : channels, pixels: opaque ? withoutFourth(pixels) : pixels };
        yield { index: start + first + i, image };
      }
    }
  }
}

const withoutFourth = (pixels: Uint8Array): Uint8Array => pixels.filter((_, i) => i % 4 !== 3);

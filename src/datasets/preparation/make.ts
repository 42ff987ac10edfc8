/** The chosen images of a data set, each made what all of them are to be. */
import type { Split } from '../../shared/dataset.ts';
import type { ImageBackground } from '../../shared/spec/preparation.ts';
import type { Problem, RawSplit, SeparateImages, StreamedImages, UniformImages } from '../raw.ts';
import { toBytes } from '../bytes.ts';
import { ImageMaker, opaque, type ImageTarget, type OpaqueImage } from './image.ts';
import type { Scale } from './scale.ts';
import type { Selection } from './select.ts';

export interface Made {
  train: Split;
  test: Split;
  /** Images that could not be decoded. */
  problems: Problem[];
  /** Pages or frames of each file that has several, of which the first is taken. */
  pages: number[];
}

export interface MakeOptions {
  signal?: AbortSignal | undefined;
  /** Told of images a few times a second; `total` is null before it is known. */
  onProgress?: ((done: number, total: number | null) => void) | undefined;
}

/** Milliseconds between two reports of progress. */
const INTERVAL = 200;

/**
 * @param splits numbered through, as the selection has them.
 * @param target of every image, with the number of its channels.
 * Throws what `signal` was aborted with.
 */
export async function make(
  splits: readonly RawSplit[],
  selection: Selection,
  target: ImageTarget & { channels: number },
  scale: Scale,
  { signal, onProgress }: MakeOptions = {},
): Promise<Made> {
  const size = target.height * target.width * target.channels;
  const [train, test] = [new Sink(selection.train, size), new Sink(selection.test, size)];
  const maker = new ImageMaker(target);
  const total = train.count + test.count;
  const problems: Problem[] = [];
  const pages: number[] = [];
  let done = 0;
  let next = 0;
  const step = () => {
    done++;
    if (done < total && performance.now() < next) return;
    next = performance.now() + INTERVAL;
    signal?.throwIfAborted();
    onProgress?.(done, total);
  };
  let first = 0;
  for (const { images } of splits) {
    const places = new Places([train, test], first, images.count);
    first += images.count;
    if (images.kind !== 'uniform') {
      problems.push(
        ...(await decode(images, places, {
          maker,
          background: target.background,
          scale,
          reduce: mayReduce(target),
          step,
          signal,
          pages,
        })),
      );
    } else if (![train, test].some((sink) => sink.adopt(images, places, target)))
      for (const image of places.images()) {
        places.put(image, maker.make(imageAt(images, image)));
        step();
      }
  }
  onProgress?.(total, total);
  return { train: train.split(), test: test.split(), problems, pages };
}

/** Images that are made much smaller and keep no scale of their own may be reduced while they are decoded. */
const mayReduce = ({ height, width, fit }: ImageTarget): boolean => fit !== 'centre' && Math.max(height, width) <= 512;

/** Puts every chosen image where it belongs. Answers those that could not be decoded. */
async function decode(
  images: SeparateImages | StreamedImages,
  places: Places,
  {
    maker,
    background,
    scale,
    reduce,
    step,
    signal,
    pages,
  }: {
    maker: ImageMaker;
    background: ImageBackground;
    scale: Scale;
    reduce: boolean;
    step: () => void;
    signal: AbortSignal | undefined;
    pages: number[];
  },
): Promise<Problem[]> {
  const problems: Problem[] = [];
  const indices = places.images();
  if (indices.length === 0) return problems;
  for await (const read of images.read({ indices, reduce, signal })) {
    if ('image' in read) {
      if (read.image.pages !== undefined) pages.push(read.image.pages);
      places.put(read.index, maker.make(opaque(read.image, background, scale)));
    } else problems.push(read.problem);
    step();
  }
  return problems;
}

/** One image of many, as bytes. */
export function imageAt({ values, range, height, width, channels }: UniformImages, image: number): OpaqueImage {
  const size = height * width * channels;
  return { pixels: toBytes(values.subarray(image * size, (image + 1) * size), range), height, width, channels };
}

/** Where the images of one side come together. */
class Sink {
  readonly count: number;
  readonly #numbers: Uint32Array;
  readonly #labels: Uint16Array;
  readonly #size: number;
  #images: Uint8Array | null = null;
  readonly #filled: Uint8Array;

  constructor({ images, labels }: Selection['train'], size: number) {
    this.count = images.length;
    this.#numbers = images;
    this.#labels = labels;
    this.#size = size;
    this.#filled = new Uint8Array(images.length);
  }

  /** Numbers of its images, in the order of its slots. */
  get numbers(): Uint32Array {
    return this.#numbers;
  }

  /** Takes a whole array as it is, without copying it, if that is what is wanted. */
  adopt(images: UniformImages, places: Places, target: ImageTarget & { channels: number }): boolean {
    if (!(images.values instanceof Uint8Array) || images.range[0] !== 0 || images.range[1] !== 255) return false;
    if (images.height !== target.height || images.width !== target.width || images.channels !== target.channels) return false;
    if (this.count !== images.count || !places.are(this)) return false;
    this.#images = images.values;
    this.#filled.fill(1);
    return true;
  }

  put(slot: number, image: Uint8Array): void {
    this.#images ??= new Uint8Array(this.count * this.#size);
    this.#images.set(image, slot * this.#size);
    this.#filled[slot] = 1;
  }

  /** What has been put here, in order, without the slots that stayed empty. */
  split(): Split {
    const images = this.#images ?? new Uint8Array();
    if (!this.#filled.includes(0)) return { images, labels: this.#labels };
    let kept = 0;
    const labels = new Uint16Array(this.count);
    for (const [slot, filled] of this.#filled.entries()) {
      if (!filled) continue;
      images.copyWithin(kept * this.#size, slot * this.#size, (slot + 1) * this.#size);
      labels[kept++] = this.#labels[slot]!;
    }
    return { images: images.slice(0, kept * this.#size), labels: labels.slice(0, kept) };
  }
}

/** Where the images of one split go, by their numbers within it. */
class Places {
  readonly #sinks: readonly [Sink, Sink];
  /** By image: slot + 1 in the first sink, −(slot + 1) in the second; 0: it is not wanted. */
  readonly #slots: Int32Array;

  /** @param first number of the split's first image. */
  constructor(sinks: readonly [Sink, Sink], first: number, count: number) {
    this.#sinks = sinks;
    this.#slots = new Int32Array(count);
    for (const [i, { numbers }] of sinks.entries())
      for (let slot = 0; slot < numbers.length; slot++) {
        const number = numbers[slot]!;
        if (number >= first && number < first + count) this.#slots[number - first] = i === 0 ? slot + 1 : -(slot + 1);
      }
  }

  /** Those that are wanted, ascending. */
  images(): Uint32Array {
    const wanted = new Uint32Array(this.#slots.length);
    let count = 0;
    for (let image = 0; image < wanted.length; image++) if (this.#slots[image] !== 0) wanted[count++] = image;
    return wanted.subarray(0, count);
  }

  /** Whether they all go to this one, in order. */
  are(sink: Sink): boolean {
    const sign = sink === this.#sinks[0] ? 1 : -1;
    return this.#slots.every((slot, image) => slot === sign * (image + 1));
  }

  put(image: number, pixels: Uint8Array): void {
    const slot = this.#slots[image]!;
    if (slot > 0) this.#sinks[0].put(slot - 1, pixels);
    else if (slot < 0) this.#sinks[1].put(-slot - 1, pixels);
  }
}

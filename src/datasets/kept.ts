/**
 * A prepared data set as one file, so that it is read from its many files, archives or images only once and does not
 * depend on where they lie: safetensors with "train.images" and "test.images" (images, height, width, channels), one byte
 * per value, and the labels. What is in it stands in the header, so that opening it reads no image, and a single image
 * is read from its place.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import type { Dataset, Split } from '../shared/dataset.ts';
import { InputError } from '../shared/input-error.ts';
import { reasonOf } from '../shared/system-error.ts';
import {
  decodeLayout,
  headerEnd,
  headerLengthBytes,
  safetensorsParts,
  type StoredTensor,
  type TensorPlace,
} from '../shared/safetensors.ts';
import { PreparationSpec, Standardisation } from '../shared/spec/preparation.ts';
import { fingerprint } from './fingerprint.ts';

const key = 'capscope.dataset';
const Facts = z.strictObject({
  name: z.string(),
  classes: z.array(z.string()),
  fingerprint: z.string(),
  preparation: PreparationSpec.optional(),
  standardisation: Standardisation.optional(),
});

/** The file's bytes, in pieces. */
export function encodeDataset({ shape, train, test, ...facts }: Dataset): Uint8Array[] {
  const tensorsOf = (split: string, { images, labels }: Split): [string, StoredTensor][] => [
    [`${split}.images`, { dtype: 'U8', shape: [labels.length, shape.height, shape.width, shape.channels], data: images }],
    [`${split}.labels`, { dtype: 'I32', shape: [labels.length], data: Int32Array.from(labels) }],
  ];
  return safetensorsParts({
    tensors: new Map([...tensorsOf('train', train), ...tensorsOf('test', test)]),
    metadata: { [key]: JSON.stringify(facts satisfies z.infer<typeof Facts>) },
  });
}

interface KeptSplit {
  images: TensorPlace;
  labels: TensorPlace;
}

/** An open file. Close it. */
export class KeptDataset {
  readonly facts: Omit<Dataset, 'train' | 'test'>;
  readonly bytes: number;
  readonly #file: FileHandle;
  readonly #source: string;
  readonly #splits: Record<'train' | 'test', KeptSplit>;

  private constructor(
    file: FileHandle,
    source: string,
    bytes: number,
    facts: KeptDataset['facts'],
    splits: Record<'train' | 'test', KeptSplit>,
  ) {
    this.#file = file;
    this.#source = source;
    this.bytes = bytes;
    this.facts = facts;
    this.#splits = splits;
  }

  /** Reads the header. Throws an InputError that names the file when it is not there, damaged or not of this kind. */
  static async open(path: string): Promise<KeptDataset> {
    const file = await open(path).catch((error: unknown) => {
      throw new InputError(
        `the images of the data set cannot be read from ${path}: ${reasonOf(error, 'read')}; bring that file back, or open the data set again`,
        {
          cause: error,
        },
      );
    });
    try {
      const { size } = await file.stat();
      const start = await bytesAt(file, 0, Math.min(size, headerLengthBytes), path);
      const head = await bytesAt(file, 0, headerEnd(start, size, path), path);
      const { tensors, metadata } = decodeLayout(head, size, path);
      const facts = Facts.safeParse(jsonOf(metadata[key]));
      if (!facts.success) throw new InputError(`${path} is not a data set that Capscope has kept; open the data set again`);
      const split = (name: string): KeptSplit => {
        const images = tensors.get(`${name}.images`);
        const labels = tensors.get(`${name}.labels`);
        if (
          images?.dtype !== 'U8' ||
          images.shape.length !== 4 ||
          labels?.dtype !== 'I32' ||
          labels.shape.join() !== String(images.shape[0])
        )
          throw new InputError(`${path} lacks its ${name} images; open the data set again`);
        return { images, labels };
      };
      const splits = { train: split('train'), test: split('test') };
      const [, height = 0, width = 0, channels = 0] = splits.train.images.shape;
      return new KeptDataset(file, path, size, { ...facts.data, shape: { height, width, channels } }, splits);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  count(split: 'train' | 'test'): number {
    return this.#splits[split].images.shape[0]!;
  }

  async labels(split: 'train' | 'test'): Promise<Uint16Array> {
    const { begin, end } = this.#splits[split].labels;
    return Uint16Array.from(new Int32Array((await bytesAt(this.#file, begin, end, this.#source)).buffer));
  }

  /** One image, (height, width, channels). */
  image(split: 'train' | 'test', index: number): Promise<Uint8Array> {
    return this.images(split, index, index + 1);
  }

  /** Images in a row, (images, height, width, channels). */
  images(split: 'train' | 'test', from: number, to: number): Promise<Uint8Array> {
    const { height, width, channels } = this.facts.shape;
    const size = height * width * channels;
    const { begin } = this.#splits[split].images;
    return bytesAt(this.#file, begin + from * size, begin + to * size, this.#source);
  }

  /** All of it. Throws an InputError when `checked` and a byte is not what it was when the file was written. */
  async dataset(checked: boolean): Promise<Dataset> {
    const split = async (name: 'train' | 'test'): Promise<Split> => {
      const { begin, end } = this.#splits[name].images;
      return { images: await bytesAt(this.#file, begin, end, this.#source), labels: await this.labels(name) };
    };
    const dataset = { ...this.facts, train: await split('train'), test: await split('test') };
    if (checked && fingerprint(dataset) !== dataset.fingerprint)
      throw new InputError(`${this.#source} has changed since its images were kept; open the data set again`);
    return dataset;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** A whole file. Throws an InputError as KeptDataset does. */
export async function readKept(path: string, { checked = false } = {}): Promise<Dataset> {
  const kept = await KeptDataset.open(path);
  try {
    return await kept.dataset(checked);
  } finally {
    await kept.close();
  }
}

/** Reads at most so much at a time; a system call takes no more than 2 GiB. */
const readAtOnce = 2 ** 30;

async function bytesAt(file: FileHandle, begin: number, end: number, source: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(end - begin);
  for (let offset = 0; offset < bytes.length;) {
    const { bytesRead } = await file.read(bytes, offset, Math.min(bytes.length - offset, readAtOnce), begin + offset);
    if (bytesRead === 0) throw new InputError(`${source} ends at byte ${begin + offset}; expected ${end}`);
    offset += bytesRead;
  }
  return bytes;
}

function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null') as unknown;
  } catch {
    return null;
  }
}

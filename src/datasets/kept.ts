/**
 * A data set as one file, so that it is read from its many files, archives or images only once and does not depend on
 * where they lie: safetensors with "train.images" and "test.images" (images, height, width, channels) and the labels.
 */
import { z } from 'zod';
import type { Dataset, Split } from '../shared/dataset.ts';
import { InputError } from '../shared/input-error.ts';
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from '../shared/safetensors.ts';

const key = 'capscope.dataset';
const Facts = z.strictObject({ name: z.string(), classes: z.array(z.string()), fingerprint: z.string() });

export function encodeDataset({ name, classes, fingerprint, shape, train, test }: Dataset): Uint8Array<ArrayBuffer> {
  const tensorsOf = (split: string, { images, labels }: Split): [string, StoredTensor][] => [
    [`${split}.images`, { dtype: 'U8', shape: [labels.length, shape.height, shape.width, shape.channels], data: images }],
    [`${split}.labels`, { dtype: 'I32', shape: [labels.length], data: Int32Array.from(labels) }],
  ];
  return encodeSafetensors({
    tensors: new Map([...tensorsOf('train', train), ...tensorsOf('test', test)]),
    metadata: { [key]: JSON.stringify({ name, classes, fingerprint } satisfies z.infer<typeof Facts>) },
  });
}

/** Throws an InputError that starts with `source` when the file is damaged. */
export function decodeDataset(bytes: Uint8Array, source: string): Dataset {
  const { tensors, metadata } = decodeSafetensors(bytes, source);
  const facts = Facts.safeParse(JSON.parse(metadata[key] ?? 'null'));
  if (!facts.success) throw new InputError(`${source} is not a data set that Capscope has kept; open the data set again`);
  const split = (name: string): Split & { shape: number[] } => {
    const images = tensors.get(`${name}.images`);
    const labels = tensors.get(`${name}.labels`);
    if (images?.dtype !== 'U8' || labels?.dtype !== 'I32')
      throw new InputError(`${source} lacks its ${name} images; open the data set again`);
    return { images: images.data, labels: Uint16Array.from(labels.data), shape: images.shape };
  };
  const train = split('train');
  const test = split('test');
  const [, height = 0, width = 0, channels = 0] = train.shape;
  return {
    ...facts.data,
    shape: { height, width, channels },
    train: { images: train.images, labels: train.labels },
    test: { images: test.images, labels: test.labels },
  };
}

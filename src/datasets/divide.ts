/** The images of a data set divided into training and test images otherwise than its files do. */
import type { DatasetLimits, SplitSpec } from '../shared/contract/index.ts';
import type { Dataset, Split } from '../shared/dataset.ts';
import { permutation, randomStream } from '../shared/random.ts';
import { fingerprint } from './assemble.ts';
import { DatasetError } from './errors.ts';
import { limitSplit } from './limit.ts';

export interface Recipe {
  split: SplitSpec;
  limits: DatasetLimits;
}

/** The same for the same data set and recipe. Throws a DatasetError when a class would be left without images to train or test on. */
export function divide(dataset: Dataset, { split, limits }: Recipe): Dataset {
  const count = dataset.classes.length;
  const divided = split.kind === 'own' ? dataset : divideAnew(dataset, split);
  if (limits.train !== null && limits.train < count)
    throw new DatasetError(dataset.name, `a limit of ${limits.train} training images leaves some of the ${count} classes without any`);
  const train = limits.train === null ? divided.train : limitSplit(divided.train, limits.train, count);
  const test = limits.test === null ? divided.test : limitSplit(divided.test, limits.test, count);
  if (train === dataset.train && test === dataset.test) return dataset;
  const content = { shape: dataset.shape, classes: dataset.classes, train, test };
  return { ...content, name: dataset.name, fingerprint: fingerprint(content) };
}

/** Each class in the same proportion; at least one image of every class on either side. */
function divideAnew(dataset: Dataset, { test: share, seed }: Extract<SplitSpec, { kind: 'fraction' }>): Record<'train' | 'test', Split> {
  const { name, classes, train, test } = dataset;
  const labels = Uint16Array.from([...train.labels, ...test.labels]);
  const byClass: number[][] = classes.map(() => []);
  for (const [i, label] of labels.entries()) byClass[label]!.push(i);
  const chosen = { train: [] as number[], test: [] as number[] };
  for (const [label, indices] of byClass.entries()) {
    if (indices.length < 2)
      throw new DatasetError(name, `class ${classes[label]!} has too few images; dividing them anew needs at least 2 of every class`);
    const order = [...permutation(indices.length, randomStream(seed, 'split', label))].map((i) => indices[i]!);
    const forTest = Math.min(indices.length - 1, Math.max(1, Math.round(share * indices.length)));
    chosen.test.push(...order.slice(0, forTest));
    chosen.train.push(...order.slice(forTest));
  }
  const size = train.images.length / train.labels.length;
  const pick = (indices: number[]): Split => {
    const ascending = Uint32Array.from(indices).sort();
    const images = new Uint8Array(ascending.length * size);
    for (const [to, from] of ascending.entries()) {
      const [source, at] = from < train.labels.length ? [train, from] : [test, from - train.labels.length];
      images.set(source.images.subarray(at * size, (at + 1) * size), to * size);
    }
    return { images, labels: Uint16Array.from(ascending, (i) => labels[i]!) };
  };
  return { train: pick(chosen.train), test: pick(chosen.test) };
}

/** A data set that is prepared already, as something to prepare otherwise. */
import type { Dataset, Split } from '../shared/dataset.ts';
import type { RawDataset, RawSplit } from './raw.ts';

/** Shares the images' memory. */
export function rawOf({ name, shape, classes, train, test }: Dataset): RawDataset {
  const split = ({ images, labels }: Split): RawSplit => ({
    images: { kind: 'uniform', values: images, range: [0, 255], count: labels.length, ...shape },
    labels,
    from: { images: name, labels: name },
  });
  return { name, classes, train: split(train), test: split(test), problems: [] };
}

/** What is said of a data set without its images. */
import type { Dataset, Split } from '../shared/dataset.ts';

/** Numbers of images, in all and per class. */
export function countImages({ classes, train, test }: Dataset) {
  const perClass = ({ labels }: Split): number[] => {
    const counts = classes.map(() => 0);
    for (const label of labels) counts[label]! += 1;
    return counts;
  };
  return { train: train.labels.length, test: test.labels.length, trainPerClass: perClass(train), testPerClass: perClass(test) };
}

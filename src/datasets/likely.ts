/** Well-known data sets that are told by their numbers of images alone, where the files do not name their classes. */
import type { ShapedSplit } from './recognise.ts';

interface LikelyDataset {
  name: string;
  classes: string[];
  /** Numbers of training and test images, all of 32 × 32 in colour. */
  train: number;
  test: number;
  /** Images per class, where it is the same for all. */
  perClass?: { train: number; test: number };
}

const cifar100 =
  'apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can castle caterpillar cattle ' +
  'chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin elephant flatfish forest fox girl hamster house ' +
  'kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid ' +
  'otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew ' +
  'skunk skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger tractor train trout ' +
  'tulip turtle wardrobe whale willow_tree wolf woman worm';

const candidates: LikelyDataset[] = [
  { name: 'CIFAR-100', classes: cifar100.split(' '), train: 50_000, test: 10_000, perClass: { train: 500, test: 100 } },
  { name: 'SVHN', classes: Array.from({ length: 10 }, (_, i) => String(i)), train: 73_257, test: 26_032 },
];

/** @param splits training and test images. */
export function likely(splits: ShapedSplit[]): { name: string; classes: string[] } | undefined {
  const [train, test] = splits;
  if (!train || !test || splits.some(({ height, width, channels }) => height !== 32 || width !== 32 || channels !== 3)) return undefined;
  return candidates.find(
    (one) =>
      train.labels.length === one.train &&
      test.labels.length === one.test &&
      isDivided(train.labels, one.classes.length, one.perClass?.train) &&
      isDivided(test.labels, one.classes.length, one.perClass?.test),
  );
}

/** Whether every class occurs, no other does, and each as often as it should. */
function isDivided(labels: Uint16Array, classes: number, perClass: number | undefined): boolean {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) {
    if (label >= classes) return false;
    counts[label]! += 1;
  }
  return counts.every((count) => (perClass === undefined ? count > 0 : count === perClass));
}

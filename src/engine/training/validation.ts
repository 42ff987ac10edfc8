/** The share of the training images that no step sees, so that choices (the best epoch, a ratio) need not be made on the test images. */
import { heldOutOf, mustHoldOut, type Dataset } from '../../shared/dataset.ts';
import { permutation, randomStream } from '../../shared/random.ts';

/**
 * The data set with `share` of every class's training images held out, drawn by a fixed seed: all runs on the same data hold out
 * the same images, whatever their own seeds, and their accuracies on them can be compared. At least one image of a class stays.
 * A share of 0 changes nothing. Throws an InputError when nothing would be held out.
 */
export function holdOut(dataset: Dataset, share: number): Dataset {
  if (share === 0) return dataset;
  const { labels } = dataset.train;
  const order = permutation(labels.length, randomStream(0, 'validation'));
  const sizes = new Uint32Array(dataset.classes.length);
  for (const label of labels) sizes[label]! += 1;
  mustHoldOut(share, [...sizes]);
  const left = sizes.map((size) => heldOutOf(size, share));
  const heldOut = new Uint8Array(labels.length);
  for (const index of order) {
    const label = labels[index]!;
    if (left[label]! === 0) continue;
    left[label]! -= 1;
    heldOut[index] = 1;
  }
  const indices = (wanted: number) => order.filter((index) => heldOut[index] === wanted).sort();
  return { ...dataset, heldOut: { training: indices(0), validation: indices(1) } };
}

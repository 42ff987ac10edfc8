/** Which arrays are known to hold their images column by column, though nothing in them says so. */
import { ownName } from './array-names.ts';

interface Named {
  name: string;
  shape: readonly number[];
  lastFirst: boolean;
}

interface Pair {
  images: Named;
  labels: Named;
}

export const isRows = ({ shape }: Pick<Named, 'shape'>, values: number): boolean => shape.length === 2 && shape[1] === values;

/** Rows in MATLAB's files: EMNIST's, STL-10's, and COIL-20 and faces as Deng Cai published them, in `fea` and `gnd`. */
export function areOnTheirSide(arrays: readonly Named[], pairs: readonly Pair[]): boolean {
  // Arabic characters and digits as El-Sawy and others published them.
  if (pairs.every(({ images }) => /^(?:.*\/)?csv(?:train|test)images\b/i.test(images.name))) return true;
  const emnist = arrays.some(({ name }) => /emnist/i.test(name)) || arrays.some(({ name }) => /^writers$/i.test(ownName(name)));
  const isFeatures = ({ images, labels }: Pair) =>
    ownName(images.name) === 'fea' && ownName(labels.name) === 'gnd' && (isRows(images, 1024) || isRows(images, 4096));
  // The digits of Andrew Ng's exercises, and the silhouettes of Caltech 101.
  const isExercise = ({ images }: Pair) => isRows(images, 400) && /(?:^|\/)ex[34]data/i.test(images.name);
  const isSilhouette = ({ images }: Pair) => isRows(images, 784) && /silhouettes/i.test(images.name);
  return pairs.every(
    (pair) =>
      pair.images.lastFirst &&
      ((emnist && isRows(pair.images, 784)) || isRows(pair.images, 27_648) || isFeatures(pair) || isExercise(pair) || isSilhouette(pair)),
  );
}

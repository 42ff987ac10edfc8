/** Which images are for training and which for testing, and the classes that they belong to. Decided by labels alone. */
import { permutation, randomStream } from '../../shared/random.ts';
import type { DatasetLimits, PreparationSpec, SplitSpec } from '../../shared/spec/preparation.ts';
import { DatasetError } from '../errors.ts';

/** What is there to select from. Images are numbered through: those for training first, then those for testing. */
export interface Labelled {
  name: string;
  /** Where the labels come from, as messages call it. */
  place: string;
  /** Class names; the label is the index. */
  classes: readonly string[];
  train: Uint16Array;
  /** Null: the data do not say what is for testing. */
  test: Uint16Array | null;
}

export interface Selection {
  /** Names of the classes that are left, in the order of their new labels. */
  classes: string[];
  /** Numbers of the images, and their new labels. */
  train: Selected;
  test: Selected;
  /** Names of classes that are left out: they have one image, which cannot be both for training and for testing. */
  singles: string[];
}

interface Selected {
  images: Uint32Array;
  labels: Uint16Array;
}

type Wanted = Pick<PreparationSpec, 'classes' | 'split' | 'limits'>;

/**
 * The same for the same labels and wishes. Classes without any image are dropped.
 * Throws a DatasetError when a class would be left without images to train on, or nothing to test with.
 */
export function select(data: Labelled, { classes: wanted, split, limits }: Wanted): Selection {
  const { place } = data;
  const all = concatenate(data.train, data.test ?? new Uint16Array());
  const present = keptClasses(data, all, wanted);
  const singles = split.kind === 'fraction' && wanted === null ? singlesAmong(present, all) : [];
  const names = present.filter((label) => !singles.includes(label));
  const newLabel = new Map(names.map((label, i) => [label, i]));
  const numbers = (from: number, to: number) => {
    const kept: number[] = [];
    for (let i = from; i < to; i++) if (newLabel.has(all[i]!)) kept.push(i);
    return kept;
  };
  const classes = names.map((label) => data.classes[label]!);
  const labelOf = (image: number) => newLabel.get(all[image]!)!;
  const own = { train: numbers(0, data.train.length), test: numbers(data.train.length, all.length) };
  if (split.kind === 'own' && data.test === null)
    throw new DatasetError(place, 'its images are not divided into training and test images; choose a share for testing');
  const divided = split.kind === 'own' ? own : divideAnew(place, classes, [...own.train, ...own.test], labelOf, split);
  checkTraining(place, classes, divided, labelOf);
  checkLimits(place, classes.length, limits);
  const finish = (images: number[], limit: number | null): Selected => {
    const few = limited(images, labelOf, classes.length, limit, limits.perClass);
    return { images: Uint32Array.from(few), labels: Uint16Array.from(few, labelOf) };
  };
  return {
    classes,
    train: finish(divided.train, limits.train),
    test: finish(divided.test, limits.test),
    singles: singles.map((label) => data.classes[label]!),
  };
}

/** Classes with a single image, unless hardly any others are left. */
function singlesAmong(present: readonly number[], labels: Uint16Array): number[] {
  const counts = new Uint32Array(2 ** 16);
  for (const label of labels) counts[label]! += 1;
  const singles = present.filter((label) => counts[label] === 1);
  return present.length - singles.length >= 2 ? singles : [];
}

function concatenate(a: Uint16Array, b: Uint16Array): Uint16Array {
  const both = new Uint16Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Old labels, in the order of the new ones. */
function keptClasses({ place, classes }: Labelled, labels: Uint16Array, wanted: readonly string[] | null): number[] {
  const occurs = new Uint8Array(2 ** 16);
  for (const label of labels) occurs[label] = 1;
  const present = [...classes.keys()].filter((label) => occurs[label] === 1);
  if (wanted === null) {
    if (present.length < 2) throw new DatasetError(place, 'all of its images are of one class; expected at least two classes');
    return present;
  }
  const twice = wanted.find((one, i) => wanted.indexOf(one) !== i);
  if (twice !== undefined) throw new DatasetError(place, `class ${twice} is chosen twice; expected different classes`);
  return wanted.map((one) => {
    const label = present.find((candidate) => classes[candidate] === one);
    if (label === undefined) {
      const some = present.slice(0, 10).map((candidate) => classes[candidate]!);
      throw new DatasetError(
        place,
        `it has no images of a class ${one}; its classes are ${some.join(', ')}${present.length > 10 ? ', …' : ''}`,
      );
    }
    return label;
  });
}

/** Each class in the same proportion; at least one image of every class on either side. */
function divideAnew(
  place: string,
  classes: string[],
  images: number[],
  labelOf: (image: number) => number,
  { test: share, seed }: Extract<SplitSpec, { kind: 'fraction' }>,
): { train: number[]; test: number[] } {
  const byClass: number[][] = classes.map(() => []);
  for (const image of images) byClass[labelOf(image)]!.push(image);
  const chosen = { train: [] as number[], test: [] as number[] };
  for (const [label, ofClass] of byClass.entries()) {
    if (ofClass.length < 2)
      throw new DatasetError(place, `class ${classes[label]!} has too few images; dividing them anew needs at least 2 of every class`);
    const order = permutation(ofClass.length, randomStream(seed, 'split', label));
    const forTest = Math.min(ofClass.length - 1, Math.max(1, Math.round(share * ofClass.length)));
    for (const [i, at] of order.entries()) chosen[i < forTest ? 'test' : 'train'].push(ofClass[at]!);
  }
  chosen.train.sort((a, b) => a - b);
  chosen.test.sort((a, b) => a - b);
  return chosen;
}

function checkTraining(
  place: string,
  classes: string[],
  { train, test }: { train: number[]; test: number[] },
  labelOf: (image: number) => number,
): void {
  const trained = new Set(train.map(labelOf));
  const missing = classes.findIndex((_, label) => !trained.has(label));
  if (missing >= 0)
    throw new DatasetError(
      place,
      `class ${classes[missing]!} has test images but none to train on; expected training images of every class`,
    );
  if (test.length === 0) throw new DatasetError(place, 'it has no test images of these classes; expected at least one');
}

function checkLimits(place: string, classes: number, limits: DatasetLimits): void {
  if (limits.train !== null && limits.train < classes)
    throw new DatasetError(place, `a limit of ${limits.train} training images leaves some of the ${classes} classes without any`);
}

/** The first images of each class, one in turn from every class that has some left, in their old order. */
function limited(
  images: number[],
  labelOf: (image: number) => number,
  classes: number,
  limit: number | null,
  perClass: number | null,
): number[] {
  if (perClass === null && (limit === null || limit >= images.length)) return images;
  const available = new Array<number>(classes).fill(0);
  for (const image of images) available[labelOf(image)]! += 1;
  const quota = available.map((count) => Math.min(count, perClass ?? Infinity));
  const total = quota.reduce((sum, count) => sum + count, 0);
  if (limit !== null && limit < total) share(quota, limit);
  return images.filter((image) => quota[labelOf(image)]!-- > 0);
}

/** Lowers the quotas until they add up to `limit`: the fullest classes give first. */
function share(quota: number[], limit: number): void {
  const wanted = quota.slice();
  quota.fill(0);
  for (let given = 0; given < limit;)
    for (let label = 0; label < quota.length && given < limit; label++)
      if (quota[label]! < wanted[label]!) {
        quota[label]! += 1;
        given += 1;
      }
}

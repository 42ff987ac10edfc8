/** A data set from named arrays, which array is what being told by shape first and by customary names second. */
import { areOrIs, counted } from '../../counted.ts';
import { DatasetError, NoDataset } from '../../errors.ts';
import type { Problem, RawDataset, RawImages, RawSplit } from '../../raw.ts';
import type { Source } from '../../sources/source.ts';
import { byName, classLabels, fromOneHot, type Labels, type Marks } from '../labels.ts';
import type { ReadOptions } from '../reader.ts';
import { leftForValidation } from '../../splits.ts';
import { take, type Reading, type ReadingOption, type WantedReadings } from '../../readings.ts';
import { ownName, partOf, placeOf, splitOf, type SplitName } from './array-names.ts';
import { imageAxisOf, isVector, usualAxis } from './axes.ts';
import { countAxes, elements, strides, uniformImages, type NdArray } from './ndarray.ts';
import { joinImages, joinMarks, shardOf } from './shards.ts';
import { areOnTheirSide, isRows } from './sides.ts';
import { streamedImages, type StreamedArray } from './streamed.ts';
import { transpose, turnedUpright } from './upright.ts';

/** An array that is not yet in memory. */
export interface NamedArray {
  /** Path of the file inside the source, a slash, and the array's name in the file, e.g. "train_32x32.mat/X". */
  name: string;
  /** The file and the array, for messages. */
  place: string;
  shape: readonly number[];
  /** Text is of use for class names and labels only. */
  type: 'numbers' | 'text';
  /** Bytes of an element. */
  itemBytes: number;
  /** Image number last, as MATLAB has it. */
  lastFirst: boolean;
  load: () => Promise<NdArray | string[]>;
  /** Part by part along its slowest axis, where it can be had so. */
  parts?: StreamedArray['parts'];
}

const length = (shape: readonly number[]): number => elements(shape);

interface Pair {
  images: NamedArray;
  labels: NamedArray;
  /** How many images there are, and along which axis they are counted; there may be a second one that is as long. */
  count: number;
  imageAxis: number;
  otherAxis: number | undefined;
}

/** The best pair among these arrays; undefined when no array of labels fits one of images. */
function pairUp(arrays: readonly NamedArray[]): Pair | undefined {
  const pairs: (Pair & { score: number })[] = [];
  for (const images of arrays) {
    if (images.type !== 'numbers' || isVector(images.shape) || images.shape.length > 4 || partOf(images.name) === 'labels') continue;
    for (const labels of arrays) {
      if (labels === images || (labels.shape.length > 2 && !isVector(labels.shape)) || partOf(labels.name) === 'images') continue;
      // A class in each file, of as many images as another.
      if (!isVector(labels.shape) && labels.shape.join() === images.shape.join()) continue;
      const counts = isVector(labels.shape) ? [length(labels.shape)] : labels.lastFirst ? [...labels.shape] : [labels.shape[0]!];
      for (const count of counts) {
        const [imageAxis, otherAxis] = countAxes(images, count, images.lastFirst);
        if (imageAxis === undefined || count === 0) continue;
        const score =
          1000 * images.shape.length +
          // Pixels among transforms, names and the like; and nothing has fewer than four by four of them.
          3000 * Number(partOf(ownName(images.name)) === 'images') -
          5000 * Number(elements(images.shape) / count < 16) +
          50 * Number(placeOf(images.name) === placeOf(labels.name)) +
          // Names of three classes number no colours.
          200 * Number(imageAxis === usualAxis(images)) +
          100 * Number(partOf(images.name) === 'images') +
          100 * Number(partOf(labels.name) === 'labels') +
          10 * Number(isVector(labels.shape)) +
          5 * Number(labels.type === 'numbers') +
          2 * Number(/fine|int/i.test(labels.name));
        pairs.push({ images, labels, count, imageAxis, otherAxis, score });
      }
    }
  }
  return pairs.sort((a, b) => b.score - a.score)[0];
}

/** Whether there is anything that could be images with labels; whether they fit is seen when they are read. */
export const couldBeImages = (arrays: readonly NamedArray[]): boolean =>
  arrays.some(({ type, shape }) => type === 'numbers' && shape.length >= 2 && shape.length <= 4 && !isVector(shape));

/** Throws a DatasetError when images or labels are missing or do not fit each other. */
export async function arrange(source: Source, arrays: readonly NamedArray[], options: ReadOptions): Promise<RawDataset> {
  const { limits, reading } = options;
  const problems: Problem[] = [];
  const readings: Reading[] = [];
  const pairs = findPairs(source, arrays, problems, { wanted: reading, readings });
  const chosen = [pairs.train, pairs.test].filter((pair) => pair !== undefined);
  const pieces = chosen.map((pair) => piecesOf(pair, arrays));
  nameTheRest(pieces.flat(), arrays, problems, readings);
  const bytes = pieces.flat().reduce((sum, { images }) => sum + elements(images.shape) * Math.max(images.itemBytes, 1), 0);
  const streams = bytes > limits.heldBytes ? streamsOf(pieces) : undefined;
  if (streams) {
    const marks: Marks[] = [];
    for (const own of pieces) marks.push(joinMarks(await Promise.all(own.map(marksOf))));
    const images = await streamedImages(streams, problems, options);
    return { ...(await labelled(source, { arrays, chosen, images, marks })), problems, readings };
  }
  if (!(bytes <= limits.dataBytes))
    throw new DatasetError(source.label, `its images take ${bytes} bytes of memory; expected at most ${limits.dataBytes}`);
  const splits: { images: NdArray; marks: Marks; names?: string[] | undefined }[] = [];
  for (const pair of pieces.flat()) splits.push({ images: await loadNumbers(pair.images), marks: await marksOf(pair) });
  for (const [i, pair] of pieces.flat().entries()) {
    if (pair.otherAxis === undefined) continue;
    // The first one speaks for all.
    const [first] = pieces.flat();
    const likely = imageAxisOf(splits[0]!.images, first!.imageAxis, first!.otherAxis ?? first!.imageAxis);
    const axes = [likely, likely === first!.imageAxis ? first!.otherAxis! : first!.imageAxis];
    const one = take('axis', axes.map(axisOption), reading, pair.images.place);
    if (i === 0) readings.push(one);
    const axis = one.taken === 'first' ? 0 : pair.images.shape.length - 1;
    if (axis === pair.otherAxis) Object.assign(pair, { imageAxis: axis, otherAxis: pair.imageAxis });
  }
  const read = uniformImages(
    pieces.flat().map((pair, i) => ({ array: splits[i]!.images, count: pair.imageAxis, place: pair.images.place })),
    problems,
  );
  if (areOnTheirSide(arrays, chosen)) {
    for (const one of read) transpose(one);
    problems.push({ file: null, message: turnedUpright });
  }
  const of = <T>(all: readonly T[]): T[][] => pieces.map((own, i) => all.slice(...rangeOf(pieces, i, own.length)));
  const images = of(read).map(joinImages);
  const marks = of(splits.map((split) => split.marks)).map(joinMarks);
  return { ...(await labelled(source, { arrays, chosen, images, marks })), problems, readings };
}

/** Images with their labels, and the names of these. */
async function labelled(
  source: Source,
  {
    arrays,
    chosen,
    images,
    marks,
  }: { arrays: readonly NamedArray[]; chosen: readonly Pair[]; images: readonly RawImages[]; marks: Marks[] },
): Promise<Pick<RawDataset, 'name' | 'classes' | 'train' | 'test'>> {
  const { labels, classes } = namedDigits(labelsOf(marks, chosen), chosen);
  const names = await classNames(arrays, labels);
  const [train, test] = chosen.map((pair, i): RawSplit => ({
    images: images[i]!,
    labels: labels[i]!,
    from: { images: pair.images.place, labels: pair.labels.place },
  }));
  return { name: source.name, ...((names ?? classes) && { classes: names ?? classes! }), train: train!, test: test ?? null };
}

/** Throws a DatasetError: what only has the length of labels, such as the weights of a network, is none that is damaged. */
function labelsOf(marks: Marks[], chosen: readonly Pair[]): Labels {
  try {
    return classLabels(marks);
  } catch (error) {
    const odd = chosen.find(({ labels }) => partOf(ownName(labels.name)) !== 'labels');
    if (!odd || !(error instanceof DatasetError)) throw error;
    const why = error.message.replace(`${odd.labels.place}: `, '');
    throw new NoDataset(
      odd.images.place,
      `no labels are beside it: ${ownName(odd.labels.name)} has as many values as it has images, but ${why}`,
      { cause: error },
    );
  }
}

/** Undefined when not all of them can be read part by part, or when it takes all of an array to tell which axis counts the images. */
function streamsOf(pieces: readonly (readonly Pair[])[]): StreamedArray[][] | undefined {
  const streams = pieces.map((own) =>
    own.flatMap(({ images: { place, shape, itemBytes, lastFirst, parts }, imageAxis, otherAxis }): StreamedArray[] => {
      const fits = otherAxis === undefined && imageAxis === (lastFirst ? shape.length - 1 : 0);
      return parts && fits ? [{ place, shape, itemBytes, count: imageAxis, parts }] : [];
    }),
  );
  return streams.every((own, i) => own.length === pieces[i]!.length) ? streams : undefined;
}

const axisOption = (axis: number): ReadingOption =>
  axis === 0 ? { name: 'first', label: 'the first axis counts the images' } : { name: 'last', label: 'the last axis counts the images' };

interface Choosing {
  wanted: WantedReadings | undefined;
  readings: Reading[];
}

function findPairs(
  source: Source,
  arrays: readonly NamedArray[],
  problems: Problem[],
  { wanted, readings }: Choosing,
): { train: Pair; test?: Pair } {
  const groups = Map.groupBy(arrays, ({ name }) => splitOf(name));
  const pairOf = (split: SplitName): Pair | undefined => {
    const own = groups.get(split);
    if (!own) return undefined;
    const pair = pairUp(own);
    if (!pair) throw unfit(source, own);
    return pair;
  };
  const undivided = groups.get(undefined) ?? [];
  if (groups.size > 1 || !groups.has(undefined)) {
    const train = pairOf('train');
    const [test, val] = [pairOf('test'), groups.has('val') ? pairUp(groups.get('val')!) : undefined];
    const rest = train ? undefined : pairUp(undivided);
    const whole = train && test && wholeSet(groups, train, test);
    if (whole) return whole;
    if (train && (test ?? val)) {
      if (test && val) problems.push({ file: null, message: leftForValidation(val.count) });
      const extra = pairUp(undivided);
      if (extra)
        problems.push({
          file: null,
          message: `${counted(extra.count, 'image')} in ${extra.images.place} ${areOrIs(extra.count)} left out; training and test images are read.`,
        });
      return { train, test: (test ?? val)! };
    }
    const only = train ?? rest ?? test ?? val;
    if (!only) throw unfit(source, arrays);
    return train || !rest || !test ? { train: only } : { train: rest, test };
  }
  // Nothing is called training or test: as many pairs as there are, the first one to train with.
  const likely = pairUp(inOrder(undivided));
  if (!likely) throw unfit(source, arrays);
  const first = chosenPair(likely, undivided, { wanted, readings });
  const others = undivided.filter((array) => array !== first.images && array !== first.labels && /arr_\d+$/.test(array.name));
  const second = pairUp(others);
  if (!second) return { train: first };
  return undivided.indexOf(first.images) < undivided.indexOf(second.images)
    ? { train: first, test: second }
    : { train: second, test: first };
}

/** Of files of which one has images for training and for testing, that one alone: no test images of another set. */
function wholeSet(
  groups: ReadonlyMap<SplitName | undefined, NamedArray[]>,
  train: Pair,
  test: Pair,
): { train: Pair; test: Pair } | undefined {
  const place = placeOf(test.images.name);
  const isOf = ({ name }: NamedArray) => placeOf(name) === place;
  if (place === '' || isOf(train.images)) return undefined;
  const own = pairUp(groups.get('train')!.filter(isOf));
  return own && { train: own, test };
}

/** Where several arrays could be the images, each with labels, the one that is wanted. */
function chosenPair(likely: Pair, arrays: readonly NamedArray[], { wanted, readings }: Choosing): Pair {
  const stem = shardOf(likely.images.name).stem;
  const alike = arrays.filter(
    (array) =>
      array === likely.images ||
      (array.shape.length === likely.images.shape.length && shardOf(array.name).stem !== stem && !/arr_\d+$/.test(array.name)),
  );
  const pairs = alike.flatMap((images) => {
    const pair = images === likely.images ? likely : pairUp([images, ...arrays.filter((other) => !alike.includes(other))]);
    return pair?.images === images && elements(images.shape) / pair.count >= 16 ? [pair] : [];
  });
  if (pairs.length < 2) return likely;
  const others = pairs.filter((pair) => pair !== likely);
  const options = [likely, ...others].map(({ images }) => ({
    name: images.name,
    label: `the array ${images.name}, ${images.shape.join(' × ')}`,
  }));
  const reading = take('images', options, wanted, likely.images.place);
  readings.push(reading);
  return pairs.find(({ images }) => images.name === reading.taken)!;
}

/** The pair and those that continue it: the same names but for their numbers, such as 1.mat, 2.mat and x_train_0, x_train_1. */
function piecesOf(pair: Pair, arrays: readonly NamedArray[]): Pair[] {
  const [own, labels] = [shardOf(pair.images.name), shardOf(pair.labels.name)];
  if (own.numbers === '' || own.numbers !== labels.numbers || own.stem === labels.stem || splitOf(own.stem) !== splitOf(pair.images.name))
    return [pair];
  const rest = pair.images.shape.filter((_, axis) => axis !== pair.imageAxis).join();
  const found = arrays.flatMap((images): (Pair & { numbers: string })[] => {
    const shard = shardOf(images.name);
    if (shard.stem !== own.stem || images.shape.length !== pair.images.shape.length) return [];
    const partner = arrays.find(({ name }) => shardOf(name).stem === labels.stem && shardOf(name).numbers === shard.numbers);
    const pieces = partner && pairUp([images, partner]);
    if (!pieces || images.shape.filter((_, axis) => axis !== pieces.imageAxis).join() !== rest) return [];
    return [{ ...pieces, numbers: shard.numbers }];
  });
  return found.length > 1 ? found.sort((a, b) => byName(a.numbers, b.numbers)) : [pair];
}

function rangeOf(pieces: readonly Pair[][], part: number, length: number): [number, number] {
  const start = pieces.slice(0, part).reduce((sum, own) => sum + own.length, 0);
  return [start, start + length];
}

/** Arrays that could be images too, but are not among those that are read. */
function nameTheRest(read: readonly Pair[], arrays: readonly NamedArray[], problems: Problem[], readings: readonly Reading[]): void {
  const shapes = new Set(read.map(({ images }) => images.shape.slice(1).join()));
  // Of tables each line, or each column, is an image of as many pixels.
  const tables = read.filter(({ images }) => images.shape.length === 2);
  const isTable = ({ shape }: NamedArray) =>
    tables.some(({ images, imageAxis }) => shape[1 - imageAxis] === images.shape[1 - imageAxis] && shape[1 - imageAxis]! >= fewestPixels);
  const taken = new Set(read.flatMap(({ images, labels }) => [images, labels]));
  const isTold = ({ place, name }: NamedArray) =>
    problems.some(({ message }) => / (?:is|are) left out/.test(message) && message.includes(` in ${place} `)) ||
    readings.some(({ about, options }) => about === 'images' && options.some((option) => option.name === name));
  const rest = arrays.filter(
    (array) =>
      !taken.has(array) &&
      array.type === 'numbers' &&
      array.shape.length > 1 &&
      splitOf(array.name) !== 'val' &&
      !isVector(array.shape) &&
      partOf(ownName(array.name)) !== 'labels',
  );
  const alike = rest.filter((array) => (array.shape.length === 2 ? isTable(array) : shapes.has(array.shape.slice(1).join())));
  // What has another size may be a second set, or bands of another sensor.
  const unlike = rest.filter(
    (array) =>
      array.shape.length > 2 &&
      !alike.includes(array) &&
      !isTold(array) &&
      elements(array.shape) / array.shape[usualAxis(array)]! >= fewestPixels &&
      array.shape.toSorted((a, b) => b - a)[2]! > 1,
  );
  for (const [what, of] of [
    ['of such images', alike],
    ['that could be images', unlike],
  ] as const)
    if (of.length > 0)
      problems.push({
        file: null,
        message: `${of.length} more ${of.length === 1 ? 'array' : 'arrays'} ${what}, ${of
          .slice(0, 5)
          .map(({ name }) => name)
          .join(', ')}, ${of.length === 1 ? 'is' : 'are'} left out; ${read[0]!.images.name} is read.`,
      });
}

/** Fewer are landmarks, boxes and the like. */
const fewestPixels = 256;

/** arr_0, arr_1, … as numpy.savez calls what is given without names: by number. */
const inOrder = (arrays: readonly NamedArray[]): NamedArray[] =>
  [...arrays].sort((a, b) => a.name.length - b.name.length || (a.name < b.name ? -1 : 1));

function unfit(source: Source, arrays: readonly NamedArray[]): DatasetError {
  const list = arrays
    .slice(0, 6)
    .map(({ name, shape }) => `${name.slice(name.lastIndexOf('/') + 1)} (${shape.join(' × ')})`)
    .join(', ');
  const more = arrays.length > 6 ? ` and ${arrays.length - 6} more` : '';
  const why = !couldBeImages(arrays)
    ? 'no array in it has the two to four axes of images'
    : arrays.every((array) => elements(array.shape) === 0)
      ? 'the arrays in it are empty'
      : 'no array of images in it has an array of as many labels beside it';
  return new NoDataset(
    source.label,
    `${why}; found ${list}${more}; expected e.g. x_train (images, height, width, channels) and y_train (images)`,
  );
}

async function loadNumbers(named: NamedArray): Promise<NdArray> {
  const array = await named.load();
  if (array instanceof Array) throw new DatasetError(named.place, 'it holds text; expected numbers');
  return array;
}

async function marksOf({ labels, count }: Pair): Promise<Marks> {
  const array = await labels.load();
  if (array instanceof Array) return { values: array, place: labels.place };
  if (isVector(array.shape)) return { values: array.data, place: labels.place };
  const imageAxis = array.shape[0] === count ? 0 : 1;
  const steps = strides(array);
  const [row, column] = [steps[imageAxis]!, steps[1 - imageAxis]!];
  // Some mark with −1 what others leave 0.
  const signed = array.data.every((value: number | bigint) => Math.abs(Number(value)) === 1);
  const valueAt = (i: number, j: number) => Number(array.data[i * row + j * column]);
  const get = signed ? (i: number, j: number) => Math.max(valueAt(i, j), 0) : valueAt;
  const values = fromOneHot(count, array.shape[1 - imageAxis]!, get, labels.place);
  return { values, place: labels.place };
}

/** SVHN and other digits in MATLAB's manner: 1 to 9, and 10 for zero. */
function namedDigits(read: Labels, pairs: readonly Pair[]): Labels {
  const digits = read.classes?.length === 10 && read.classes[0] === '1' && read.classes[9] === '10';
  // Rows of colours in this manner are of STL-10, whose tenth class is no zero.
  if (!digits || !pairs.every(({ images }) => images.lastFirst && !isRows(images, 27_648))) return read;
  return {
    labels: read.labels.map((labels) => labels.map((label) => (label + 1) % 10)),
    classes: Array.from({ length: 10 }, (_, i) => String(i)),
  };
}

/** An array of as many names as there are classes; MATLAB's cells are not: its data sets have always been known by numbers. */
async function classNames(arrays: readonly NamedArray[], labels: readonly Uint16Array[]): Promise<string[] | undefined> {
  const named = arrays.find(
    ({ name, type, shape, lastFirst }) => type === 'text' && !lastFirst && shape.length === 1 && /class|name/i.test(name),
  );
  if (!named) return undefined;
  const names = (await named.load()) as string[];
  let highest = 0;
  for (const split of labels) for (const label of split) highest = Math.max(highest, label);
  return names.length === highest + 1 && new Set(names).size === names.length ? names : undefined;
}

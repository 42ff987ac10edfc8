/** Arrays that a file each says what they are: a class in every file, or an image with its label in every file, or images in folders of classes. */
import { areOrIs, counted } from '../../counted.ts';
import { DatasetError } from '../../errors.ts';
import { placeImages } from '../../images/placing.ts';
import type { Problem, RawDataset, RawImages, RawSplit } from '../../raw.ts';
import { baseName, folderName, stem, type Source } from '../../sources/source.ts';
import { leftForValidation, mentionedSplit, type SplitName } from '../../splits.ts';
import { byName, classLabels } from '../labels.ts';
import type { ReadOptions } from '../reader.ts';
import type { NamedArray } from './arrange.ts';
import { elements, uniformImages, type ImageArray, type NdArray } from './ndarray.ts';
import { joinImages } from './shards.ts';
import { streamedImages } from './streamed.ts';

/** Undefined when the arrays are laid out in none of these ways. Throws a DatasetError. */
export async function arrangeByFile(source: Source, arrays: readonly NamedArray[], options: ReadOptions): Promise<RawDataset | undefined> {
  const files = Map.groupBy(arrays, fileOf);
  if (files.size < 2) return undefined;
  return (
    (await imagesWithLabels(source, files, options)) ??
    (await inClassFolders(source, arrays, options)) ??
    (await classPerFile(source, files, options))
  );
}

const fileOf = ({ place }: Pick<NamedArray, 'place'>): string => place.replace(/, (?:array|variable|tensor) .*$/, '');
const ownName = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
const isImage = ({ type, shape }: NamedArray): boolean =>
  type === 'numbers' &&
  (shape.length === 2 || (shape.length === 3 && shape.some((size) => size <= 4))) &&
  shape.filter((size) => size >= 8).length >= 2;

/** Whatever lies in all files under one name: an image, and a single number or name. */
async function imagesWithLabels(
  source: Source,
  files: ReadonlyMap<string, NamedArray[]>,
  options: ReadOptions,
): Promise<RawDataset | undefined> {
  const all = [...files.values()];
  const inAll = (fits: (array: NamedArray) => boolean) =>
    all[0]!
      .filter((array) => fits(array) && all.every((own) => own.some((other) => ownName(other.name) === ownName(array.name) && fits(other))))
      .map(({ name }) => ownName(name));
  const images = inAll(isImage).filter((name) => !/mask|border|segment|contour/i.test(name));
  const labels = inAll(({ shape }) => elements(shape) === 1).filter((name) => /label|class|target|^y$/i.test(name));
  const [image, label] = [images.find((name) => /im(?:age|g)/i.test(name)) ?? images[0], labels[0]];
  if (image === undefined || label === undefined) return undefined;
  const of = (own: readonly NamedArray[], name: string) => own.find((array) => ownName(array.name) === name)!;
  const sizes = new Map<string, NamedArray[][]>();
  for (const own of all) {
    const shape = of(own, image).shape.join(' × ');
    sizes.set(shape, [...(sizes.get(shape) ?? []), own]);
  }
  const problems: Problem[] = [];
  const [usual, ...others] = [...sizes.values()].sort((a, b) => b.length - a.length);
  const left = others.reduce((sum, own) => sum + own.length, 0);
  const shape = of(usual![0]!, image).shape;
  if (left > 0)
    problems.push({
      file: null,
      message: `${counted(left, 'image', 'are')} not of ${shape.join(' × ')} like most and ${areOrIs(left)} left out.`,
    });
  checkBytes(source, usual!.length * elements(shape) * of(usual![0]!, image).itemBytes, options);
  const marks: string[] = [];
  for (const own of usual!) {
    const value = await of(own, label).load();
    marks.push(String(Array.isArray(value) ? value[0] : value.data[0]));
  }
  const read = await stacked(
    usual!.map((own) => of(own, image)),
    problems,
  );
  const { labels: classes, classes: names } = classLabels([{ values: marks, place: of(usual![0]!, label).place }]);
  const place = of(usual![0]!, image).place;
  const train: RawSplit = { images: read, labels: classes[0]!, from: { images: place, labels: of(usual![0]!, label).place } };
  return { name: source.name, ...(names && { classes: names }), train, test: null, problems };
}

/** An array for every image, in a folder for every class. */
async function inClassFolders(source: Source, arrays: readonly NamedArray[], options: ReadOptions): Promise<RawDataset | undefined> {
  if (!arrays.every(isImage)) return undefined;
  const [{ shape, itemBytes }] = arrays as [NamedArray];
  const { homes, notes } = placeImages(arrays.map(({ name }) => name));
  const homeOf = ({ name }: NamedArray) => homes.get(folderName(name));
  const placed = arrays.filter((array) => homeOf(array)?.className !== undefined);
  const classes = [...new Set(placed.map((array) => homeOf(array)!.className!))].sort(byName);
  if (classes.length < 2) return undefined;
  const odd = placed.find((array) => array.shape.join() !== shape.join());
  if (odd)
    throw new DatasetError(odd.place, `it is ${odd.shape.join(' × ')}, but others are ${shape.join(' × ')}; expected arrays of one shape`);
  checkBytes(source, placed.length * elements(shape) * itemBytes, options);
  const problems: Problem[] = notes.map((message) => ({ file: null, message }));
  const splits = (['train', 'test', 'val'] as const).map((split) => placed.filter((array) => (homeOf(array)!.split ?? 'train') === split));
  const [train, test, val] = splits;
  const parts = [train, test!.length > 0 ? test : val].filter((part) => part!.length > 0) as NamedArray[][];
  const joined = await stacked(parts.flat(), problems);
  const size = joined.values.length / joined.count;
  let at = 0;
  const [first, second] = parts.map((part): RawSplit => {
    const images = { ...joined, count: part.length, values: joined.values.subarray(at * size, (at + part.length) * size) };
    at += part.length;
    const labels = Uint16Array.from(part, (array) => classes.indexOf(homeOf(array)!.className!));
    return { images, labels, from: { images: part[0]!.place, labels: source.label } };
  });
  return { name: source.name, classes, train: first!, test: second ?? null, problems };
}

/** Quick, Draw! and others: the name of the file is the class of all images in it. */
async function classPerFile(
  source: Source,
  files: ReadonlyMap<string, NamedArray[]>,
  options: ReadOptions,
): Promise<RawDataset | undefined> {
  const arrays = [...files.values()].flatMap((own) => (own.length === 1 ? own : []));
  return arrays.length === files.size ? classPerArray(source, arrays, options) : undefined;
}

/** "train0", "train1", …, "test0", "test1", …, as MNIST is kept in one file: each holds the images of a class. */
export async function classPerName(source: Source, arrays: readonly NamedArray[], options: ReadOptions): Promise<RawDataset | undefined> {
  const parts = arrays.map(({ name }) => /^(?<split>train(?:ing)?|test(?:ing)?)[-_]?(?<className>\d{1,3})$/i.exec(ownName(name))?.groups);
  if (parts.includes(undefined)) return undefined;
  const bySplit = Map.groupBy(parts, (part) => part!.split!.toLowerCase());
  const classesOf = (of: typeof parts) => of.map((part) => Number(part!.className)).sort((a, b) => a - b);
  const [first, second, ...others] = [...bySplit.values()].map((of) => classesOf(of).join());
  if (first === undefined || first !== second || others.length > 0) return undefined;
  const named = arrays.map((array, i) => ({ ...array, name: `${parts[i]!.split!}/${parts[i]!.className!}` }));
  return classPerArray(source, named, options, 'arrays');
}

/** Arrays that are called otherwise than classes are: several of them hold the same images, or a network. */
const noClass =
  /^(?:arr_?\d+|[xy]|(?:.*[-_])?(?:data|images?|imgs?|labels?|features?|pixels?|masks?|depths?|gt|mean|std|weights?|kernel|bias|rgb|nir|flow|seg))$/i;

/** "cat", "dog", or "cat/images", "dog/images", or "cat/0001", "cat/0002", … in one HDF5 file, perhaps below groups for training and testing. */
export async function classPerGroup(source: Source, arrays: readonly NamedArray[], options: ReadOptions): Promise<RawDataset | undefined> {
  if (arrays.length < 2 || arrays.some(({ lastFirst, place }) => lastFirst || fileOf({ place }) !== fileOf(arrays[0]!))) return undefined;
  const paths = arrays.map(({ name }) => name.split('/'));
  const common = paths[0]!.findIndex((part, i) => paths.some((path) => path[i] !== part));
  const own = paths.map((path) => path.slice(common));
  const named = (names: readonly string[][]) => arrays.map((array, i) => ({ ...array, name: names[i]!.join('/') }));
  if (arrays.every(isImage)) return own.every(({ length }) => length > 1) ? inClassFolders(source, named(own), options) : undefined;
  const isRepeated = own.every((path) => path.length > 1 && path.at(-1) === own[0]!.at(-1));
  const names = isRepeated ? own.map((path) => path.slice(0, -1)) : own;
  return names.some((path) => noClass.test(path.at(-1) ?? '')) ? undefined : classPerArray(source, named(names), options, 'arrays');
}

/** The same of arrays that are called as their files are. */
export async function classPerArray(
  source: Source,
  arrays: readonly NamedArray[],
  options: ReadOptions,
  what: 'files' | 'arrays' = 'files',
): Promise<RawDataset | undefined> {
  const [first] = arrays;
  if (!first) return undefined;
  const rest = ({ shape }: NamedArray) => shape.slice(1).join(' × ');
  const isStack = ({ shape, type }: NamedArray) =>
    type === 'numbers' && shape.length >= 2 && shape.length <= 4 && elements(shape.slice(1)) >= 16;
  if (!arrays.every((array) => isStack(array) && rest(array) === rest(first))) return undefined;
  if (arrays.some(({ name }) => mentionedSplit(stem(baseName(name))) !== undefined)) return undefined;
  const splits = arrays.map(({ name }) => mentionedSplit(folderName(name))?.split ?? 'train');
  const stems = arrays.map(({ name }) => stem(baseName(name)));
  const distinct = [...new Set(stems)];
  const short = withoutCommon(distinct);
  const names = stems.map((name) => short[distinct.indexOf(name)]!);
  const problems: Problem[] = [
    {
      file: null,
      message: `Classes are taken from the names of the ${what}: all images in ${what === 'arrays' ? first.place : first.name} are of class ${names[0]!}.`,
    },
  ];
  const order = short.toSorted(byName);
  const of = (split: SplitName) => [...arrays.keys()].filter((i) => splits[i] === split);
  const [train, test, val] = [of('train'), of('test'), of('val')];
  if (train.length === 0) return undefined;
  if (test.length > 0 && val.length > 0)
    problems.push({ file: null, message: leftForValidation(val.reduce((sum, i) => sum + arrays[i]!.shape[0]!, 0)) });
  const parts = [train, test.length > 0 ? test : val].filter((part) => part.length > 0);
  const images = await imagesOf(
    source,
    parts.map((part) => part.map((i) => arrays[i]!)),
    problems,
    options,
  );
  const [trained, tested] = parts.map((part, p): RawSplit => ({
    images: images[p]!,
    labels: Uint16Array.from(part.flatMap((i) => Array.from({ length: arrays[i]!.shape[0]! }, () => order.indexOf(names[i]!)))),
    from: { images: arrays[part[0]!]!.place, labels: source.label },
  }));
  return { name: source.name, classes: order, train: trained!, test: tested ?? null, problems };
}

/** The images of each part, from arrays that continue each other. */
async function imagesOf(
  source: Source,
  parts: readonly (readonly NamedArray[])[],
  problems: Problem[],
  options: ReadOptions,
): Promise<RawImages[]> {
  const all = parts.flat();
  const bytes = all.reduce((sum, { shape, itemBytes }) => sum + elements(shape) * itemBytes, 0);
  if (bytes > options.limits.heldBytes && all.every((array) => array.parts && !array.lastFirst))
    return streamedImages(
      parts.map((part) => part.map((array) => ({ ...array, count: 0, parts: array.parts! }))),
      problems,
      options,
    );
  checkBytes(source, bytes, options);
  const loaded: ImageArray[] = [];
  for (const array of all) loaded.push({ array: await numbersOf(array), count: 0, place: array.place });
  const read = uniformImages(loaded, problems);
  return parts.map((part) => joinImages(read.splice(0, part.length)));
}

/** "full_numpy_bitmap_cat" beside "full_numpy_bitmap_dog" are "cat" and "dog". */
function withoutCommon(names: readonly string[]): string[] {
  const words = names.map((name) => name.split(/(?<=[-_. ])/));
  let common = 0;
  while (words.every((own) => own.length > common + 1 && own[common] === words[0]![common])) common++;
  return words.map((own) => own.slice(common).join(''));
}

async function numbersOf(named: NamedArray): Promise<NdArray> {
  const array = await named.load();
  if (Array.isArray(array)) throw new DatasetError(named.place, 'it holds text; expected numbers');
  return array;
}

/** Arrays of one shape as one with their number in front. */
async function stacked(arrays: readonly NamedArray[], problems: Problem[]) {
  const loaded: NdArray[] = [];
  for (const named of arrays) loaded.push(await numbersOf(named));
  const images = loaded.map((array, i) => ({
    array: { ...array, shape: array.fortran ? [...array.shape, 1] : [1, ...array.shape] },
    count: array.fortran ? array.shape.length : 0,
    place: arrays[i]!.place,
  }));
  return joinImages(uniformImages(images, problems));
}

function checkBytes(source: Source, bytes: number, { limits }: ReadOptions): void {
  if (!(bytes <= limits.dataBytes))
    throw new DatasetError(source.label, `its images take ${bytes} bytes of memory; expected at most ${limits.dataBytes}`);
}

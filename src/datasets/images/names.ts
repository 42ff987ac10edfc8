/** Image files that are named after their classes and numbered: cat.0.jpg, beagle_12.png, A_test.jpg, or numbered first: 0_cat.png. */
import { areOrIs, counted } from '../counted.ts';
import { DatasetError, NoDataset } from '../errors.ts';
import { contentsOf } from '../formats/contents.ts';
import { byName } from '../formats/labels.ts';
import type { Reader, ReadOptions } from '../formats/reader.ts';
import type { Problem, RawDataset, RawSplit } from '../raw.ts';
import { baseName, folderName, stem, type Source, type SourceFile } from '../sources/source.ts';
import { leftForValidation, mentionedSplit, saidByNames, splitName, splitsInNames, withoutSplit, type SplitName } from '../splits.ts';
import { imageFiles } from './pool.ts';

/** A class has so many images on average at least; names that are all different are no classes. */
const perClass = 2;
/** Of fewer images the numbers in their names tell nothing. */
const fewest = 8;

export const nameReader: Reader = {
  name: 'named image files',
  kinds: ['image'],
  looksLike: async (source, options) => (await contentsOf(source, options)).items.some(({ kind, gzip }) => kind === 'image' && !gzip),
  read: readNamed,
};

interface Named {
  file: SourceFile;
  className: string;
  split: SplitName | undefined;
}

/** "obj1__35", "s2_7": where objects are numbered as well, they are the classes; of dates, and of several numbers, none is. */
function numberedClass(path: string): string | undefined {
  const match = /^(?<name>\D*\p{L}\D*\d{1,4})[-_. ]+\d+$/u.exec(stem(path).normalize('NFC'));
  return match?.groups!.name!.replace(/[-_. ]+$/, '');
}

/** The word or words before the number; undefined when it is a number alone, or there is no number. */
export function classInName(path: string): string | undefined {
  const match = /^(?<name>.*?\p{L}.*?)(?:[-_. ]*\(?\d+\)?)+$/u.exec(stem(path).normalize('NFC'));
  const name = match?.groups!.name!.replace(/[-_. ]+$/, '');
  // "IMG_2031", "photo12": cameras and lists number everything alike; that is seen when all names are one class.
  return name === '' ? undefined : name;
}

/** "0_cat", "1_dog": where the numbers count the images of a folder, what follows them is the class. */
function classesBehindNumbers(files: readonly SourceFile[]): (path: string) => string | undefined {
  const partsOf = (path: string) => {
    const found = /^(?<number>\d+)[-_. ]+(?<name>\p{L}\P{N}*)$/u.exec(stem(path).normalize('NFC'))?.groups;
    return found && mentionedSplit(found.name!) ? undefined : found;
  };
  const parts = new Map(files.map(({ path }) => [path, partsOf(path)] as const));
  const numbers = new Set([...parts].map(([path, found]) => found && `${folderName(path)}/${Number(found.number)}`));
  const areCounted = !numbers.has(undefined) && numbers.size === files.length;
  return (path) => (areCounted ? parts.get(path)?.name : undefined);
}

/** "img_12_label_3": the number is called a label. */
function calledLabel(path: string): string | undefined {
  const match = /(?:^|[-_. ])(?:label|class|cls)[-_= ]?(?<number>\d{1,4})(?=$|[-_. ])/i.exec(stem(path));
  return match?.groups!.number;
}

const extension = /\.(?:png|jpe?g|webp|gif|bmp|tiff?|avif|p[bgp]m)$/i;

/** "subject01.glasses", "subject02.glasses", …: people are numbered alike, and what comes behind the dot comes again with others. */
function beforeDots(files: readonly SourceFile[]): (path: string) => string | undefined {
  const partsOf = (path: string) => /^(?<name>\p{L}+\d+)\.(?<way>\p{L}.*)$/u.exec(baseName(path).replace(extension, ''))?.groups;
  const parts = files.map(({ path }) => partsOf(path)).filter((found) => found !== undefined);
  const ways = new Set(parts.map((found) => found.way));
  const isGrid = perClass * ways.size <= parts.length && 10 * parts.length >= 9 * files.length;
  return (path) => (isGrid ? partsOf(path)?.name : undefined);
}

/** The numbers that a name consists of; undefined where there is anything else in it. */
const numbersIn = (path: string): string[] | undefined =>
  /^\d+(?:[-_ ]+\d+)+(?:\.chip)?(?=\.|$)/.exec(baseName(path))?.[0].match(/\d+/g) ?? undefined;

/** "00012_3", "3_00012": of two numbers the one that comes again and again is the class where the other is never there twice. */
function besideCount(files: readonly SourceFile[]): { side?: number; classOf: (path: string) => string | undefined } {
  const parts = new Map(files.map(({ path }) => [path, numbersIn(path)] as const));
  const all = [...parts].map(([path, numbers]) => ({ folder: folderName(path), numbers }));
  if (files.length < fewest || all.some(({ numbers }) => numbers?.length !== 2)) return { classOf: () => undefined };
  const values = (side: number) =>
    all.map(({ folder, numbers }) => ({ own: numbers![side]!, inFolder: `${folder}/${Number(numbers![side])}` }));
  const isCount = (side: number) => new Set(values(side).map(({ inFolder }) => inFolder)).size === files.length;
  const isClass = (side: number) => {
    const of = new Set(values(side).map(({ own }) => own));
    return of.size > 1 && perClass * of.size <= files.length && [...of].every((number) => number.length <= 3);
  };
  const side = [0, 1].find((one) => isClass(one) && isCount(1 - one));
  return side === undefined ? { classOf: () => undefined } : { side, classOf: (path) => parts.get(path)?.[side] };
}

/** What the numbers could mean, where the names are nothing but numbers, all or nearly all, and do not tell. */
function unclear(files: readonly SourceFile[]): string | undefined {
  const byCount = Map.groupBy(files, ({ path }) => numbersIn(path)?.length);
  const [count, usual] = [...byCount].reduce((most, one) => (one[1].length > most[1].length ? one : most));
  if (count === undefined || usual.length < fewest || usual.length < 0.9 * files.length) return undefined;
  const different = Array.from({ length: count }, (_, k) => new Set(usual.map(({ path }) => numbersIn(path)![k])).size);
  const places = different.map((values, k) => `the ${ordinals[k] ?? `${k + 1}th`} (${values} different)`);
  return `${usual.length} of its images are named by ${count} numbers each, such as ${baseName(usual[0]!.path)}, and the class could be ${places.slice(0, -1).join(', ')} or ${places.at(-1)!}; expected a folder for each class, a list of files and labels, or names such as cat_7.png`;
}

const ordinals = ['first', 'second', 'third', 'fourth', 'fifth'];

const splitOfPath = (path: string): SplitName | undefined =>
  folderName(path)
    .split('/')
    .reverse()
    .map((name) => splitName(name) ?? mentionedSplit(name)?.split)
    .find((split) => split !== undefined);

const unsplit = (path: string): string => `${folderName(path)}/${withoutSplit(stem(path))}.png`;

async function readNamed(source: Source, options: ReadOptions): Promise<RawDataset> {
  const { items } = await contentsOf(source, options);
  const files = items.filter(({ kind, gzip }) => kind === 'image' && !gzip).map(({ file }) => file);
  // "train_cat_1" beside "test_cat_1".
  const parts = files.some(({ path }) => splitOfPath(path))
    ? undefined
    : splitsInNames(files.map(({ path }) => ({ name: stem(path), className: classInName(unsplit(path)) ?? '' })));
  const namedBy = (classOf: (path: string) => string | undefined) =>
    files.flatMap((file, i): Named[] => {
      const className = classOf(parts ? unsplit(file.path) : file.path);
      return className === undefined ? [] : [{ file, className, split: parts ? parts[i] : splitOfPath(file.path) }];
    });
  const isDivided = (those: readonly Named[]) => new Set(those.map(({ className }) => className)).size > 1;
  const doubt = files.length >= fewest ? unclear(files) : undefined;
  const numbering = besideCount(files);
  const byCount = namedBy(numbering.classOf);
  const named =
    [...[calledLabel, classInName, numberedClass, classesBehindNumbers(files)].map(namedBy), byCount, namedBy(beforeDots(files))].find(
      isDivided,
    ) ?? [];
  const problems: Problem[] = [];
  const train = named.filter(({ split }) => split === undefined || split === 'train');
  const classes = [...new Set(train.map(({ className }) => className))].sort(byName);
  const isNone = classes.length < 2 || train.length < perClass * classes.length;
  if (isNone && doubt !== undefined) throw new DatasetError(source.label, doubt);
  if (isNone)
    throw new NoDataset(
      source.label,
      `its ${files.length} images lie in no folders named after classes, are in no list with labels, and are not named after classes; expected e.g. train/cat/1.png and train/dog/1.png`,
    );
  const index = new Map(classes.map((name, i) => [name, i]));
  const test = ['test', 'val']
    .map((split) => named.filter((one) => one.split === split && index.has(one.className)))
    .find((of) => of.length > 0);
  const validation =
    test?.[0]?.split === 'val' ? 0 : named.filter(({ split, className }) => split === 'val' && index.has(className)).length;
  if (validation > 0) problems.push({ file: null, message: leftForValidation(validation) });
  const left = files.length - train.length - (test?.length ?? 0) - validation;
  if (left > 0)
    problems.push({
      file: null,
      message: `${counted(left, 'image')}, whose ${left === 1 ? 'name says' : 'names say'} no class, ${areOrIs(left)} left out.`,
    });
  const example = train[0]!;
  const side = named === byCount ? `, the ${numbering.side === 0 ? 'first' : 'second'} number of its name` : '';
  problems.push({
    file: null,
    message: `Classes are taken from the names of the files: ${example.file.path} is of class ${example.className}${side}.`,
  });
  if (parts) problems.push({ file: null, message: saidByNames(example.file.path, 'train') });
  const splitOf = (of: readonly Named[]): RawSplit => ({
    images: imageFiles(
      source,
      of.map(({ file }) => file),
      options,
    ),
    labels: Uint16Array.from(of, ({ className }) => index.get(className)!),
    from: { images: source.label, labels: source.label },
  });
  return { name: source.name, classes, train: splitOf(train), test: test ? splitOf(test) : null, problems };
}

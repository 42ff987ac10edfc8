/** What the names of folders, files, arrays and the entries of columns say about the use of images. */

import { counted } from './counted.ts';

export type SplitName = 'train' | 'test' | 'val';

const names: Record<string, SplitName> = Object.fromEntries(
  Object.entries({
    train: 'train training trn tr tra',
    test: 'test testing tst te tes t10k',
    val: 'val valid validation validate dev eval evaluation holdout',
  }).flatMap(([split, words]) => words.split(' ').map((word) => [word, split as SplitName])),
);
/** Words that add nothing to the name of a split. */
const plain =
  /^(?:sets?|splits?|images?|imgs?|pictures?|photos?|pics?|data|datasets?|folders?|samples?|batch(?:es)?|final|my|the|raw|parts?|chunks?|shards?|jpe?gs?|pngs?)$/;
const joined = /^(?<split>train(?:ing)?|test(?:ing)?|val(?:id|idation)?)(?:sets?|images?|imgs?|data|batch)$/;

/** "seg_trainSet2" gives seg, train, set. */
export function wordsOf(name: string): string[] {
  return name
    .normalize('NFC')
    .replaceAll(/t10k/gi, ' test ')
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter(Boolean)
    .map((word) => joined.exec(word)?.groups?.split ?? word);
}

/** The split that a name mentions, and what else is in it; undefined when it mentions none or several. */
export function mentionedSplit(name: string): { split: SplitName; rest: string } | undefined {
  const words = wordsOf(name);
  const found = words.filter((word) => Object.hasOwn(names, word));
  if (new Set(found.map((word) => names[word])).size !== 1) return undefined;
  const rest = words.filter((word) => !Object.hasOwn(names, word) && !plain.test(word)).join(' ');
  const split = names[found[0]!]!;
  // As competitions divide their test images: those of the public part are what entries are chosen by.
  if (split === 'test' && /^(?:public|private)$/.test(rest)) return { split: rest === 'public' ? 'val' : 'test', rest: '' };
  return { split, rest };
}

/** "trainval", "train_val_list": what is for training and validation alike, which is to train with where nothing divides it. */
export const isForBoth = (name: string): boolean => {
  const words = wordsOf(name);
  if (words.includes('trainval') || words.includes('trainvalid')) return true;
  const found = new Set(words.filter((word) => Object.hasOwn(names, word)).map((word) => names[word]));
  return found.size === 2 && found.has('train') && found.has('val');
};

/** The split that a name stands for and nothing besides: "train", "Training set", "val_images", "test-256". */
export function splitName(name: string): SplitName | undefined {
  const found = mentionedSplit(name);
  return found?.rest === '' ? found.split : undefined;
}

/**
 * What the names that stand side by side stand for: those of splits, and those that differ by the split alone, such as
 * "seg_train" and "seg_test". Undefined: no split.
 */
export function splitNames(all: readonly string[]): (SplitName | undefined)[] {
  const found = all.map(mentionedSplit);
  return found.map((one) => {
    if (!one) return undefined;
    const partner = found.some((other) => other && other.rest === one.rest && other.split !== one.split);
    return one.rest === '' || partner ? one.split : undefined;
  });
}

/** A name with nothing in it but words such as "images", numbers behind them, and years. */
export const saysNothing = (name: string): boolean =>
  wordsOf(name).every((word) => plain.test(word)) && (/\p{L}/u.test(name) || isYear(name));

export const isYear = (name: string): boolean => /^(?:19|20)\d\d$/.test(name);

/** A few of the images of another part, once more. */
export const isSample = (name: string): boolean => wordsOf(name).some((word) => /^samples?$/.test(word));

/** What is read of files that each stand for a split, by their names. Without a part for testing, that for validation is it. */
export function divided<T>(items: readonly T[], nameOf: (item: T) => string): { parts: T[][]; left: T[] } {
  const groups = Map.groupBy(items, (item) => mentionedSplit(nameOf(item))?.split ?? 'train');
  const [train, test, val] = [groups.get('train'), groups.get('test'), groups.get('val')];
  if (!train) return { parts: [test ?? val ?? []], left: test && val ? val : [] };
  if (test) return { parts: [train, test], left: val ?? [] };
  return { parts: val ? [train, val] : [train], left: [] };
}

/** Where the word for a split stands in a name's words and what divides them: the first, or the last that is no number. */
function splitWord(words: readonly string[]): { at: number; split: SplitName } | undefined {
  const last = words.findLastIndex((word) => /\p{L}/u.test(word));
  const found = [0, last].map((at) => ({ at, split: splitName(words[at] ?? '') }));
  return found.find((one): one is { at: number; split: SplitName } => one.split !== undefined);
}

const wordsAndBetween = (name: string): string[] => name.split(/([-_. ]+)/);

/** "train_cat_12" without its split is "cat_12". */
export function withoutSplit(name: string): string {
  const words = wordsAndBetween(name);
  const found = splitWord(words);
  if (found) words.splice(Math.max(found.at - 1, 0), 2);
  return words.join('');
}

/**
 * What files are for where each name begins or ends with it, "train_12" and "12_test" in the folders of their classes. Undefined unless
 * all names do, every class has some to train with, and most have others.
 */
export function splitsInNames(files: readonly { name: string; className: string }[]): SplitName[] | undefined {
  const splits: SplitName[] = [];
  const parts = new Map<string, Set<SplitName>>();
  for (const { name, className } of files) {
    const split = splitWord(wordsAndBetween(name))?.split;
    if (split === undefined) return undefined;
    splits.push(split);
    parts.set(className, (parts.get(className) ?? new Set()).add(split));
  }
  const sets = [...parts.values()];
  const isDivided = sets.every((of) => of.has('train')) && 2 * sets.filter(({ size }) => size > 1).length > sets.length;
  return isDivided ? splits : undefined;
}

export const saidByNames = (path: string, split: SplitName): string =>
  `The names of the images say which are for training and which for testing: ${path} is for ${purposes[split]}.`;

export const purposes: Record<SplitName, string> = { train: 'training', test: 'testing', val: 'validation' };

export const leftForValidation = (count: number): string =>
  `${counted(count, 'validation image', 'are')} left out; training and test images are read.`;

/**
 * Which set a file is of, where several lie beside each other: what its path says in front of the first name that mentions a split, and
 * what that name says besides. Parts that are only numbered are of one set. Undefined: no name mentions a split.
 */
export function setOfPath(path: string): string | undefined {
  const names = path.split('/');
  const at = names.findIndex((name) => mentionedSplit(name) !== undefined);
  if (at < 0) return undefined;
  const folders = names.slice(0, at).filter((name) => !/^(?:(?:part|shard|chunk|batch)(?:e?s)?[-_ ]?)?\d+$/i.test(name));
  // "mnist-train.tfrecord-00000-of-00001" is of "mnist".
  const own = names[at]!.replace(/-\d+-of-\d+/, '').replace(/(?<=.)\..*$/, '');
  return [...folders, mentionedSplit(own)?.rest ?? ''].join('/');
}

/** The sets that files are of, if there are several and each has some to train with; by which one is called where it lies. */
export function setsOf<T>(
  items: readonly T[],
  pathOf: (item: T) => string,
  splitOf: (item: T) => SplitName | undefined,
): Map<string, T[]> | undefined {
  const known = new Map<string, string | undefined>();
  const setOf = (item: T) => {
    const path = pathOf(item);
    if (!known.has(path)) known.set(path, setOfPath(path));
    return known.get(path);
  };
  const groups = [...Map.groupBy(items, setOf)];
  const isWhole = ([set, of]: [string | undefined, T[]]) => set !== undefined && of.some((item) => splitOf(item) === 'train');
  if (groups.length < 2 || !groups.every(isWhole)) return undefined;
  const folders = groups.map(([set]) => set!.slice(0, Math.max(set!.lastIndexOf('/'), 0)));
  const areFolders = new Set(folders).size === folders.length && !folders.includes('');
  return new Map(groups.map(([set, of], i) => [areFolders ? folders[i]! : set!.replace(/^\/|\/$/g, '') || pathOf(of[0]!), of]));
}

export const severalSets = (count: number, taken: string): string => `${count} data sets are here, of which ${taken} is read.`;

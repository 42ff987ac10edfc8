/** Where images belong, by the folders that they lie in. */
import { isSample, isYear, mentionedSplit, purposes, saysNothing, splitName, splitNames, wordsOf, type SplitName } from '../splits.ts';
import type { ReadingOption } from '../readings.ts';
import { byName } from '../formats/labels.ts';
import { folderName, stem } from '../sources/source.ts';

/** What a folder says about the images in it. */
export interface Home {
  split: SplitName | undefined;
  /** Undefined: it is no class's folder. */
  className: string | undefined;
  /** Why its images are left out, as the end of a sentence that begins with their number. */
  leftOut?: string;
  /** Its images are left out, and that is said elsewhere. */
  isToldOf?: true;
}

export interface Placing {
  /** By the folder's path. */
  homes: Map<string, Home>;
  /** What could have been taken otherwise. */
  notes: string[];
  /** Which level of folders the classes are, where there are two that could be. */
  levels: ReadingOption[];
  /** Folders that have the same pictures, made otherwise, of which one is taken. */
  variants: ReadingOption[];
}

export type Level = 'outer' | 'inner';

/** What is taken where there is a choice. */
interface Wanted {
  level?: Level | undefined;
  variant?: string | undefined;
  /** Folders are classes even if they are called as variants, years or masks are. */
  areClasses?: boolean | undefined;
}

type Placement = Placing & Wanted;

interface Folder {
  name: string;
  path: string;
  /** Images that lie directly in it. */
  files: string[];
  below: Map<string, Folder>;
}

/** Pictures about pictures, which lie beside them in folders of their own. */
const helpers =
  /^(?:masks?|msks?|segmentations?|annotations?|labels?|ground[-_ ]?truths?|gt|bounding[-_ ]?box(?:es)?|trimaps?|thumb(?:nail)?s?|previews?|overlays?|heat[-_ ]?maps?)(?:[-_ ]?(?:images?|imgs?|pngs?|jpe?gs?|small|\d+(?:x\d+)?))?$/i;
/** Such a name that may be a class's. */
const maybeHelper = /^(?:mask|thumb|label|preview)$/i;
const pictures = /^(?:images?|imgs?|pictures?|photos?|jpe?gs?|pngs?)$/i;
/** Parts whose images have no labels. */
const unlabelled = /(?:^|[-_ ])(?:pred|predict|prediction|predictions|unlabell?ed|unlabel|submission)(?:$|[-_ ])/i;

/** What the same pictures are kept as, those that are as they were taken first. */
const variants =
  /^(?:originals?|raw|colou?r(?:ed)?|rgb|gr[ae]y(?:[-_ ]?scale)?|segmented|cropped|resized|processed|preprocessed|augmented|enhanced|normali[sz]ed|aligned|\d{2,4}(?:px|x\d{2,4}(?:px)?))(?:[-_ ]?(?:images?|imgs?|data|datasets?|version))?$/i;
const original = /^(?:originals?|raw|colou?r|rgb)/i;

/** "benign (1)_mask.png" beside "benign (1).png". */
const helperName = /^(?<of>.+?)[-_. ]+(?:mask|seg|segmentation|annotation|ground[-_ ]?truth|gt|trimap)(?:[-_. ]?\d+)?$/i;

/** Images that belong to others in the same folders, by their names. */
export function helpersBeside(paths: readonly string[]): Set<string> {
  const called = paths.flatMap((path) => {
    const of = helperName.exec(stem(path))?.groups?.of;
    return of === undefined ? [] : [{ path, of: `${folderName(path)}/${of}` }];
  });
  if (called.length === 0) return new Set();
  const all = new Set(paths.map((path) => `${folderName(path)}/${stem(path)}`));
  return new Set(called.flatMap(({ path, of }) => (all.has(of) ? [path] : [])));
}

/** @param paths of the image files. */
export function placeImages(paths: readonly string[], { level = 'outer', variant, areClasses = false }: Wanted = {}): Placing {
  const root: Folder = { name: '', path: '', files: [], below: new Map() };
  // Those of one folder usually stand together.
  let last = { folder: root, start: '' };
  for (const path of paths) {
    const start = path.slice(0, path.lastIndexOf('/') + 1);
    if (start !== last.start) last = { folder: folderAt(root, start), start };
    last.folder.files.push(path.slice(start.length));
  }
  const placing: Placement = { homes: new Map(), notes: [], levels: [], variants: [], level, variant, areClasses };
  placeBelow(root, undefined, placing);
  return placing;
}

/** @param start of a path, with the last slash. */
function folderAt(root: Folder, start: string): Folder {
  let folder = root;
  for (const name of start.split('/').slice(0, -1)) {
    const next = folder.below.get(name) ?? { name, path: folder.path ? `${folder.path}/${name}` : name, files: [], below: new Map() };
    folder.below.set(name, next);
    folder = next;
  }
  return folder;
}

/** Places what is in a folder that is no class's: a wrapper, a split, or the folder of the classes. */
function placeBelow(start: Folder, given: SplitName | undefined, placing: Placement): void {
  const { folder, split } = unwrapped(start, given);
  const all = [...folder.below.values()].filter((child) => !isCopy(child, folder, placing));
  const children = all.filter((child) => placing.areClasses || !isHelper(child, all));
  for (const child of all) if (!children.includes(child)) leaveOut(child, helping(child.name), placing);
  const [only] = children;
  if (only && children.length === 1 && all.length > 1) {
    put(folder, { split, className: undefined }, placing);
    placeBelow(only, splitName(only.name) ?? split, placing);
    return;
  }
  const both = classesWithSplits(children);
  if (both) {
    put(folder, { split: undefined, className: undefined }, placing);
    for (const [child, home] of both) put(child, home, placing);
    const [[first, { split: purpose, className }]] = both as [[Folder, Home]];
    placing.notes.push(
      `Folders are called after a class and a part: ${first.name} holds images of ${className} for ${purposes[purpose!]}.`,
    );
    return;
  }
  const splits = splitNames(children.map(({ name }) => name)).map((own, i) => own ?? besideWhole(children, i));
  const named = children.filter((_, i) => splits[i] !== undefined);
  // Where classes stand beside it that have images too, a folder without folders is a class, even if it is called "train".
  const flat = named.every(({ below }) => below.size === 0);
  const others = children.some((child, i) => splits[i] === undefined && child.files.length > 0 && !unlabelled.test(child.name));
  const same = named.length === 0 && !placing.areClasses ? variantsAmong(children) : [];
  if (same.length > 0) {
    placing.variants = same.map(({ name, path }) => ({ name, label: `the pictures in ${path}` }));
    const taken = same.find(({ name }) => name === placing.variant) ?? same[0]!;
    put(folder, { split, className: undefined }, placing);
    for (const child of same) if (child !== taken) leaveOut(child, `are those in ${taken.name} in another form`, placing);
    placeBelow(taken, split, placing);
    return;
  }
  if (named.length === 0 && areParts(children) && !(placing.areClasses && children.some(({ name }) => isYear(name)))) {
    put(folder, { split, className: undefined }, placing);
    for (const child of children) placeBelow(child, split, placing);
    placing.notes.push(
      `${listed(children.map(({ name }) => name))} in ${folder.path || 'the folder'} are taken for parts of one set, not for classes.`,
    );
    return;
  }
  if (named.length === 0 && areInitials(children) && !placing.areClasses) {
    put(folder, { split, className: undefined }, placing);
    placeClasses(
      folder,
      children.flatMap(({ below }) => [...below.values()]),
      split,
      placing,
    );
    placing.notes.push(`Folders of one letter, such as ${children[0]!.path}, only hold the folders of the classes that begin with it.`);
    return;
  }
  if (named.length === 0 || (flat && others)) {
    placeClasses(folder, children, split, placing);
    return;
  }
  put(folder, { split: undefined, className: undefined }, placing);
  // Classes beside a folder of test images are for training.
  const classes = splits.includes('train') ? [] : children.filter((child, i) => splits[i] === undefined && !unlabelled.test(child.name));
  const [sole] = classes;
  // One folder with folders beside that of the test images has all the classes.
  if (sole && classes.length === 1 && sole.files.length === 0 && sole.below.size > 0) placeBelow(sole, 'train', placing);
  else if (classes.length > 0) placeClasses(folder, classes, 'train', placing);
  for (const [i, child] of children.entries()) {
    const own = splits[i];
    const whole = children.some((other, k) => other !== child && splits[k] === own && !isSample(other.name));
    if (classes.includes(child)) continue;
    if (own === undefined) leaveOut(child, 'lie neither in a training nor in a test folder', placing);
    else if (whole && isSample(child.name)) leaveOut(child, 'are a sample of the others', placing);
    else if (child.below.size === 0) put(child, { split: own, className: undefined }, placing);
    else placeBelow(child, own, placing);
  }
}

/** "rps-test-set" beside "rps". */
function besideWhole(children: readonly Folder[], at: number): SplitName | undefined {
  const found = mentionedSplit(children[at]!.name);
  return found && children.some(({ name }) => mentionedSplit(name) === undefined && wordsOf(name).join(' ') === found.rest)
    ? found.split
    : undefined;
}

/** "a" with "abbey" and "alley", "b" with "bar": folders that only keep those of the classes in order. */
const areInitials = (children: readonly Folder[]): boolean =>
  children.length > 1 &&
  children.every(
    ({ name, files, below }) =>
      /^\p{L}$/u.test(name) && files.length === 0 && [...below.keys()].every((inner) => inner.toLowerCase().startsWith(name.toLowerCase())),
  );

const masksOrTheLike = 'are masks or the like, which belong to other images';
const helping = (name: string): string => (/^(?:thumb|preview)/i.test(name) ? 'are thumbnails of other images' : masksOrTheLike);

/** A folder of masks or thumbnails beside folders of images: two classes at least, or one folder that has all of them. */
function isHelper(child: Folder, all: readonly Folder[]): boolean {
  if (!helpers.test(child.name)) return false;
  const others = all.filter(({ name }) => !helpers.test(name));
  if (others.length === 0) return false;
  // "mask" beside "no_mask" is a class.
  const word = /^\p{L}+?(?=s?(?:\P{L}|$))/u.exec(child.name.toLowerCase())![0];
  if (others.some(({ name }) => name.toLowerCase().includes(word))) return false;
  const isBesideMany = others.length > 1 || others[0]!.below.size > 1 || pictures.test(others[0]!.name);
  if (isBesideMany && !maybeHelper.test(child.name)) return true;
  const images = others.flatMap(stemsBelow);
  const known = new Set(images);
  return known.size === images.length && stemsBelow(child).every((name) => known.has(name));
}

const stemsBelow = ({ files, below }: Folder): string[] => [...files.map(stem), ...[...below.values()].flatMap(stemsBelow)];

/** "cat_train", "cat_test", "dog_train", …: undefined unless all are called so, and some class has several parts. */
function classesWithSplits(children: readonly Folder[]): [Folder, Home][] | undefined {
  if (!children.every(({ below, files }) => below.size === 0 && files.length > 0)) return undefined;
  const homes = children.map((child): [Folder, Home] => {
    const split = mentionedSplit(child.name)?.split;
    return [child, { split, className: split && classBeside(child.name) }];
  });
  const classes = new Set(homes.map(([, { className }]) => className));
  const isWhole = ![...classes].some((name) => name === undefined || helpers.test(name) || pictures.test(name) || unlabelled.test(name));
  return isWhole && classes.size > 1 && classes.size < children.length ? homes : undefined;
}

/** What a name says besides its split; a number behind that counts parts, and a year or "set" is no class. */
function classBeside(name: string): string | undefined {
  const words = name.split(/([-_. ]+)/);
  const at = words.findIndex((word) => splitName(word) !== undefined);
  if (at < 0) return undefined;
  const [before, after] = [words.slice(0, Math.max(at - 1, 0)).join(''), words.slice(at + 2).join('')];
  if (before !== '' && after !== '') return undefined;
  const rest = before || (/^\d*$/.test(after) ? '' : after);
  return rest === '' || saysNothing(rest) ? undefined : rest;
}

/** "color", "grayscale", "segmented", with the same folders in each: the likeliest first. */
function variantsAmong(children: readonly Folder[]): Folder[] {
  if (children.length < 2 || !children.every(({ name, files }) => variants.test(name) && files.length === 0)) return [];
  const folders = new Set(
    children.map(({ below }) =>
      [...below.keys()]
        .map((name) => name.toLowerCase())
        .sort()
        .join('/'),
    ),
  );
  if (folders.size > 1 || children[0]!.below.size < 2) return [];
  return children.toSorted((a, b) => Number(original.test(b.name)) - Number(original.test(a.name)) || byName(a.name, b.name));
}

/** "fold1", "fold2", …, or years, with the same classes in each. */
function areParts(children: readonly Folder[]): boolean {
  const isPart = ({ name }: Folder) => isYear(name) || /^(?:fold|part|chunk|shard|batch)s?[-_ ]?\d+$/i.test(name);
  if (children.length < 2 || !children.every(isPart)) return false;
  const [first, ...others] = children.map(({ below }) => [...below.keys()]);
  return first!.length > 1 && others.every((names) => names.some((name) => first!.includes(name)));
}

/** Below folders with nothing but one other folder in them; a folder named like a split says what all that is below it is for. */
function unwrapped(start: Folder, given: SplitName | undefined): { folder: Folder; split: SplitName | undefined } {
  let folder = start;
  let split = given;
  for (;;) {
    if (folder.files.length > 0 || folder.below.size !== 1) return { folder, split };
    const [only] = folder.below.values();
    // The last folder is a class, unless it says something else.
    if (
      only!.below.size === 0 &&
      splitName(only!.name) === undefined &&
      !(split && pictures.test(only!.name)) &&
      mentionedSplit(only!.name)?.split !== split
    )
      return { folder, split };
    split = splitName(only!.name) ?? split;
    folder = only!;
    if (folder.below.size === 0) return { folder, split };
  }
}

function placeClasses(folder: Folder, children: readonly Folder[], split: SplitName | undefined, placing: Placement): void {
  put(folder, { split, className: undefined }, placing);
  const deeper = new Set<string>();
  for (const child of children) {
    if (unlabelled.test(child.name) && children.length > 2) {
      leaveOut(child, 'have no labels', placing);
      continue;
    }
    placeClass(child, child.name, split, placing, deeper);
  }
  if (deeper.size < 2) return;
  const outer = `${listed(children.map(({ name }) => name))} in ${folder.path || 'the folder'}`;
  const inner = [...deeper].sort(byName)[0]!;
  placing.notes.push(
    placing.level === 'outer'
      ? `${outer} are taken for the classes; the ${deeper.size} folders below them, such as ${inner}, are not.`
      : `The ${deeper.size} folders below ${outer}, such as ${inner}, are taken for the classes.`,
  );
  placing.levels = [
    { name: 'outer', label: outer },
    { name: 'inner', label: `the ${deeper.size} folders below them, such as ${inner}` },
  ];
}

/** All that is below a class's folder is of this class, divided where all its folders are splits. */
function placeClass(folder: Folder, className: string, split: SplitName | undefined, placing: Placement, deeper: Set<string>): void {
  put(folder, { split, className }, placing);
  const children = [...folder.below.values()];
  const splits = children.map(({ name }) => splitName(name));
  const divided = split === undefined && splits.length > 0 && splits.every((one) => one !== undefined);
  const hasPictures = folder.files.length > 0 || children.some(({ name }) => pictures.test(name));
  if (!divided && children.length > 1)
    for (const { name } of children)
      if (!pictures.test(name) && !helpers.test(name)) deeper.add(className.includes('/') ? className : `${className}/${name}`);
  for (const [i, child] of children.entries()) {
    const isClass = placing.level === 'inner' && !divided && children.length > 1 && !hasPictures && !className.includes('/');
    if (hasPictures && helpers.test(child.name)) leaveOut(child, masksOrTheLike, placing);
    else placeClass(child, isClass ? `${className}/${child.name}` : className, divided ? splits[i] : split, placing, deeper);
  }
}

/** A folder that repeats what lies beside it: all of several folders, or the one where it is called like that which both lie in. */
function isCopy(child: Folder, folder: Folder, placing: Placement): boolean {
  if (folder.below.size < (child.name === folder.name ? 2 : 3) || child.files.length > 0) return false;
  const beside = [...folder.below.values()].filter((other) => other !== child);
  const repeated = beside.every((other) => {
    const twin = child.below.get(other.name);
    return twin !== undefined && filesOf(twin) === filesOf(other);
  });
  if (repeated) leaveOut(child, 'are those beside it once more', placing);
  return repeated;
}

const filesOf = (folder: Folder): string =>
  [...folder.files.toSorted(), ...[...folder.below.values()].map((child) => `${child.name}(${filesOf(child)})`).sort()].join('/');

function put(folder: Folder, home: Home, placing: Placement): void {
  if (folder.files.length > 0) placing.homes.set(folder.path, home);
}

function leaveOut(folder: Folder, why: string, placing: Placement): void {
  put(folder, { split: undefined, className: undefined, leftOut: why }, placing);
  for (const child of folder.below.values()) leaveOut(child, why, placing);
}

export const listed = (names: readonly string[]): string =>
  `${names.slice(0, 5).join(', ')}${names.length > 5 ? `, … (${names.length})` : ''}`;

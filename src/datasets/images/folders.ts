/** Image files in folders named after their classes, with or without folders for training, test and validation above them. */
import { areOrIs, counted } from '../counted.ts';
import { DatasetError, NoDataset } from '../errors.ts';
import { contentsOf } from '../formats/contents.ts';
import { byName } from '../formats/labels.ts';
import type { Reader, ReadOptions } from '../formats/reader.ts';
import type { Problem, RawDataset, RawSplit } from '../raw.ts';
import { take } from '../readings.ts';
import { folderName, stem, type Source, type SourceFile } from '../sources/source.ts';
import { leftForValidation, saidByNames, splitsInNames, type SplitName } from '../splits.ts';
import { helpersBeside, placeImages, type Home } from './placing.ts';
import { labelsByLists, splitsByLists } from './listed.ts';
import { imageFiles } from './pool.ts';
import { isCalledImage, notWhatItsNameSays } from './unreadable.ts';

/** Images for one purpose, and where each lies. */
interface Placed {
  files: SourceFile[];
  homes: Home[];
}

/** Pictures, by their names, that no decoder here reads. */
const unreadPictures = /\.(?:heic|heif|jxl|svg|tga|pam|exr|psd|pcx|dng|cr2|nef|webm|mp4|avi|nii)$/i;

export const imageFolderReader: Reader = {
  name: 'image folders',
  kinds: ['image'],
  looksLike: async (source, options) => (await contentsOf(source, options)).items.some(({ kind, gzip }) => kind === 'image' && !gzip),
  read: readFolders,
};

async function readFolders(source: Source, options: ReadOptions): Promise<RawDataset> {
  const { items } = await contentsOf(source, options);
  const all = items.filter(({ kind, gzip }) => kind === 'image' && !gzip).map(({ file }) => file);
  const allPaths = all.map(({ path }) => path);
  const helpers = helpersBeside(allPaths);
  const isOwn = (_: unknown, i: number) => !helpers.has(allPaths[i]!);
  const [files, paths] = helpers.size > 0 ? [all.filter(isOwn), allPaths.filter(isOwn)] : [all, allPaths];
  const problems: Problem[] = [];
  if (helpers.size > 0)
    problems.push({
      file: null,
      message: `${counted(helpers.size, 'image')}, such as ${[...helpers][0]!}, ${areOrIs(helpers.size)} masks or the like of others beside them and ${areOrIs(helpers.size)} left out.`,
    });
  for (const { file, kind } of items)
    if (kind !== 'image' && isCalledImage(file.path)) problems.push({ file: file.label, message: notWhatItsNameSays });
  const unread = Map.groupBy(
    items.filter((item) => item.kind !== 'image' && (item.unread ?? unreadPictures.test(item.file.path))),
    ({ file, unread: known }) =>
      unreadPictures.test(file.path) || !known ? `of type ${file.path.slice(file.path.lastIndexOf('.') + 1).toUpperCase()}` : known.what,
  );
  for (const [what, of] of unread)
    problems.push({ file: of[0]!.file.label, message: `it is ${what}, which is not read, like all ${of.length} of this type` });
  if (files.length > options.limits.images)
    throw new DatasetError(source.label, `it holds ${files.length} images; expected at most ${options.limits.images}`);

  const likely = placeImages(paths);
  // Studies say of which level the classes are that were written when variants and years counted as classes.
  const areClasses = options.reading?.classes !== undefined && (likely.levels.length === 0 || likely.variants.length > 0);
  const usual = areClasses ? placeImages(paths, { areClasses }) : likely;
  const about = usual.variants.length > 0 ? 'level' : 'classes';
  const level = usual.levels.length > 0 ? take(about, usual.levels, options.reading, source.label) : undefined;
  const variant = usual.variants.length > 0 ? take('variant', usual.variants, options.reading, source.label) : undefined;
  const isUsual = level?.taken !== 'inner' && variant?.taken === usual.variants[0]?.name;
  const { homes, notes } = isUsual
    ? usual
    : placeImages(paths, { level: level?.taken === 'inner' ? 'inner' : 'outer', variant: variant?.taken, areClasses });
  const own = paths.map((path) => homes.get(folderName(path))!);
  const { listed, consulted } = await listedHomes(source, files, own, homes, options, notes);
  const leftOut = new Map<string, { folder: string; why: string; count: number }>();
  const splits = new Map<SplitName | undefined, Placed>();
  for (const [i, file] of files.entries()) {
    const home = listed.get(file) ?? own[i]!;
    if (home.isToldOf) continue;
    if (home.className === undefined) {
      const folder = folderName(file.path);
      const why = home.leftOut ?? "lie in no class's folder";
      // What is left out for one reason is told of the folder that all of it lies in.
      const key = home.leftOut === undefined ? folder : why;
      const left = leftOut.get(key) ?? { folder, why, count: 0 };
      leftOut.set(key, left);
      left.folder = commonFolder(left.folder, folder);
      left.count += 1;
      continue;
    }
    const split = splits.get(home.split) ?? { files: [], homes: [] };
    splits.set(home.split, split);
    split.files.push(file);
    split.homes.push(home);
  }
  for (const { folder, why, count } of leftOut.values())
    problems.push({
      file: null,
      message: `${counted(count, 'image')}${folder && ` in ${folder}`} ${count === 1 ? inSingular(why) : why} and ${areOrIs(count)} left out.`,
    });
  for (const message of notes) problems.push({ file: null, message });

  const undivided = splits.get(undefined);
  if (undivided && splits.size > 1) {
    problems.push({
      file: null,
      message: `${counted(undivided.files.length, 'image', 'lie')} neither in a training nor in a test folder and ${areOrIs(undivided.files.length)} left out.`,
    });
    splits.delete(undefined);
  }
  const train = splits.get('train') ?? undivided ?? splits.get('val') ?? splits.get('test');
  const test = [splits.get('test'), splits.get('val')].find((split) => split !== undefined && split !== train);
  const validation = splits.get('val');
  if (validation && validation !== train && validation !== test)
    problems.push({ file: null, message: leftForValidation(validation.files.length) });
  if (!train) throw new NoDataset(source.label, `${unplaced(files)}; expected e.g. train/cat/1.png and train/dog/1.png`);

  const classes = [...new Set(train.homes.map(({ className }) => className!))].sort(byName);
  const byLowerCase = new Map(classes.map((name) => [name.toLowerCase(), name]));
  if (classes.length < 2)
    throw new NoDataset(
      source.label,
      `its images all lie in the folder of one class, ${classes[0]!}; expected a folder for each of two or more classes`,
    );
  const index = new Map(classes.map((name, i) => [name, i]));
  const strange = new Map<string, number>();
  const known: Placed = { files: [], homes: [] };
  for (const [i, home] of test?.homes.entries() ?? []) {
    const name = home.className!;
    // "Cat" in one part and "cat" in the other are one class, unless training tells them apart.
    const className = index.has(name) || byLowerCase.size < classes.length ? name : (byLowerCase.get(name.toLowerCase()) ?? name);
    if (index.has(className)) {
      known.files.push(test!.files[i]!);
      known.homes.push({ ...home, className });
    } else strange.set(name, (strange.get(name) ?? 0) + 1);
  }
  for (const [name, count] of strange)
    problems.push({
      file: null,
      message: `${counted(count, 'test image')} of class ${name}, which no training image has, ${areOrIs(count)} left out.`,
    });
  const splitOf = ({ files: images, homes: of }: Placed): RawSplit => ({
    images: imageFiles(source, images, options),
    labels: Uint16Array.from(of, ({ className }) => index.get(className!)!),
    from: { images: source.label, labels: source.label },
  });
  return {
    name: source.name,
    classes,
    train: splitOf(train),
    test: known.files.length > 0 ? splitOf(known) : null,
    problems,
    readings: [level, variant].filter((reading) => reading !== undefined),
    consulted,
  };
}

function unplaced(files: readonly SourceFile[]): string {
  const [folder, ...others] = new Set(files.map(({ path }) => folderName(path)));
  const where = folder && others.length === 0 ? `one folder, ${folder}` : 'no folders named after classes';
  return files.length === 1 ? `its only image lies in ${where}` : `its ${files.length} images lie in ${where}`;
}

/**
 * Homes of single images that lists know better than folders, and what messages call these lists.
 * @param own home of each file by its folder. @param homes the same by folder.
 */
async function listedHomes(
  source: Source,
  files: readonly SourceFile[],
  own: readonly Home[],
  homes: ReadonlyMap<string, Home>,
  options: ReadOptions,
  notes: string[],
): Promise<{ listed: Map<SourceFile, Home>; consulted: string[] }> {
  const listed = new Map<SourceFile, Home>();
  const homeOf = (file: SourceFile) => homes.get(folderName(file.path))!;
  const placed = files.filter((_, i) => own[i]!.className !== undefined);
  const classes = new Map<string, string>();
  for (const [i, { className }] of own.entries())
    if (className !== undefined && className !== own[i - 1]?.className) classes.set(className.toLowerCase(), className);
  const loose = files.filter((_, i) => own[i]!.className === undefined && own[i]!.leftOut === undefined);
  const { labels, places } = await labelsByLists(source, new Set(classes.size > 1 ? loose : []), options);
  for (const [file, label] of labels) {
    // "3" is the folder "00003".
    const className =
      classes.get(label.toLowerCase()) ??
      classes.get([...classes.keys()].find((name) => /^\d+$/.test(name) && Number(name) === Number(label)) ?? '');
    if (className !== undefined) listed.set(file, { ...homeOf(file), className });
  }
  const named = classes.size > 1 ? loose.filter((file) => !listed.has(file) && homeOf(file).split !== undefined) : [];
  const byNames = named.flatMap((file) => {
    const className = classes.get(classInName(stem(file.path).toLowerCase(), classes));
    return className === undefined ? [] : [{ file, className }];
  });
  if (byNames.length > 0 && byNames.length >= 0.9 * named.length) {
    for (const { file, className } of byNames) listed.set(file, { ...homeOf(file), className });
    notes.push(
      `${counted(byNames.length, 'image')} in no class's folder ${areOrIs(byNames.length)} named after the class, such as ${byNames[0]!.file.path}.`,
    );
  }
  const byLists = listed.size - byNames.length;
  const some =
    byLists === 1
      ? "1 image that lies in no class's folder has its class"
      : `${byLists} images that lie in no class's folder have their classes`;
  if (labels.size > 0) notes.push(`${some} from lists.`);
  if (placed.some((file) => homeOf(file).split !== undefined)) return { listed, consulted: places };
  const lists = await splitsByLists(source, new Set(placed), options);
  if (!lists) {
    const found = splitsInNames(placed.map((file) => ({ name: stem(file.path), className: homeOf(file).className! })));
    for (const [i, split] of found?.entries() ?? []) listed.set(placed[i]!, { ...homeOf(placed[i]!), split });
    if (found) notes.push(saidByNames(placed[found.lastIndexOf('train')]!.path, 'train'));
    return { listed, consulted: places };
  }
  const { splits, isWhole } = lists;
  notes.push(...lists.notes);
  const other: SplitName = [...splits.values()].includes('train') ? 'test' : 'train';
  const parts = new Set(splits.values());
  // Where others are named for training and for testing, those that are named for neither are for neither.
  const isLeft = isWhole || (parts.has('train') && parts.has('test'));
  const unlisted = placed.filter((file) => !splits.has(file)).length;
  for (const file of placed) {
    const split = splits.get(file) ?? (isLeft ? 'none' : other);
    if (split === 'none') listed.set(file, { split: undefined, className: undefined, isToldOf: true });
    else listed.set(file, { ...homeOf(file), split });
  }
  const rest = isLeft ? 'left out' : `for ${other === 'test' ? 'testing' : 'training'}`;
  notes.push(
    `Lists beside the images say which are for training and which for testing${unlisted > 0 ? `; ${counted(unlisted, 'image')} in none of them ${areOrIs(unlisted)} ${rest}` : ''}.`,
  );
  return { listed, consulted: [...places, ...lists.places] };
}

/** "A_test", "a12": the class that a name begins with. */
function classInName(name: string, classes: ReadonlyMap<string, string>): string {
  const match = /^(.*?\p{L}.*?)[-_. ]*(?:(?:test|train|val)[-_. ]*)?\d*$/u.exec(name);
  return match && classes.has(match[1]!) ? match[1]! : '';
}

/** "lie in no class's folder" of a single image. */
const inSingular = (why: string): string => why.replace(/^\w+/, (verb) => ({ are: 'is', have: 'has' })[verb] ?? `${verb}s`);

function commonFolder(a: string, b: string): string {
  const own = b.split('/');
  const parts = a.split('/');
  const differs = parts.findIndex((part, i) => part !== own[i]);
  return (differs < 0 ? parts : parts.slice(0, differs)).join('/');
}

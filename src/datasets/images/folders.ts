/** Image files in folders named after their classes, with or without folders for training, test and validation above them. */
import { DatasetError } from '../errors.ts';
import { contentsOf } from '../formats/contents.ts';
import { byName } from '../formats/labels.ts';
import type { Reader, ReadOptions } from '../formats/reader.ts';
import type { Problem, RawDataset, RawSplit } from '../raw.ts';
import { folderName, type Source, type SourceFile } from '../sources/source.ts';
import { imageFiles } from './pool.ts';

type SplitName = 'train' | 'test' | 'val';

/** Folders that say what their images are for. */
export function splitName(name: string): SplitName | undefined {
  if (/^(?:train|training|train[-_ ]?set|train[-_ ]?images)$/i.test(name)) return 'train';
  if (/^(?:test|testing|test[-_ ]?set|test[-_ ]?images)$/i.test(name)) return 'test';
  if (/^(?:val|valid|validation|dev)$/i.test(name)) return 'val';
  return undefined;
}

/** What a folder says about the images in it. */
interface Home {
  split: SplitName | undefined;
  /** Undefined: it is no class's folder. */
  className: string | undefined;
}

/** Images for one purpose, and where each lies. */
interface Placed {
  files: SourceFile[];
  homes: Home[];
}

export const imageFolderReader: Reader = {
  name: 'image folders',
  kinds: ['image'],
  looksLike: async (source, options) => (await contentsOf(source, options)).items.some(({ kind, gzip }) => kind === 'image' && !gzip),
  read: readFolders,
};

async function readFolders(source: Source, options: ReadOptions): Promise<RawDataset> {
  const { items } = await contentsOf(source, options);
  const files = items.filter(({ kind, gzip }) => kind === 'image' && !gzip).map(({ file }) => file);
  const problems: Problem[] = [];
  for (const { file, kind } of items)
    if (kind !== 'image' && /\.(?:png|jpe?g|webp|gif|bmp|tiff?)$/i.test(file.path))
      problems.push({ file: file.label, message: 'it is not an image, whatever its name says' });
  if (files.length > options.limits.images)
    throw new DatasetError(source.label, `it holds ${files.length} images; expected at most ${options.limits.images}`);

  const homes = homesOf(files);
  const homeless = new Map<string, number>();
  const splits = new Map<SplitName | undefined, Placed>();
  for (const file of files) {
    const folder = folderName(file.path);
    const home = homes.get(folder)!;
    if (home.className === undefined) {
      homeless.set(folder, (homeless.get(folder) ?? 0) + 1);
      continue;
    }
    const split = splits.get(home.split) ?? { files: [], homes: [] };
    splits.set(home.split, split);
    split.files.push(file);
    split.homes.push(home);
  }
  for (const [folder, count] of homeless)
    problems.push({ file: folder === '' ? null : folder, message: `${count} images lie in no class's folder and are left out` });

  const undivided = splits.get(undefined);
  if (undivided && splits.size > 1) {
    problems.push({
      file: null,
      message: `${undivided.files.length} images lie neither in a training nor in a test folder and are left out`,
    });
    splits.delete(undefined);
  }
  const train = splits.get('train') ?? undivided ?? splits.get('val') ?? splits.get('test');
  const test = [splits.get('test'), splits.get('val')].find((split) => split !== undefined && split !== train);
  const validation = splits.get('val');
  if (validation && validation !== train && validation !== test)
    problems.push({ file: null, message: `${validation.files.length} validation images are left out; training and test images are read` });
  if (!train)
    throw new DatasetError(
      source.label,
      `its ${files.length} images lie in no folders named after classes; expected e.g. train/cat/1.png and train/dog/1.png`,
    );

  const classes = [...new Set(train.homes.map(({ className }) => className!))].sort(byName);
  if (classes.length < 2)
    throw new DatasetError(
      source.label,
      `its images all lie in the folder of one class, ${classes[0]!}; expected a folder for each of two or more classes`,
    );
  const index = new Map(classes.map((name, i) => [name, i]));
  const strange = new Map<string, number>();
  const known: Placed = { files: [], homes: [] };
  for (const [i, home] of test?.homes.entries() ?? []) {
    const name = home.className!;
    if (index.has(name)) {
      known.files.push(test!.files[i]!);
      known.homes.push(home);
    } else strange.set(name, (strange.get(name) ?? 0) + 1);
  }
  for (const [name, count] of strange)
    problems.push({ file: null, message: `${count} test images of class ${name}, which no training image has, are left out` });
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
  };
}

/** Where images belong, by their folder: "train/cat/1.png", "cat/train/1.png" or "cat/1.png" below whatever all have in common. */
function homesOf(files: readonly SourceFile[]): Map<string, Home> {
  const paths = [...new Set(files.map(({ path }) => folderName(path)))];
  const folders = paths.map((path) => path.split('/').filter(Boolean));
  const [first] = folders;
  let common = first?.length ?? 0;
  for (const parts of folders) {
    const differs = parts.findIndex((part, i) => part !== first![i]);
    common = Math.min(common, differs < 0 ? parts.length : differs);
  }
  // What is common may say what all images are for, and be the name of the only class; what is above that does not matter.
  const split = first?.slice(0, common).findIndex((part) => splitName(part) !== undefined) ?? -1;
  const skipped = split >= 0 ? split : common;
  return new Map(paths.map((path, i) => [path, homeOf(folders[i]!.slice(skipped))]));
}

function homeOf([first, second]: readonly string[]): Home {
  if (first === undefined) return { split: undefined, className: undefined };
  const own = splitName(first);
  if (own) return { split: own, className: second };
  return { split: second === undefined ? undefined : splitName(second), className: first };
}

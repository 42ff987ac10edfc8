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

interface Placed {
  file: SourceFile;
  split: SplitName | undefined;
  /** Undefined: in no class's folder. */
  className: string | undefined;
}

export const imageFolderReader: Reader = {
  name: 'image folders',
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

  const placed = place(files);
  const homeless = new Map<string, number>();
  for (const { file, className } of placed)
    if (className === undefined) homeless.set(folderName(file.path), (homeless.get(folderName(file.path)) ?? 0) + 1);
  const splits = Map.groupBy(
    placed.filter(({ className }) => className !== undefined),
    ({ split }) => split,
  );
  for (const [folder, count] of homeless)
    problems.push({ file: folder === '' ? null : folder, message: `${count} images lie in no class's folder and are left out` });

  const undivided = splits.get(undefined);
  if (undivided && splits.size > 1) {
    problems.push({ file: null, message: `${undivided.length} images lie neither in a training nor in a test folder and are left out` });
    splits.delete(undefined);
  }
  const train = splits.get('train') ?? undivided ?? splits.get('val') ?? splits.get('test');
  const test = [splits.get('test'), splits.get('val')].find((split) => split !== undefined && split !== train);
  const validation = splits.get('val');
  if (validation && validation !== train && validation !== test)
    problems.push({ file: null, message: `${validation.length} validation images are left out; training and test images are read` });
  if (!train)
    throw new DatasetError(
      source.label,
      `its ${files.length} images lie in no folders named after classes; expected e.g. train/cat/1.png and train/dog/1.png`,
    );

  const classes = [...new Set(train.map(({ className }) => className!))].sort(byName);
  if (classes.length < 2)
    throw new DatasetError(
      source.label,
      `its images all lie in the folder of one class, ${classes[0]!}; expected a folder for each of two or more classes`,
    );
  const index = new Map(classes.map((name, i) => [name, i]));
  const strange = new Map<string, number>();
  const known = test?.filter(({ className }) => {
    const found = index.has(className!);
    if (!found) strange.set(className!, (strange.get(className!) ?? 0) + 1);
    return found;
  });
  for (const [name, count] of strange)
    problems.push({ file: null, message: `${count} test images of class ${name}, which no training image has, are left out` });
  const splitOf = (images: Placed[]): RawSplit => ({
    images: imageFiles(
      source,
      images.map(({ file }) => file),
      options,
    ),
    labels: Uint16Array.from(images, ({ className }) => index.get(className!)!),
    from: { images: source.label, labels: source.label },
  });
  return { name: source.name, classes, train: splitOf(train), test: known && known.length > 0 ? splitOf(known) : null, problems };
}

/** Where each image belongs: "train/cat/1.png", "cat/train/1.png" or "cat/1.png" below whatever all have in common. */
function place(files: readonly SourceFile[]): Placed[] {
  const folders = files.map(({ path }) => folderName(path).split('/').filter(Boolean));
  let common = folders[0]?.length ?? 0;
  for (const parts of folders) {
    const differs = parts.findIndex((part, i) => part !== folders[0]![i]);
    common = Math.min(common, differs < 0 ? parts.length : differs);
  }
  // What is common may say what all images are for, and be the name of the only class; what is above that does not matter.
  const split = folders[0]?.slice(0, common).findIndex((part) => splitName(part) !== undefined) ?? -1;
  const skipped = split >= 0 ? split : common;
  return files.map((file, i) => {
    const [first, second] = folders[i]!.slice(skipped);
    if (first === undefined) return { file, split: undefined, className: undefined };
    const own = splitName(first);
    if (own) return { file, split: own, className: second };
    const inner = second === undefined ? undefined : splitName(second);
    return { file, split: inner, className: first };
  });
}

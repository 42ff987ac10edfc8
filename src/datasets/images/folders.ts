/** Image files in folders named after their classes, with or without folders for training, test and validation above them. */
import { DatasetError, NoDataset } from '../errors.ts';
import { contentsOf } from '../formats/contents.ts';
import { byName } from '../formats/labels.ts';
import type { Reader, ReadOptions } from '../formats/reader.ts';
import type { Problem, RawDataset, RawSplit } from '../raw.ts';
import { folderName, type Source, type SourceFile } from '../sources/source.ts';
import type { SplitName } from '../splits.ts';
import { placeImages, type Home } from './placing.ts';
import { imageFiles } from './pool.ts';

/** Images for one purpose, and where each lies. */
interface Placed {
  files: SourceFile[];
  homes: Home[];
}

/** Pictures, by their names, that no decoder here reads. */
const unreadPictures = /\.(?:avif|heic|heif|jp2|j2k|jxl|svg|dcm|tga|p[bgpn]m|exr|psd|pcx|dng|cr2|nef|webm|mp4|avi)$/i;

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
  const unread = Map.groupBy(
    items.filter(({ file, kind }) => kind !== 'image' && unreadPictures.test(file.path)),
    ({ file }) => file.path.slice(file.path.lastIndexOf('.') + 1).toUpperCase(),
  );
  for (const [type, of] of unread)
    problems.push({ file: of[0]!.file.label, message: `it is of type ${type}, which is not read, like all ${of.length} of this type` });
  if (files.length > options.limits.images)
    throw new DatasetError(source.label, `it holds ${files.length} images; expected at most ${options.limits.images}`);

  const { homes, notes } = placeImages(files.map(({ path }) => path));
  const leftOut = new Map<string, { folder: string; why: string; count: number }>();
  const splits = new Map<SplitName | undefined, Placed>();
  for (const file of files) {
    const folder = folderName(file.path);
    const home = homes.get(folder)!;
    if (home.className === undefined) {
      const why = home.leftOut ?? "lie in no class's folder";
      // What is left out for one reason is told of the folder that all of it lies in.
      const key = home.leftOut === undefined ? folder : why;
      const own = leftOut.get(key) ?? { folder, why, count: 0 };
      leftOut.set(key, own);
      own.folder = commonFolder(own.folder, folder);
      own.count += 1;
      continue;
    }
    const split = splits.get(home.split) ?? { files: [], homes: [] };
    splits.set(home.split, split);
    split.files.push(file);
    split.homes.push(home);
  }
  for (const { folder, why, count } of leftOut.values())
    problems.push({ file: null, message: `${count} images${folder && ` in ${folder}`} ${why} and are left out.` });
  for (const message of notes) problems.push({ file: null, message });

  const undivided = splits.get(undefined);
  if (undivided && splits.size > 1) {
    problems.push({
      file: null,
      message: `${undivided.files.length} images lie neither in a training nor in a test folder and are left out.`,
    });
    splits.delete(undefined);
  }
  const train = splits.get('train') ?? undivided ?? splits.get('val') ?? splits.get('test');
  const test = [splits.get('test'), splits.get('val')].find((split) => split !== undefined && split !== train);
  const validation = splits.get('val');
  if (validation && validation !== train && validation !== test)
    problems.push({ file: null, message: `${validation.files.length} validation images are left out; training and test images are read.` });
  if (!train)
    throw new NoDataset(
      source.label,
      `its ${files.length} images lie in no folders named after classes; expected e.g. train/cat/1.png and train/dog/1.png`,
    );

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
    problems.push({ file: null, message: `${count} test images of class ${name}, which no training image has, are left out.` });
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

function commonFolder(a: string, b: string): string {
  const own = b.split('/');
  const parts = a.split('/');
  const differs = parts.findIndex((part, i) => part !== own[i]);
  return (differs < 0 ? parts : parts.slice(0, differs)).join('/');
}

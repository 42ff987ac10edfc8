/** MATLAB's MAT-files of all versions since 5, and other HDF5 files. */
import { DatasetError, NoDataset } from '../../errors.ts';
import type { RawDataset } from '../../raw.ts';
import { baseName, type Source } from '../../sources/source.ts';
import { isSeekable } from '../content.ts';
import { contentsOf, readItem, type Item } from '../contents.ts';
import type { Reader, ReadOptions } from '../reader.ts';
import { couldBeImages, type NamedArray } from './arrange.ts';
import { arrangeWithLists } from './lists.ts';
import { Hdf5Thread } from './hdf5.ts';
import { largeMat5Arrays } from './mat5-large.ts';
import { mat5Arrays } from './mat5.ts';

/** Some data sets have a file for every image. */
const maxMatFiles = 20_000;

export const matReader: Reader = {
  name: 'MATLAB or HDF5',
  kinds: ['mat5', 'hdf5'],
  looksLike: async (source, options) => (await matItems(source, options)).length > 0,
  read: async (source, options) => {
    const items = await matItems(source, options);
    if (items.length > maxMatFiles)
      throw new DatasetError(source.label, `it holds ${items.length} MAT or HDF5 files; expected at most ${maxMatFiles}`);
    const thread = new Hdf5Thread(options);
    try {
      const arrays: NamedArray[] = [];
      for (const [i, item] of items.entries()) {
        arrays.push(...(item.kind === 'mat5' ? await mat5In(item, options) : await thread.arrays(item)));
        options.onProgress?.({ stage: 'reading files', done: i + 1, total: items.length });
      }
      return await arrangeMat(source, items, arrays, options);
    } finally {
      await thread.close();
    }
  },
};

async function mat5In(item: Item, options: ReadOptions): Promise<NamedArray[]> {
  if (isSeekable(item) && (await item.file.size()) > options.limits.heldBytes) return largeMat5Arrays(item, options);
  return mat5Arrays(await readItem(item, options), item, options.limits.fileBytes);
}

async function arrangeMat(
  source: Source,
  items: readonly Item[],
  arrays: readonly NamedArray[],
  options: ReadOptions,
): Promise<RawDataset> {
  const numbers = items.find(({ file }) => /^digitStruct\.mat$/i.test(baseName(file.path)));
  if (numbers && !couldBeImages(arrays))
    throw new NoDataset(
      numbers.file.label,
      "it is SVHN's list of whole house numbers, which have several digits in an image; expected the single digits, train_32x32.mat and test_32x32.mat",
    );
  const hasImages = (await contentsOf(source, options)).items.some(({ kind }) => kind === 'image');
  if (!couldBeImages(arrays))
    throw new NoDataset(
      items[0]!.file.label,
      `it holds no array that could be images${
        arrays.length > 0
          ? `, only ${arrays
              .slice(0, 5)
              .map(({ name }) => name.slice(name.lastIndexOf('/') + 1))
              .join(', ')}`
          : ''
      }; expected e.g. X (height, width, channels, images) and y${hasImages ? '; lists of image files are read from cells and structs of texts and numbers in MATLAB 5 to 7, save others as CSV' : ''}`,
    );
  return arrangeWithLists(source, arrays, options);
}

const matItems = async (source: Source, options: ReadOptions): Promise<Item[]> =>
  (await contentsOf(source, options)).items.filter(({ kind }) => kind === 'mat5' || kind === 'hdf5');

/** Lists of numbers or texts in files of arrays: labels of images that lie elsewhere, and which of them are for what. */
import { DatasetError } from '../../errors.ts';
import { stem, type Source } from '../../sources/source.ts';
import { contentsOf, readItem, type Item } from '../contents.ts';
import { beginningOf, tableOf } from '../lists/tables.ts';
import type { ReadOptions } from '../reader.ts';
import type { NamedArray } from './arrange.ts';
import { Hdf5Thread } from './hdf5.ts';
import { mat5Arrays } from './mat5.ts';
import { npyArray } from './npy.ts';
import { elements } from './ndarray.ts';

/** More files are no lists beside images. */
const maxFiles = 64;

export interface Vector {
  /** Of the array in its file; of a file with a single one, that of the file. */
  name: string;
  place: string;
  values: readonly (number | string)[];
}

/** Those of at most so many elements, and texts of one column. What cannot be read is none. */
export async function vectorsOf(source: Source, most: number, options: ReadOptions): Promise<Vector[]> {
  const { items } = await contentsOf(source, options);
  const files = items.filter(({ kind }) => kind === 'mat5' || kind === 'hdf5' || kind === 'npy');
  if (files.length > maxFiles) return [];
  const thread = new Hdf5Thread(options);
  const vectors: Vector[] = [];
  try {
    for (const item of files) {
      const arrays = await arraysOf(item, thread, options);
      for (const array of arrays.filter(({ shape }) => isVector(shape) && elements(shape) <= most)) {
        const loaded = await array.load();
        const values = Array.isArray(loaded) ? loaded : Array.from(loaded.data, Number);
        vectors.push({ name: array.name.slice(array.name.lastIndexOf('/') + 1), place: array.place, values });
      }
    }
    for (const item of items.filter(({ kind }) => kind === 'text').slice(0, maxFiles)) {
      const start = await beginningOf(item, options);
      if (!start?.rows.every(({ fields }) => fields.length === 1)) continue;
      const { rows } = await tableOf(item, false, options);
      const values = rows.map(({ fields }) => fields[0]!.trim());
      if (values.length <= most) vectors.push({ name: stem(item.file.path), place: item.file.label, values });
    }
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
  } finally {
    await thread.close();
  }
  return vectors;
}

const isVector = (shape: readonly number[]): boolean => shape.filter((size) => size !== 1).length === 1;

async function arraysOf(item: Item, thread: Hdf5Thread, options: ReadOptions): Promise<NamedArray[]> {
  if (item.kind === 'hdf5') return thread.arrays(item);
  if (item.kind === 'npy') return [await npyArray(item, options)];
  return mat5Arrays(await readItem(item, options), item, options.limits.fileBytes);
}

/** Lists of image files that MATLAB keeps in cells or structs, as texts with a line for each: Stanford's dogs and cars. */
import Papa from 'papaparse';
import { DatasetError } from '../../errors.ts';
import type { NamedArray } from '../arrays/arrange.ts';
import { mat5Arrays } from '../arrays/mat5.ts';
import { elements } from '../arrays/ndarray.ts';
import { readItem, type Item } from '../contents.ts';
import { folderName } from '../../sources/source.ts';
import type { ReadOptions } from '../reader.ts';

const maxFiles = 16;
/** Larger files hold more than lists. */
const mostBytes = 2 ** 26;

/** A text for each file that has such a list, in its place. */
export async function matLists(items: readonly Item[], options: ReadOptions): Promise<Item[]> {
  const lists: Item[] = [];
  for (const item of items.filter(({ kind }) => kind === 'mat5').slice(0, maxFiles)) {
    if ((await item.file.size()) > mostBytes) continue;
    const text = await listIn(item, options).catch((error: unknown) => {
      if (error instanceof DatasetError) return undefined;
      throw error;
    });
    if (text !== undefined) lists.push(textItem(item, text));
  }
  return lists;
}

async function listIn(item: Item, options: ReadOptions): Promise<string | undefined> {
  const arrays = mat5Arrays(await readItem(item, options), item, options.limits.fileBytes);
  const isFile = (text: string) => /\.(?:png|jpe?g|webp|gif|bmp|tiff?)$/i.test(text.trim());
  const columnsOf = (of: NamedArray) => arrays.filter(({ shape }) => elements(shape) === elements(of.shape));
  for (const array of arrays.filter(({ type }) => type === 'text')) {
    const files = (await array.load()) as string[];
    if (!files.every(isFile)) continue;
    // Where folders are classes, which images there are is all that is asked.
    if (new Set(files.map(folderName)).size > 1) return files.join('\n');
    const columns = await Promise.all(columnsOf(array).map(valuesOf));
    return Papa.unparse(
      files
        .map((_, line) => columns.map(({ values }) => values[line]!))
        .toSpliced(
          0,
          0,
          columns.map(({ name }) => name),
        ),
    );
  }
  return undefined;
}

async function valuesOf({ name, load }: NamedArray): Promise<{ name: string; values: string[] }> {
  const loaded = await load();
  const values = Array.isArray(loaded) ? loaded : Array.from(loaded.data, String);
  return { name: name.slice(name.lastIndexOf('/') + 1), values };
}

function textItem({ file }: Item, text: string): Item {
  const bytes = Buffer.from(text);
  const { path, label } = file;
  const whole = () => Promise.resolve(bytes);
  return {
    file: {
      path,
      label,
      size: () => Promise.resolve(bytes.length),
      head: (count) => Promise.resolve(bytes.subarray(0, count)),
      read: whole,
    },
    kind: 'text',
    gzip: false,
  };
}

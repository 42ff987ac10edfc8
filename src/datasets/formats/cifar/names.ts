/** Names of classes in a text file beside the data, one a line: batches.meta.txt, fine_label_names.txt, classes.txt, … */
import { baseName, type Source } from '../../sources/source.ts';
import { contentsOf, readItem } from '../contents.ts';
import type { ReadOptions } from '../reader.ts';

/** The names in the first text file that has as many lines as there are classes; undefined without one. */
export async function classNames(source: Source, options: ReadOptions, count: number): Promise<string[] | undefined> {
  const { items } = await contentsOf(source, options);
  const texts = items.filter(({ kind, file }) => kind === 'text' && /meta|names|classes|labels/i.test(baseName(file.path)));
  // CIFAR-100 comes with names of coarse and of fine labels.
  for (const item of texts.slice(0, 10)) {
    if ((await item.file.size()) > 2 ** 20) continue;
    const lines = new TextDecoder()
      .decode(await readItem(item, options))
      .split(/\r?\n/)
      .map((line) => line.trim().normalize('NFC'))
      .filter(Boolean);
    if (lines.length === count && new Set(lines).size === count) return lines;
  }
  return undefined;
}

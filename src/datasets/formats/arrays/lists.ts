/** Arrays of images whose labels are in a text beside them: a line for every image, in their order. */
import { NoDataset } from '../../errors.ts';
import type { RawDataset } from '../../raw.ts';
import { stem, type Source } from '../../sources/source.ts';
import { contentsOf } from '../contents.ts';
import { isLabelName, isNumber } from '../csv/table.ts';
import { beginningOf, tableOf } from '../lists/tables.ts';
import type { ReadOptions } from '../reader.ts';
import { arrange, type NamedArray } from './arrange.ts';
import { arrangeByAxis } from './by-axis.ts';
import { arrangeByFile, classPerGroup, classPerName } from './by-file.ts';

const maxTexts = 16;
const maxColumns = 6;

/** By arrays alone, or with labels from texts, or by the files that arrays lie in. Throws a DatasetError. */
export async function arrangeWithLists(source: Source, arrays: readonly NamedArray[], options: ReadOptions): Promise<RawDataset> {
  try {
    return await arrange(source, arrays, options);
  } catch (error) {
    if (!(error instanceof NoDataset)) throw error;
    const byFile =
      (await classPerName(source, arrays, options)) ??
      (await arrangeByFile(source, arrays, options)) ??
      (await classPerGroup(source, arrays, options));
    if (byFile) return byFile;
    const lists = await labelLists(source, options);
    const byAxis = lists.length === 0 ? await arrangeByAxis(source, arrays, options) : undefined;
    if (byAxis) return byAxis;
    if (lists.length === 0) throw error;
    return arrange(source, [...arrays, ...lists], options).catch((second: unknown) => {
      throw second instanceof NoDataset ? error : second;
    });
  }
}

async function labelLists(source: Source, options: ReadOptions): Promise<NamedArray[]> {
  const { items } = await contentsOf(source, options);
  const lists: NamedArray[] = [];
  for (const item of items.filter(({ kind }) => kind === 'text' || kind === 'json').slice(0, maxTexts)) {
    const table = await beginningOf(item, options);
    const [first, second] = table?.rows ?? [];
    if (!table || !first || !second || first.fields.length > maxColumns) continue;
    const header =
      table.header ??
      (first.fields.some((field, i) => !isNumber(field) && isNumber(second.fields[i] ?? '')) || first.fields.some(isLabelName)
        ? first.fields
        : undefined);
    const column = Math.max(header?.findIndex(isLabelName) ?? -1, first.fields.length === 1 ? 0 : -1);
    if (column < 0) continue;
    const { rows } = await tableOf(item, header !== undefined && !table.header, options);
    const values = rows.map(({ fields }) => (fields[column] ?? '').trim());
    lists.push({
      name: `${stem(item.file.path)}/labels`,
      place: item.file.label,
      shape: [values.length],
      type: 'text',
      itemBytes: 1,
      lastFirst: false,
      load: () => Promise.resolve(values),
    });
  }
  return lists;
}

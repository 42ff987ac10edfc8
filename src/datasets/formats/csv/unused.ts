/** What a text is that was of no use: damaged JSON, a table of something else, or one of images that lacks something. */
import { DatasetError } from '../../errors.ts';
import { decodeText } from '../../text.ts';
import { readItem, type Item } from '../contents.ts';
import { baseName } from '../../sources/source.ts';
import type { ReadOptions } from '../reader.ts';
import { isPacked, minColumns } from './forms.ts';
import { isLabelName, isNumber, preview } from './table.ts';

const headBytes = 2 ** 16;

/** What follows "it is" for the first of these texts of which more is known; with `listsOnly`, only of what names image files or may do so. */
export async function unusedTable(
  items: readonly Item[],
  options: ReadOptions,
  listsOnly = false,
): Promise<{ item: Item; what: string } | undefined> {
  const here = new Set(items.map(({ file }) => baseName(file.path).toLowerCase()));
  const texts = items.filter(({ kind }) => kind === 'text' || kind === 'json').slice(0, 20);
  for (const item of texts) {
    if (item.kind === 'json') {
      const what = await damagedJson(item, options);
      if (what !== undefined) return { item, what };
      continue;
    }
    const text = await beginning(item, options);
    const what = (text && listOfImages(text, here)) ?? (listsOnly || !text ? undefined : (arff(text) ?? tableOf(text)));
    if (what !== undefined) return { item, what };
  }
  return undefined;
}

/** Larger documents are no lists. */
const documentBytes = 2 ** 26;

async function damagedJson(item: Item, options: ReadOptions): Promise<string | undefined> {
  try {
    const bytes = await readItem(item, { ...options, limits: { ...options.limits, fileBytes: documentBytes } });
    const text = decodeText(bytes);
    if (isJson(text)) return undefined;
    const lines = text.split(/\r?\n/);
    const odd = lines.findIndex((line) => line.trim() !== '' && !isJson(line));
    if (odd < 0)
      return 'JSON with an entry in every line, in none of which the name of an image stands beside its label; expected e.g. {"file": "1.png", "label": "cat"}';
    return odd > 0
      ? `JSON whose line ${odd + 1} is damaged; expected one document, or one in every line`
      : 'JSON that is damaged or breaks off; expected a whole document';
  } catch (error) {
    if (error instanceof DatasetError) return undefined;
    throw error;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

interface Text {
  text: string;
  whole: boolean;
}

async function beginning(item: Item, options: ReadOptions): Promise<Text | undefined> {
  try {
    const head = item.gzip ? await readItem(item, options) : await item.file.head(headBytes);
    return { text: decodeText(head), whole: item.gzip || head.length < headBytes };
  } catch (error) {
    if (error instanceof DatasetError) return undefined;
    throw error;
  }
}

/** @param here names of the files that there are. */
function listOfImages({ text, whole }: Text, here: ReadonlySet<string>): string | undefined {
  const { rows } = preview(text, whole) ?? { rows: text.split(/\r?\n/).map((line) => [line]) };
  const isFile = (field: string) => /\S\.(?:png|jpe?g|webp|gif|bmp|tiff?)\s*$/i.test(field);
  const listing = rows.filter((row) => row.some(isFile));
  const listed = listing.map((row) => row.find(isFile)!.trim());
  const isHere = (path: string) => here.has(path.slice(path.search(/[^\\/]*$/)).toLowerCase());
  return listed.length > 0 && listed.length >= 0.8 * (rows.length - 1) && !listed.some(isHere)
    ? `a list of image files such as ${listed[0]!.slice(-60)}, none of which is here; expected them beside it`
    : undefined;
}

function arff({ text, whole }: Text): string | undefined {
  if (!/^\s*(?:%[^\n]*\n\s*)*@relation\b/i.test(text)) return undefined;
  const data = /^\s*@data\b[^\n]*\n?\s*/im.exec(text);
  if (!data) return whole ? 'an ARFF file without @data; expected lines of pixels and a label' : undefined;
  return text[data.index + data[0].length] === '{'
    ? 'an ARFF file in the sparse form, {0 3, 5 1}, which is not read; expected a value for every pixel'
    : undefined;
}

function tableOf({ text, whole }: Text): string | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const name = lines[0] ?? '';
  const expected = 'expected a label and a square number of pixels in every line';
  if (lines.length > 1 && !isPacked(name) && isPacked(lines[1]!)) return `a list of pixels without labels; ${expected}`;
  const rows = whole && lines.length === 1 ? [name.split(/[,;\t]/)] : preview(text, whole)?.rows;
  const [first, second] = rows ?? [];
  if (!rows || !first || first.length < 2) return undefined;
  const columns = `a table of ${first.length} columns (${first.slice(0, 3).join(', ').slice(0, 60)}${first.length > 3 ? ', …' : ''})`;
  if (rows.length === 1 && !first.every(isNumber)) return `${columns} without a line below their names; ${expected}`;
  if (first.length < minColumns) return `${columns}, too few to be pixels, and names no image files; ${expected}`;
  const odd = second?.findIndex((field, i) => i > 0 && i < second.length - 1 && !isLabelName(first[i]!) && !isNumber(field)) ?? -1;
  return odd < 0 ? undefined : `${columns} whose second line has "${second![odd]!.slice(0, 30)}" in column ${odd + 1}; expected a number`;
}

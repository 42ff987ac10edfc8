/** The first lines of a text file as a table, and how its columns are divided. */
import Papa from 'papaparse';

export interface Preview {
  delimiter: string;
  rows: string[][];
}

/** The first rows, of which the last may be cut and is left out when it is, without comments. Undefined when the text is no table. */
export function preview(text: string, whole: boolean, minColumns = 2): Preview | undefined {
  const end = whole ? text.length : text.lastIndexOf('\n');
  if (end <= 0) return undefined;
  const { data, meta } = Papa.parse<string[]>(text.slice(0, end), {
    skipEmptyLines: 'greedy',
    comments: '#',
    delimitersToGuess: [',', ';', '\t', ' ', '|'],
  });
  const [first] = data;
  // A line with a column too many or too few is for the reader to name.
  const rows = data.filter((row) => row.length === first?.length);
  if (!first || first.length < minColumns || rows.length * 2 < data.length) return undefined;
  return { delimiter: meta.delimiter, rows };
}

export const isNumber = (field: string): boolean =>
  /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i.test(field) || /^\s*[-+]?(?:nan|inf(?:inity)?)\s*$/i.test(field);

export const isLabelName = (name: string): boolean =>
  /^(?:.*[-_ ])?(?:label|labels|class|classes|category|target|digit|y|breed|species|diagnosis|emotion)(?:[-_ ]?(?:id|name|index))?$/i.test(
    // "masterCategory" is one.
    name.trim().replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2'),
  );

/** "the column label", or where it stands when it has no name. */
export function columnWords(header: readonly string[] | undefined, column: number, [first, last]: readonly [number, number]): string {
  const name = header?.[column]?.trim() ?? '';
  if (name !== '') return `the column ${name.slice(0, 60)}`;
  return column === first ? 'the first column' : column === last ? 'the last column' : `column ${column + 1}`;
}

/** Whether a column is called as labels are; a "y" beside an "x" is a place in the image. */
export function isLabelHeading(header: readonly string[], column: number): boolean {
  const name = header[column] ?? '';
  const plain = (text: string) => text.trim().toLowerCase();
  const isPlace = /(?:^|[-_ ])y$/.test(plain(name)) && header.some((other) => plain(other) === plain(name).replace(/y$/, 'x'));
  return isLabelName(name) && !isPlace;
}

/** Text in aligned columns. What stands in them may be anything that a person or a file has called something: it stays in its line. */
import { oneLine } from '../shared/one-line.ts';

export interface Column {
  head: string;
  align?: 'left' | 'right';
}

/** One line per row under a line of heads; columns are two spaces apart. Left-aligned unless a column says otherwise. */
export function table(columns: Column[], rows: string[][]): string {
  const lines = [columns.map(({ head }) => head), ...rows.map((row) => row.map(oneLine))];
  const widths = columns.map((_, c) => Math.max(...lines.map((line) => line[c]!.length)));
  return lines
    .map((line) =>
      line
        .map((cell, c) => (columns[c]!.align === 'right' ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** "name   value" lines. */
export function facts(entries: [string, string][]): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${oneLine(value)}`).join('\n');
}

/** A label as it stands in the heads of the terminal's tables: "Test accuracy" → "test accuracy", "FLOPs" as it is. */
export const lowered = (label: string): string => label.replace(/^\p{Lu}(?=\p{Ll})/u, (letter) => letter.toLowerCase());

/** As wide as a table may be that people read without scrolling. */
export const WIDTH = 120;

/** Text in lines of at most WIDTH; `indent` stands before every line but the first. */
export function wrapped(text: string, indent = ''): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= WIDTH) lines.splice(-1, 1, `${line} ${word}`);
    else lines.push(line === undefined ? word : indent + word);
  }
  return lines.join('\n');
}

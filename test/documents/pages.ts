/** The documents of the repository, as tests read them. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { documents } from '../../scripts/document-settings.ts';

const root = new URL('../../', import.meta.url);

export interface Page {
  file: URL;
  name: string;
  text: string;
}

const pageAt = (file: URL): Page => ({ file, name: basename(fileURLToPath(file)), text: readFileSync(file, 'utf8') });

/** Every page that is written by hand. */
export const pages: readonly Page[] = [
  ...documents(),
  ...['CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'].map((name) => new URL(name, root)),
].map(pageAt);

export function page(name: string): Page {
  const found = pages.find((one) => one.name === name);
  if (!found) throw new Error(`there is no page ${name}`);
  return found;
}

/** Cells of every row of the table whose header begins with these cells. */
export function tableOf({ text, name }: Page, ...head: string[]): string[][] {
  const cells = (line: string) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim());
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith('|') && head.every((title, i) => cells(line)[i] === title));
  if (start < 0) throw new Error(`${name} has no table ${head.join(', ')}`);
  const rows = lines.slice(start + 2);
  return rows
    .slice(
      0,
      rows.findIndex((line) => !line.startsWith('|')),
    )
    .map(cells);
}

/** What stands in `backticks`. */
export const codeIn = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);

/** What can be saved of a study that is read: the table that is shown, every run, everything. */
import { fileName } from '../../../shared/present/file-name.ts';
import type { MenuEntry } from '../../components/menu.ts';
import { paperTable, runsCsv, toJson, toLatex, toMarkdown } from '../../model/reader/paper-table.ts';
import { saveFile } from '../../state/actions.ts';
import type { Reading } from './reading.svelte.ts';

export function tableEntries({ title, results, pivot, factors, shown, all }: Reading): MenuEntry[] {
  const table = paperTable(pivot, factors, shown, all);
  const name = fileName(title);
  return [
    { label: 'Table as LaTeX (booktabs)', action: () => void saveFile(`${name}.tex`, toLatex(table)) },
    { label: 'Table as Markdown', action: () => void saveFile(`${name}.md`, toMarkdown(table)) },
    { label: 'All runs as CSV', action: () => void saveFile(`${name}.csv`, runsCsv(results.runs, all)) },
    { label: 'Everything as JSON', action: () => void saveFile(`${name}.json`, toJson(title, results)) },
  ];
}

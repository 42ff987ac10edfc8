/** What a study ends with in the terminal: a row per network and arm over its seeds, and below it what that shows. */
import type { Finding } from '../shared/conclusion/finding.ts';
import { armNotes, armRows, type ArmRow } from '../shared/present/arm-rows.ts';
import { plain } from '../shared/present/format.ts';
import type { StudyStatistics } from '../shared/statistics/statistics.ts';
import { table, wrapped, type Column } from './table.ts';

const columns: (Column & { of: (row: ArmRow) => string })[] = [
  { head: 'arm', of: ({ name }) => `  ${name}` },
  { head: 'seeds', align: 'right', of: ({ n }) => n },
  { head: 'test accuracy', of: ({ accuracy }) => accuracy },
  { head: 'inactive', align: 'right', of: ({ inactive }) => inactive },
  { head: 'collapsed', align: 'right', of: ({ collapsed }) => collapsed },
  { head: 'against its twin', of: ({ difference }) => difference },
  { head: 'p', align: 'right', of: ({ p }) => p },
];

/** Each network is a line of its own above its arms. */
export function armTable({ arms }: StudyStatistics): string {
  const networks = armRows(arms);
  const lines = table(
    columns,
    networks.flatMap(({ rows }) => rows.map((row) => columns.map(({ of }) => plain(of(row))))),
  ).split('\n');
  const [head, ...body] = lines;
  const below = networks.flatMap(({ network, cut, rows }) => [
    cut === null ? network : `${network}, cut ${cut}`,
    ...body.splice(0, rows.length),
  ]);
  return [head, ...below, '', ...armNotes.map((note) => plain(wrapped(note)))].join('\n');
}

/** The sentences, one below the other. */
export function conclusionText(conclusion: readonly Finding[]): string {
  return conclusion.map(({ text }) => plain(wrapped(`- ${text}`, '  '))).join('\n');
}

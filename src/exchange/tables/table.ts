/** Tables of runs for spreadsheets, R and pandas, with a data dictionary: one column definition serves table, types and dictionary. */
import { parquetWriteBuffer } from 'hyparquet-writer';
import Papa from 'papaparse';

export type Cell = string | number | boolean | null;

export interface Column<Row> {
  id: string;
  label: string;
  description: string;
  unit: string;
  kind: 'text' | 'number' | 'truth';
  of: (row: Row) => Cell;
}

export interface Table {
  columns: { id: string; label: string; description: string; unit: string; kind: 'text' | 'number' | 'truth'; values: Cell[] }[];
  rows: number;
}

export function tableOf<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): Table {
  return { rows: rows.length, columns: columns.map(({ of, ...column }) => ({ ...column, values: rows.map(of) })) };
}

/** With a line of names; what is not known is empty. */
export function csvOf({ columns, rows }: Table): string {
  const lines = Array.from({ length: rows }, (_, i) => columns.map(({ values }) => values[i]));
  return `${Papa.unparse([columns.map(({ id }) => id), ...lines], { newline: '\n' })}\n`;
}

const parquetTypes = { text: 'STRING', number: 'DOUBLE', truth: 'BOOLEAN' } as const;

/** The dictionary is in its metadata as well. */
export function parquetOf(table: Table): Uint8Array {
  const columnData = table.columns.map(({ id, kind, values }) => ({ name: id, data: values, type: parquetTypes[kind], nullable: true }));
  const dictionary = table.columns.map(({ id, label, description, unit, kind }) => ({ id, label, description, unit, kind }));
  return new Uint8Array(
    parquetWriteBuffer({ columnData, kvMetadata: [{ key: 'capscope.dictionary', value: JSON.stringify(dictionary) }] }),
  );
}

/** What every column means, as CSV. */
export function dictionaryOf({ columns }: Table): string {
  const head = ['column', 'label', 'kind', 'unit', 'description'];
  return `${Papa.unparse([head, ...columns.map(({ id, label, kind, unit, description }) => [id, label, kind, unit, description])], { newline: '\n' })}\n`;
}

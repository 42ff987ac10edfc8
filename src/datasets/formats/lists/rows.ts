/** A list of images as a table. */
export interface TableRow {
  fields: string[];
  line: number;
}

export interface Table {
  header: string[] | undefined;
  rows: TableRow[];
  /** Columns are divided by blanks, which labels may have in them. */
  blanks?: boolean;
}

/** Runs in rows, and under each compared run how it differs from the one it is compared with. */
import { measuresIn, notesOn, type Measure } from '../shared/measures/catalogue.ts';
import { plain, signed, count } from '../shared/present/format.ts';
import type { RunRecord } from '../shared/results.ts';
import { lowered, table, type Column } from './table.ts';

/** A run, and the run that it is compared with. */
export interface ComparedRun {
  run: RunRecord;
  baseline: RunRecord | null;
}

const shown = measuresIn('list');

/** Each run with its own twin, if that is among them; with one of them, all others with that one. */
export function compared(runs: RunRecord[], against: RunRecord | null): ComparedRun[] {
  const byId = new Map(runs.map((run) => [run.id, run]));
  return runs.map((run) => ({ run, baseline: against ? (run.id === against.id ? null : against) : (byId.get(run.twin ?? '') ?? null) }));
}

/** The table, and below it what must be said of it. */
export function comparisonTable(runs: ComparedRun[]): string {
  const lines = runs.flatMap(({ run, baseline }) => (baseline ? [runLine(run), differenceLine(run, baseline)] : [runLine(run)]));
  const layers = alignedLayers(lines.map((line) => line.layers));
  const columns: Column[] = [
    { head: 'run' },
    ...shown.flatMap(({ id, head }): Column[] => [
      { head: lowered(head), align: 'right' },
      ...(id === 'inactive' ? [{ head: 'by layer' }] : []),
    ]),
  ];
  const text = table(
    columns,
    lines.map(({ name, cells }, i) => [name, ...shown.flatMap(({ id }, m) => (id === 'inactive' ? [cells[m]!, layers[i]!] : [cells[m]!]))]),
  );
  const notes = notesOn(
    shown,
    runs.map(({ run }) => run),
  );
  return [text, ...notes].join('\n\n');
}

interface Line {
  name: string;
  /** One per measure. */
  cells: string[];
  /** Inactive capsules of every intermediate layer. */
  layers: string[];
}

const cellsOf = (print: (measure: Measure) => string) => shown.map((measure) => plain(print(measure)));

function runLine(run: RunRecord): Line {
  return {
    name: run.name,
    cells: cellsOf((measure) => measure.print(run)),
    layers: run.inactive.perLayer.map(({ inactive }) => String(inactive)),
  };
}

function differenceLine(run: RunRecord, baseline: RunRecord): Line {
  const [before, after] = [baseline.inactive.perLayer, run.inactive.perLayer];
  // Of layers of another size only shares say anything.
  const isAlike = before.length === after.length && after.every(({ of }, i) => of === before[i]!.of);
  return {
    name: 'difference',
    cells: cellsOf((measure) => measure.difference(run, baseline) ?? ''),
    layers: isAlike ? after.map(({ inactive }, i) => plain(signed(inactive - before[i]!.inactive, count))) : [],
  };
}

/** Numbers of the same layer under each other. */
function alignedLayers(rows: string[][]): string[] {
  const depth = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: depth }, (_, l) => Math.max(...rows.map((row) => row[l]?.length ?? 0)));
  return rows.map((row) => row.map((cell, l) => cell.padStart(widths[l]!)).join('  '));
}

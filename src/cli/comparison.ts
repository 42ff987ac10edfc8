/** The table that a study ends with: runs in rows, and under each compared run how it differs from the one it is compared with. */
import type { RunRecord } from '../shared/results.ts';
import { change, integer, percent, signed } from './format.ts';
import { table, type Column } from './table.ts';

/** A run, and the run that it is compared with. */
export interface ComparedRun {
  run: RunRecord;
  baseline: RunRecord | null;
}

const columns: Column[] = [
  { head: 'run' },
  { head: 'params', align: 'right' },
  { head: 'test acc', align: 'right' },
  { head: 'inactive capsules', align: 'right' },
  { head: 'by layer' },
  { head: 'images/s', align: 'right' },
];

/** Each pruned run after the unpruned one of the same group (network and seed), to which it is compared. */
export function comparedByGroup(groups: RunRecord[][]): ComparedRun[] {
  return groups.flatMap((group) => {
    const unpruned = group.find(({ role }) => role === 'unpruned') ?? null;
    const pruned = group.filter(({ role }) => role === 'pruned');
    return [...(unpruned ? [{ run: unpruned, baseline: null }] : []), ...pruned.map((run) => ({ run, baseline: unpruned }))];
  });
}

/** Every run after the first is compared with the first. */
export function comparedWithFirst(runs: RunRecord[]): ComparedRun[] {
  return runs.map((run, i) => ({ run, baseline: i === 0 ? null : runs[0]! }));
}

export function comparisonTable(runs: ComparedRun[]): string {
  const rows = runs.flatMap(({ run, baseline }) => (baseline ? [runCells(run), differenceCells(baseline, run)] : [runCells(run)]));
  const layers = alignedLayers(rows.map(({ layers }) => layers));
  return table(
    columns,
    rows.map(({ before, after }, i) => [...before, layers[i]!, ...after]),
  );
}

interface Cells {
  before: string[];
  /** Column "by layer", one entry per intermediate layer. */
  layers: string[];
  after: string[];
}

function runCells(run: RunRecord): Cells {
  const { total, of, perLayer } = run.inactive;
  const share = of > 0 ? ` (${percent(total / of, 1)})` : '';
  return {
    before: [run.name, integer(run.params), percent(run.accuracy), `${total} / ${of}${share}`],
    layers: perLayer.map(({ inactive }) => String(inactive)),
    after: [integer(run.imagesPerSecond)],
  };
}

function differenceCells(from: RunRecord, to: RunRecord): Cells {
  const [a, b] = [from.inactive, to.inactive];
  const points = a.of > 0 && b.of > 0 ? ` (${signed(100 * (b.total / b.of - a.total / a.of), 1)} points)` : '';
  return {
    before: [
      'difference',
      change(from.params, to.params),
      `${signed(100 * (to.accuracy - from.accuracy), 2)} points`,
      `${signed(b.total - a.total)}${points}`,
    ],
    layers: a.perLayer.length === b.perLayer.length ? b.perLayer.map(({ inactive }, i) => signed(inactive - a.perLayer[i]!.inactive)) : [],
    after: [change(from.imagesPerSecond, to.imagesPerSecond)],
  };
}

/** Numbers of the same layer under each other. */
function alignedLayers(rows: string[][]): string[] {
  const depth = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: depth }, (_, l) => Math.max(...rows.map((row) => row[l]?.length ?? 0)));
  return rows.map((row) => row.map((cell, l) => cell.padStart(widths[l]!)).join('  '));
}

/** What a cell of the matrix of runs says. */
import type { RunSummary } from '../../../shared/contract/index.ts';
import { accuracy, percent, real } from '../../../shared/present/format.ts';
import { meanShade, stateOf, type Cell, type CellState, type Matrix, type Shade } from './matrix.ts';

interface Around {
  matrix: Matrix;
  study: string;
  shade: Shade;
  /** Seconds of the run that took longest. */
  longest: number;
  waiting: ReadonlySet<string>;
  /** How much is done of each run that is being trained. */
  shares: ReadonlyMap<string, number>;
}

const words: Record<CellState, string> = {
  waiting: 'waiting',
  idle: 'not queued',
  running: 'running',
  stopped: 'stopped',
  interrupted: 'interrupted',
  failed: 'failed',
  finished: 'finished',
};

function told(run: RunSummary, { study, waiting, shares }: Around): string {
  const state = stateOf(run, waiting);
  const parts = [
    state === 'running' ? `running, ${percent(shares.get(run.id) ?? 0, 0)}` : words[state],
    run.accuracy === null ? '' : accuracy(run.accuracy),
    run.inactive && run.inactive.of > 0 ? `${run.inactive.total} of ${run.inactive.of} inactive` : '',
    run.study?.id === study ? '' : 'reused',
    run.retries > 0 ? (run.retries === 1 ? 'second try' : `try ${run.retries + 1}`) : '',
    state === 'failed' ? (run.error?.split('\n')[0] ?? '') : '',
  ];
  return `${run.name}: ${parts.filter(Boolean).join(', ')}`;
}

export function cellText({ runs, row }: Cell, around: Around): string {
  const { matrix, shade, longest } = around;
  if (runs.length === 0) return 'no run';
  if (runs.length === 1 && !matrix.aggregated) return told(runs[0]!, around);
  const count = (status: RunSummary['status']) => runs.filter((run) => run.status === status).length;
  const value = meanShade(runs, shade, longest);
  const parts = [
    `${count('finished')} of ${runs.length} finished`,
    count('failed') > 0 ? `${count('failed')} failed` : '',
    value === null ? '' : `${shade} ${real(value, 3)}`,
  ];
  return `${matrix.rows[row]!.network}: ${parts.filter(Boolean).join(', ')}`;
}

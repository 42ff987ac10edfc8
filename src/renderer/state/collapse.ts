/** Offers to stop a run that has collapsed while it is trained, once per run. */
import type { RunSummary } from '../../shared/contract/index.ts';
import { on } from '../client/client.ts';
import { stopRun } from './actions.ts';
import { offer } from './messages.ts';

const offered = new Set<string>();

/** Nothing active in some layer, and the loss that of zeros: what ends a run by itself where that is asked for. */
export const isCollapsed = ({ health }: Pick<RunSummary, 'health'>): boolean =>
  health !== null && health.kinds.includes('inactive') && health.kinds.includes('loss-stuck');

export function offerToStopCollapsed(): void {
  on('runs', (runs) => {
    for (const run of runs) {
      if (run.status !== 'running' || run.epoch >= run.lastEpoch || !isCollapsed(run) || offered.has(run.id)) continue;
      offered.add(run.id);
      offer(`“${run.name}” has collapsed. ${run.health!.text}`, 'Stop this run', () => stopRun(run.id));
    }
  });
}

/** Offers to stop a run that has collapsed while it is trained, once per run. */
import type { RunSummary } from '../../shared/contract/index.ts';
import { on } from '../client/client.ts';
import { stopRun } from './actions.ts';
import { offer, withdraw } from './messages.ts';

const offered = new Set<string>();

/** Nothing active in some layer, and the loss that of zeros: what ends a run by itself where that is asked for. */
export const isCollapsed = ({ health }: Pick<RunSummary, 'health'>): boolean =>
  health !== null && health.kinds.includes('inactive') && health.kinds.includes('loss-stuck');

export function offerToStopCollapsed(): void {
  on('runs', (runs) => {
    for (const run of runs) {
      const message = `collapsed ${run.id}`;
      const stoppable = run.status === 'running' && run.epoch < run.lastEpoch && isCollapsed(run);
      if (!stoppable) {
        if (offered.has(run.id)) withdraw(message);
      } else if (!offered.has(run.id)) {
        offered.add(run.id);
        offer(message, `“${run.name}” has collapsed: some layer has no active capsules, and it learns nothing.`, 'Stop this run', () =>
          stopRun(run.id),
        );
      }
    }
  });
}

/** Offers to stop a run that has collapsed while it is trained, once per run. */
import { on } from '../client/client.ts';
import { isCollapsed } from '../model/collapsed.ts';
import { stopRun } from './actions.ts';
import { offer, withdraw } from './messages.ts';

const offered = new Set<string>();

export function offerToStopCollapsed(): void {
  on('runs', (runs) => {
    for (const run of runs) {
      const message = `collapsed ${run.id}`;
      const stoppable = run.status === 'running' && run.epoch < run.lastEpoch && isCollapsed(run);
      if (!stoppable) {
        if (offered.has(run.id)) withdraw(message);
      } else if (!offered.has(run.id)) {
        offered.add(run.id);
        offer(message, `“${run.name}” has collapsed: a layer has no active capsules left, so it learns nothing.`, 'Stop this run', () =>
          stopRun(run.id),
        );
      }
    }
  });
}

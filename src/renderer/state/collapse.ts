/** Offers to stop a run that has collapsed while it is trained here, once per run. */
import { on } from '../client/client.ts';
import { isCollapsed } from '../model/collapsed.ts';
import { stopRun } from './actions.ts';
import { attempt, sayWith, withdraw } from './messages.ts';
import { workbench } from './workbench.svelte.ts';

const offered = new Set<string>();

export function offerToStopCollapsed(): void {
  on('runs', (runs) => {
    for (const run of runs) {
      const message = `collapsed ${run.id}`;
      // What another process trains cannot be stopped from here.
      const trainedHere = workbench.queue.running.some((job) => job.run === run.id);
      const stoppable = trainedHere && run.status === 'running' && run.epoch < run.lastEpoch && isCollapsed(run);
      if (!stoppable) {
        if (offered.has(run.id)) withdraw(message);
      } else if (!offered.has(run.id)) {
        offered.add(run.id);
        const text = `“${run.name}” has collapsed: a layer has no active capsules left, so it learns nothing.`;
        sayWith(text, 'Stop this run', () => attempt(() => stopRun(run.id)), message);
      }
    }
  });
}

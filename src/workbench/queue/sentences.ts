/** What the queue says of runs. */
import { percent, real } from '../../shared/present/format.ts';
import type { EpochMetrics } from '../../shared/results.ts';
import type { Store } from '../../store/store.ts';

/** "is being trained by process 12 on host; wait for it or stop it there" */
export const heldBy = ({ trains, pid, host }: NonNullable<ReturnType<Store['training']['holderOf']>>): string =>
  trains
    ? `is being trained by process ${pid} on ${host}; wait for it or stop it there`
    : `waits in the queue of process ${pid} on ${host}; let it be done there, or take it out of that queue first`;

/** "The disk is full: the run waits." */
export function waitsBecause(fault: string, runs: readonly { unkept: boolean }[]): string {
  const waiting = runs.filter(({ unkept }) => unkept).length;
  const what =
    waiting > 1
      ? `${waiting} runs wait`
      : waiting === 1
        ? 'the run waits'
        : runs.length > 0
          ? 'training waits at the end of the epoch'
          : 'nothing is started';
  return `${fault.charAt(0).toUpperCase()}${fault.slice(1)}: ${what}.`;
}

export const describeEpoch = ({ epoch, train, test }: EpochMetrics): string =>
  `Epoch ${epoch}: loss ${real(train.loss)}, accuracy ${percent(train.accuracy, 2)}; on the test images ${real(test.loss)} and ${percent(test.accuracy, 2)}. Saved.`;

/** What the queue says of runs. */
import { percent, real } from '../../shared/present/format.ts';
import type { EpochMetrics } from '../../shared/results.ts';
import type { Store } from '../../store/store.ts';

/** "is being trained by process 12 on host; wait for it or stop it there" */
export const heldBy = ({ trains, pid, host }: NonNullable<ReturnType<Store['training']['holderOf']>>): string =>
  trains
    ? `is being trained by process ${pid} on ${host}; wait for it or stop it there`
    : `waits in the queue of process ${pid} on ${host}; let it be done there, or take it out of that queue first`;

export const describeEpoch = ({ epoch, train, test }: EpochMetrics): string =>
  `Epoch ${epoch}: loss ${real(train.loss)}, accuracy ${percent(train.accuracy, 2)}; on the test images ${real(test.loss)} and ${percent(test.accuracy, 2)}. Saved.`;

/** Runs a study in the terminal: a host of the workbench's queue, as the window is one. */
import type { AtOnce } from '../shared/contract/index.ts';
import type { EngineName } from '../shared/engines.ts';
import { InputError } from '../shared/input-error.ts';
import type { StudySpec } from '../shared/spec/study.ts';
import type { DatasetSource, EngineChoice } from '../shared/trainer-protocol.ts';
import type { Store } from '../store/store.ts';
import type { StoredRun, StoredStudy } from '../store/types.ts';
import { LiveEvents } from '../workbench/exchange/tensorboard.ts';
import { startTrainer } from '../workbench/node-host.ts';
import { openStudy } from '../workbench/open-study.ts';
import { JobQueue } from '../workbench/queue/job-queue.ts';
import { LiveRuns } from '../workbench/queue/live-runs.ts';
import { heldBy } from '../workbench/queue/sentences.ts';
import { listenForInterrupt } from './interrupt.ts';
import type { Progress } from './progress.ts';
import { StudyTeller } from './study-teller.ts';

interface StudyStart {
  spec: StudySpec;
  /** Fingerprint. */
  dataset: string;
  engine: EngineName;
  /** Begins anew even if it has been begun before. */
  fresh: boolean;
  /** What another study has computed with the same settings is not computed again. */
  reuse: boolean;
}

/**
 * Finds the study that an earlier start has begun, or adds it with all its runs, and puts those that have not finished into
 * this process's queue. Throws an InputError when another process trains one of them or has it waiting.
 */
export function queueStudy(store: Store, start: StudyStart): { study: StoredStudy; runs: StoredRun[] } {
  store.queue.open(false);
  return store.atomically(() => {
    const { study, runs } = openStudy(store, start);
    for (const { id } of runs) {
      const holder = store.training.holderOf(id);
      if (holder?.trains)
        throw new InputError(
          `run ${id} of this study is being trained by another process; wait for process ${holder.pid} on ${holder.host} or stop it first`,
        );
      if (holder) throw new InputError(`run ${id} of this study ${heldBy(holder)}`);
    }
    store.queue.add(runs.filter(({ status }) => status !== 'finished').map(({ id }) => id));
    return { study, runs };
  });
}

export type StudyOutcome = 'finished' | 'stopped' | 'failed';

export interface StudyContext {
  store: Store;
  dataset: DatasetSource;
  engine: EngineChoice & { reason: string };
  /** How many runs are trained at once. */
  atOnce: AtOnce;
  progress: Progress;
  /** Folder for event files; null: none are wanted. */
  tensorboard: string | null;
}

/** Does what waits in this process's queue. A run that fails does not keep the others from running, except those cut from it. */
export async function runStudy(
  runs: StoredRun[],
  { store, dataset, engine, atOnce, progress, tensorboard }: StudyContext,
): Promise<StudyOutcome> {
  const teller = new StudyTeller(store, runs, progress, { reason: engine.reason, several: atOnce !== 1 });
  const events = new LiveEvents(
    store,
    () => tensorboard,
    (text) => progress.say(text),
  );
  const ended = Promise.withResolvers();
  const queue = new JobQueue({
    store,
    host: {
      startTrainer,
      emit: (event, payload) => {
        teller.observe(event, payload);
        events.observe(event, payload);
        // While nothing can be written down, what comes next has only not begun yet.
        if (event === 'queue' && queue.running.length === 0 && queue.state.fault === null) ended.resolve(null);
      },
    },
    live: new LiveRuns(),
    sourceOf: () => dataset,
    engine: () => engine,
    decide: () => Promise.resolve(),
    atOnce: () => atOnce,
    outlives: false,
    // Who will not wait for the step presses Ctrl-C again.
    patience: null,
  });
  const interrupt = listenForInterrupt(() => {
    progress.say('Stopping after this step; Ctrl-C again quits at once.');
    void queue.pause();
  });
  try {
    queue.continue();
    await ended.promise;
    const finished = runs.every(({ id }) => store.run(id).status === 'finished');
    if (!finished && interrupt.requested()) return 'stopped';
    teller.end();
    return finished ? 'finished' : 'failed';
  } finally {
    interrupt.release();
    await queue.close();
    await events.close();
  }
}

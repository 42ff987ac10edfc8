/** Runs a study: plans it, finds what an earlier start has already done, and does the rest. */
import manifest from '../../package.json' with { type: 'json' };
import { inputShape, type Dataset } from '../shared/dataset.ts';
import { describe, NetworkSpecError } from '../shared/describe.ts';
import { InputError } from '../shared/input-error.ts';
import type { PlannedRun } from '../shared/study-plan.ts';
import type { StoredRun } from '../store/types.ts';
import { runJob, type RunContext } from './run-job.ts';

/** Throws an InputError when a network of the study cannot be built for this data. */
export function checkNetworks(plan: PlannedRun[], dataset: Dataset): void {
  for (const {
    spec: { network },
    name,
  } of plan) {
    try {
      describe(network, inputShape(dataset));
    } catch (error) {
      if (error instanceof NetworkSpecError)
        throw new InputError(`the network of run "${name}" cannot be built: ${error.message}`, { cause: error });
      throw error;
    }
  }
}

export type StudyOutcome = 'finished' | 'stopped' | 'failed';

/**
 * Does every run that has not finished. A run that fails does not keep the others from running, except those cut from it.
 * Throws an InputError when another process is at work on the study.
 */
export async function runStudy(runs: StoredRun[], context: RunContext): Promise<StudyOutcome> {
  const { store, engine, reason, progress } = context;
  let failed = false;
  for (const [i, { id, name, parent }] of runs.entries()) {
    const label = `run ${i + 1} of ${runs.length}: ${name} (${id})`;
    const { status } = store.run(id);
    if (status === 'finished') {
      progress.say(`${label}: already finished`);
      continue;
    }
    if (parent !== null && store.run(parent).status !== 'finished') {
      progress.say(`${label}: skipped, because run ${parent} has not finished`);
      failed = true;
      continue;
    }
    progress.run(i + 1, runs.length, name);
    progress.say(store.file(id, 'checkpoint') ? `${label}: goes on from its checkpoint` : label);
    store.claim(id, {
      name: engine.name,
      versions: { capscope: manifest.version, ...engine.versions },
      device: engine.device.name,
      choice: reason,
    });
    try {
      if ((await runJob(id, context)) === 'stopped') return 'stopped';
    } catch (error) {
      progress.say(`${label}: failed: ${(error as Error).message}`);
      failed = true;
    }
  }
  return failed ? 'failed' : 'finished';
}

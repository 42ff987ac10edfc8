/** What can be asked of a planned study wherever it is done: here, or on the computer that it has been brought to. */
import type { Store } from '../store/store.ts';
import type { Bundle } from './bundle.ts';
import { collect, type Collected } from './collect.ts';
import { placeOf, Remote, type Place } from './remote.ts';
import { cancel, submit, Submitted, type SlurmOptions } from './slurm/submit.ts';
import { slurmStates } from './slurm/tasks.ts';
import { statusOf, UnitStatus } from './status.ts';
import { z } from 'zod';

/** @param place to bring it to first, or once more; null: where it is. */
export async function submitAnywhere(bundle: Bundle, options: SlurmOptions, place: Place | null): Promise<Submitted> {
  const wanted = place ?? placeOf(bundle);
  if (!wanted) return submit(bundle, options);
  const remote = new Remote(wanted);
  await remote.push(bundle);
  return Submitted.parse(JSON.parse(await remote.capscope('submit', '--slurm', '--json', ...argumentsOf(options))));
}

export async function statusAnywhere(bundle: Bundle): Promise<UnitStatus[]> {
  const place = placeOf(bundle);
  if (!place) return statusOf(bundle, await slurmStates(bundle));
  return Answer.parse(JSON.parse(await new Remote(place).capscope('status', '--json'))).units;
}

const Answer = z.object({ units: z.array(UnitStatus) });

export async function cancelAnywhere(bundle: Bundle): Promise<string> {
  const place = placeOf(bundle);
  if (place) return (await new Remote(place).capscope('cancel')).trim();
  const jobs = await cancel(bundle);
  return jobs.length === 0 ? 'Nothing was submitted.' : `Cancelled: ${jobs.join(', ')}`;
}

/** Fetches first what is elsewhere. @param weights whether those that are elsewhere are fetched, too. */
export async function collectAnywhere(
  bundle: Bundle,
  store: Store,
  { say, weights }: { say: (line: string) => void; weights: boolean },
): Promise<Collected> {
  const place = placeOf(bundle);
  if (!place) return collect(bundle, store, { say });
  const remote = new Remote(place);
  await remote.pull(bundle, weights);
  const damaged: string[] = [];
  const collected = collect(bundle, store, { say, withoutWeights: !weights, onDamaged: (name) => damaged.push(name) });
  for (const name of damaged) await remote.setAside(name);
  return collected;
}

/** As the command there takes them. */
function argumentsOf({ atOnce, failed, sbatch = [], ...rest }: SlurmOptions): string[] {
  const named = Object.entries({ ...rest, 'at-once': atOnce }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}=${value}`],
  );
  return [...named, ...sbatch.map((text) => `--sbatch=${text}`), ...(failed ? ['--failed'] : [])];
}

/** What can be asked of a planned study wherever it is done: here, or on the computer that it has been brought to. */
import { z } from 'zod';
import type { WantedWeights } from '../shared/contract/index.ts';
import type { Bundle } from './bundle.ts';
import { placeOf, Remote, type Place, type RemoteOptions } from './remote.ts';
import { cancel, submit, Submitted, type SlurmOptions } from './slurm/submit.ts';
import { slurmStates } from './slurm/tasks.ts';
import { statusOf, UnitStatus } from './status.ts';

/** @param place to bring it to first, or once more; null: where it is. */
export async function submitAnywhere(
  bundle: Bundle,
  options: SlurmOptions,
  place: Place | null,
  remoteOptions: RemoteOptions = {},
): Promise<Submitted> {
  const wanted = place ?? placeOf(bundle);
  if (!wanted) return submit(bundle, options);
  const remote = new Remote(wanted, remoteOptions);
  await remote.push(bundle);
  return Submitted.parse(JSON.parse(await remote.capscope('submit', '--slurm', '--json', ...argumentsOf(options))));
}

export async function statusAnywhere(bundle: Bundle, remoteOptions: RemoteOptions = {}): Promise<UnitStatus[]> {
  const place = placeOf(bundle);
  if (!place) return statusOf(bundle, await slurmStates(bundle));
  return Answer.parse(JSON.parse(await new Remote(place, remoteOptions).capscope('status', '--json'))).units;
}

const Answer = z.object({ units: z.array(UnitStatus) });

export async function cancelAnywhere(bundle: Bundle): Promise<string> {
  const place = placeOf(bundle);
  if (place) return (await new Remote(place).capscope('cancel')).trim();
  const jobs = await cancel(bundle);
  return jobs.length === 0 ? 'Nothing was submitted.' : `Cancelled: ${jobs.join(', ')}`;
}

/**
 * Fetches first what is elsewhere, and has damaged results done again there.
 * @param weights those that are elsewhere and are fetched, too.
 * @param add adds what the bundle has to a database, with or without weights; answers the names of damaged results.
 */
export async function collectAnywhere<T extends { damaged: readonly string[] }>(
  bundle: Bundle,
  weights: WantedWeights,
  add: (withoutWeights: boolean) => T | Promise<T>,
  remoteOptions: RemoteOptions = {},
): Promise<T> {
  const place = placeOf(bundle);
  if (!place) return add(false);
  const remote = new Remote(place, remoteOptions);
  await remote.pull(bundle, weights);
  const added = await add(weights !== 'all');
  for (const name of added.damaged) await remote.setAside(name);
  return added;
}

/** As the command there takes them. */
function argumentsOf({ atOnce, failed, sbatch = [], ...rest }: SlurmOptions): string[] {
  const named = Object.entries({ ...rest, 'at-once': atOnce }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}=${value}`],
  );
  return [...named, ...sbatch.map((text) => `--sbatch=${text}`), ...(failed ? ['--failed'] : [])];
}

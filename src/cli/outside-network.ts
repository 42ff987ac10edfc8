/** What belongs to weights that were trained elsewhere: the network that they fill, and the images that it is measured on. */
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { readKept } from '../datasets/kept.ts';
import { loadDataset, SAMPLE } from '../datasets/load.ts';
import type { Dataset } from '../shared/dataset.ts';
import { InputError } from '../shared/input-error.ts';
import { firstIssue } from '../shared/issues.ts';
import { networkOf, NetworkFamily, NetworkSpec } from '../shared/spec/network.ts';
import { PreparationSpec, Standardisation, unprepared } from '../shared/spec/preparation.ts';
import type { Store } from '../store/store.ts';
import { folders } from '../workbench/node-host.ts';
import { openData } from './data.ts';
import { problemsOf, readJson } from './study-file.ts';

/** What a weights file of Capscope's, or one that capsnet.py has saved, says of its network. */
const Said = z.object({
  network: NetworkSpec,
  preparation: PreparationSpec.optional(),
  standardisation: Standardisation.nullish(),
  classes: z.array(z.string()).optional(),
});
export type Said = z.infer<typeof Said>;

/** Null where it says nothing, and where what it says is no network but nobody goes by it. */
export function saidOf(spec: unknown, source: string, overruled: boolean): Said | null {
  if (spec === null) return null;
  const parsed = Said.safeParse(spec);
  if (parsed.success) return parsed.data;
  if (overruled) return null;
  throw new InputError(`${source}: the network in its metadata is not valid: ${firstIssue(parsed.error)}`);
}

/** A file with one network, written out layer by layer or by its three numbers; or with an object that has it as `network`. */
export function networkIn(path: string): NetworkSpec {
  const json = readJson(path);
  const inner = typeof json === 'object' && json !== null && 'network' in json ? json.network : json;
  if (typeof inner !== 'object' || inner === null) throw new InputError(`${path} holds no network; expected an object, as in a study file`);
  const parsed = ('backbone' in inner ? NetworkSpec : NetworkFamily).safeParse(inner, { reportInput: true });
  if (!parsed.success) throw new InputError(`${path}: ${problemsOf(parsed.error)}`);
  return 'backbone' in parsed.data ? parsed.data : networkOf(parsed.data);
}

/** @param preparation of the images that the network was trained on, where that is known. */
export async function datasetFor(
  store: Store,
  { db, data, dataset: wanted, json }: { db: string; data?: string[]; dataset?: string; json?: true },
  preparation: PreparationSpec = unprepared,
): Promise<Dataset> {
  const folder = join(dirname(resolve(db)), 'datasets');
  if (wanted !== undefined) {
    if (data) throw new InputError('--dataset and --data name two data sets; name one');
    return knownDataset(store, wanted, folder);
  }
  const paths = data ?? [SAMPLE];
  const opened = await openData({
    paths: paths.length === 1 && paths[0] === SAMPLE ? paths : paths.map((path) => resolve(path)),
    preparation,
    skipBad: false,
    db,
    ask: !json,
  });
  await opened.remember(store);
  return opened.images();
}

function knownDataset(store: Store, wanted: string, folder: string): Promise<Dataset> {
  const all = store.datasets();
  const found = all.filter(({ name, fingerprint }) => name === wanted || (wanted.length >= 4 && fingerprint.startsWith(wanted)));
  const [one, other] = found;
  if (!one) throw new InputError(`there is no data set ${wanted}; there are ${all.map(({ name }) => `"${name}"`).join(', ') || 'none'}`);
  if (other)
    throw new InputError(
      `${wanted} names ${found.length} data sets; name one by the beginning of its fingerprint: ${found.map(({ fingerprint }) => fingerprint.slice(0, 8)).join(', ')}`,
    );
  const images = store.images.find(one.fingerprint);
  if (!images) throw new InputError(`the images of ${one.name} are not here; name their files with --data`);
  return images.file === null ? loadDataset(SAMPLE, { resources: folders().resources }) : readKept(join(folder, images.file));
}

/** The same weights mean something else on images that are scaled otherwise. */
export function checkStandardisation(said: Said | null, { name, standardisation }: Dataset, source: string): void {
  if (!said) return;
  const print = (one: Said['standardisation']) => (one ? `mean ${one.mean.join(', ')} and deviation ${one.deviation.join(', ')}` : 'none');
  const close = (a: number[], b: number[]) => a.length === b.length && a.every((value, i) => Math.abs(value - b[i]!) < 1e-6);
  const [own, other] = [said.standardisation ?? null, standardisation ?? null];
  const same = own === null || other === null ? own === other : close(own.mean, other.mean) && close(own.deviation, other.deviation);
  if (!same)
    throw new InputError(`${source} was trained on images standardised by ${print(own)}, but those of ${name} are by ${print(other)}`);
}

/** A network that tells the same classes apart in another order would be measured wrongly without a word. */
export function checkClasses(said: Said | null, { name, classes }: Dataset, source: string): void {
  const own = said?.classes;
  if (!own || own.join('\n') === classes.join('\n') || [...own].sort().join('\n') !== [...classes].sort().join('\n')) return;
  throw new InputError(`${source} has the classes in the order ${own.join(', ')}, but ${name} has them as ${classes.join(', ')}`);
}

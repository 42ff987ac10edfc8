/**
 * Looks at the networks of a study on its images, as `capscope forecast` does, before anything is said of their forecast. What is found
 * is kept in the database, and from then on all statistics and reports go by it.
 */
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readKept } from '../../src/datasets/kept.ts';
import { loadDataset, SAMPLE } from '../../src/datasets/load.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { Dataset } from '../../src/shared/dataset.ts';
import { ProbeOptions } from '../../src/shared/forecast/probe.ts';
import { InputError } from '../../src/shared/input-error.ts';
import type { Store } from '../../src/store/store.ts';
import type { StoredRun } from '../../src/store/types.ts';
import { DatasetCache } from '../../src/workbench/datasets/cache.ts';
import { folders } from '../../src/workbench/node-host.ts';

export type Looker = (runs: readonly StoredRun[], say: (progress: string) => void) => Promise<void>;

/** A network takes about a second; the engine is started for the first that was not looked at before. */
export async function withLooks(store: Store, work: (look: Looker) => Promise<void>): Promise<void> {
  let engine: Engine | null = null;
  const look: Looker = async (runs, say) => {
    const networks = new Map(beforeAnyCut(runs).map((network) => [JSON.stringify(network), network]));
    const unseen = [...networks.values()].filter((network) => store.probes.of(network) === null);
    if (unseen.length === 0) return;
    const { probe } = await import('../../src/engine/analysis/probe.ts');
    engine ??= await wasm();
    const images = new Map<string, Dataset>();
    for (const [n, { dataset, network }] of unseen.entries()) {
      if (n % STEP === 0) say(`looks at networks on images, ${n} of ${unseen.length}`);
      const here = images.get(dataset) ?? (await imagesOf(store, dataset));
      images.set(dataset, here);
      const found = await probe(network, here, engine.kernels, ProbeOptions.parse({}), { shouldStop: () => false });
      store.probes.keep({ dataset, network }, found);
    }
  };
  try {
    await work(look);
  } finally {
    (engine as Engine | null)?.dispose();
  }
}

/** Networks between two words of progress. */
const STEP = 10;

/** Of unpruned networks: from scratch, those that a cut would leave are another matter. */
const beforeAnyCut = (runs: readonly StoredRun[]) =>
  runs.flatMap(({ dataset, spec }) => (spec.pruning === null && spec.control === null ? [{ dataset, network: spec.network }] : []));

/** On the processor alone, so that the page does not depend on what else the machine has. */
async function wasm(): Promise<Engine> {
  const { startEngine } = await import('../../src/trainer/node/engine.ts');
  return startEngine({ engine: 'wasm', kernels: pathToFileURL(`${folders().kernels}/`) });
}

/** As the study was trained on them, whether or not the files that they are from are still there. */
async function imagesOf(store: Store, fingerprint: string): Promise<Dataset> {
  const images = store.images.find(fingerprint);
  if (!images) throw new InputError(`${store.path}: the images of ${store.dataset(fingerprint).name} are not here; open them again`);
  if (images.file === null) return loadDataset(SAMPLE, { resources: folders().resources });
  return readKept(new DatasetCache(join(dirname(store.path), 'datasets')).path({ file: images.file }), { checked: true });
}

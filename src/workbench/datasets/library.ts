/** The data sets that are known, and their images. */
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { divide } from '../../datasets/divide.ts';
import { countImages } from '../../datasets/facts.ts';
import { decodeDataset } from '../../datasets/kept.ts';
import { loadDataset, SAMPLE } from '../../datasets/load.ts';
import { DatasetLimits, SplitSpec, type DatasetImage, type DatasetSummary, type OpenedDataset } from '../../shared/contract/index.ts';
import type { Dataset } from '../../shared/dataset.ts';
import { InputError } from '../../shared/input-error.ts';
import { permutation, randomStream } from '../../shared/random.ts';
import type { DatasetSource } from '../../shared/trainer-protocol.ts';
import type { StoredImages } from '../../store/images.ts';
import type { Store } from '../../store/store.ts';
import type { StoredDataset } from '../../store/types.ts';
import type { Host } from '../host.ts';
import { inputOf } from '../plan.ts';
import type { FromReader, ReadRequest } from './reader-protocol.ts';

const Recipe = z.strictObject({ split: SplitSpec, limits: DatasetLimits });
type Recipe = z.infer<typeof Recipe>;
const asRead: Recipe = { split: { kind: 'own' }, limits: { train: null, test: null } };

export class Library {
  readonly #store: Store;
  readonly #host: Host;
  readonly #folder: string;
  readonly #reading = new Map<string, () => void>();
  /** The data set looked at last, so that a page that leafs through it does not read it every time. */
  #inMemory: { fingerprint: string; dataset: Promise<Dataset> } | null = null;

  constructor(store: Store, host: Host) {
    this.#store = store;
    this.#host = host;
    this.#folder = join(dirname(store.path), 'datasets');
  }

  /** Makes the bundled sample known. */
  async addSample(): Promise<void> {
    if (this.#store.images.list().some(isSample)) return;
    const sample = await loadDataset(SAMPLE, { resources: this.#host.resources });
    this.#keep(sample, { file: null, recipe: asRead, source: null, bytes: sample.train.images.length + sample.test.images.length });
  }

  list(): DatasetSummary[] {
    const runs = Map.groupBy(this.#store.summaries(), ({ dataset }) => dataset.fingerprint);
    const images = new Map(this.#store.images.list().map((entry) => [entry.dataset, entry]));
    return this.#store
      .datasets()
      .map((dataset) => summaryOf(dataset, images.get(dataset.fingerprint) ?? null, runs.get(dataset.fingerprint)?.length ?? 0))
      .sort((a, b) => ((a.opened ?? '') < (b.opened ?? '') ? 1 : -1));
  }

  summary(fingerprint: string): DatasetSummary {
    const summary = this.list().find((dataset) => dataset.fingerprint === fingerprint);
    if (!summary) throw new InputError('this data set is not known here');
    return summary;
  }

  async open(task: string, paths: string[]): Promise<OpenedDataset> {
    if (this.#reading.has(task)) throw new InputError('this task is already reading a data set');
    const request: ReadRequest = { paths, folder: this.#folder };
    const worker = new Worker(this.#host.reader, { workerData: request });
    const outcome = await new Promise<FromReader | null>((resolve, reject) => {
      this.#reading.set(task, () => resolve(null));
      worker.on('message', (message: FromReader) => {
        if (message.type === 'reading') this.#host.emit('reading', { task, stage: 'reading files', ...message });
        else if (message.type === 'keeping') this.#host.emit('reading', { task, stage: 'keeping the images', done: 0, total: null });
        else resolve(message);
      });
      worker.on('error', reject);
      worker.on('exit', () => resolve({ type: 'failed', message: 'the reader ended unexpectedly' }));
    }).finally(() => {
      this.#reading.delete(task);
      void worker.terminate();
    });
    if (outcome === null) return { status: 'cancelled' };
    if (outcome.type === 'failed') return { status: 'failed', problems: [{ file: null, message: outcome.message }] };
    if (outcome.type !== 'read') throw new Error(`The reader ended with ${outcome.type}.`);
    const { file, bytes, facts } = outcome;
    const known = this.#store.images.find(facts.fingerprint);
    const { trainPerClass, testPerClass, ...dataset } = facts;
    if (known?.file === null) await rm(join(this.#folder, file), { force: true });
    this.#remember(dataset, known ?? { file, recipe: asRead, source: sourceName(paths), bytes, trainPerClass, testPerClass });
    return { status: 'opened', dataset: this.#announce(facts.fingerprint), known: known !== null, notes: [] };
  }

  cancel(task: string): void {
    this.#reading.get(task)?.();
  }

  async derive(fingerprint: string, recipe: Recipe, name?: string): Promise<DatasetSummary> {
    const entry = this.#entry(fingerprint);
    if (!isAsRead(Recipe.parse(entry.recipe))) throw new InputError('divide the data set as it was read, not one made from it');
    const dataset = divide(await this.#load(fingerprint), recipe);
    if (dataset.fingerprint === fingerprint) return this.summary(fingerprint);
    const { file, source, bytes } = entry;
    this.#keep({ ...dataset, name: name ?? `${dataset.name}, ${describeRecipe(recipe)}` }, { file, recipe, source, bytes });
    return this.#announce(dataset.fingerprint);
  }

  rename(fingerprint: string, name: string): DatasetSummary {
    this.#store.images.rename(fingerprint, name);
    return this.#announce(fingerprint);
  }

  async remove(fingerprint: string): Promise<void> {
    if (isSample(this.#store.images.find(fingerprint))) throw new InputError('the bundled sample comes with Capscope and stays');
    const file = this.#store.images.remove(fingerprint);
    this.#inMemory = null;
    if (file !== null) await rm(join(this.#folder, file), { force: true });
    if (this.list().some((dataset) => dataset.fingerprint === fingerprint)) this.#announce(fingerprint);
    else this.#host.emit('dataset-removed', fingerprint);
  }

  /** Where a trainer finds the images. Throws an InputError when they are not here. */
  sourceOf(fingerprint: string): DatasetSource {
    const { file, recipe } = this.#entry(fingerprint);
    const { name } = this.#store.dataset(fingerprint);
    return { path: file === null ? null : join(this.#folder, file), name, recipe: Recipe.parse(recipe), fingerprint };
  }

  async samples(
    fingerprint: string,
    { split, class: label, count, seed }: { split: 'train' | 'test'; class: number | null; count: number; seed: number },
  ): Promise<DatasetImage[]> {
    const dataset = await this.#load(fingerprint);
    const { labels } = dataset[split];
    const indices: number[] = [];
    for (const i of permutation(labels.length, randomStream(seed, 'samples'))) {
      if (indices.length === count) break;
      if (label === null || labels[i] === label) indices.push(i);
    }
    return imagesAt(dataset, split, indices);
  }

  async images(fingerprint: string, split: 'train' | 'test', indices: number[]): Promise<DatasetImage[]> {
    return imagesAt(await this.#load(fingerprint), split, indices);
  }

  async testLabels(fingerprint: string): Promise<Uint16Array> {
    return (await this.#load(fingerprint)).test.labels;
  }

  #entry(fingerprint: string): StoredImages {
    const entry = this.#store.images.find(fingerprint);
    if (!entry) throw new InputError(`the images of ${this.#store.dataset(fingerprint).name} are not here; open the data set again`);
    return entry;
  }

  #load(fingerprint: string): Promise<Dataset> {
    if (this.#inMemory?.fingerprint === fingerprint) return this.#inMemory.dataset;
    const dataset = this.#read(fingerprint);
    this.#inMemory = { fingerprint, dataset };
    dataset.catch(() => (this.#inMemory = null));
    return dataset;
  }

  async #read(fingerprint: string): Promise<Dataset> {
    const { path, recipe } = this.sourceOf(fingerprint);
    const whole =
      path === null ? await loadDataset(SAMPLE, { resources: this.#host.resources }) : decodeDataset(await readKept(path), path);
    return divide(whole, recipe);
  }

  #keep(dataset: Dataset, images: Pick<StoredImages, 'file' | 'source' | 'bytes'> & { recipe: Recipe }): void {
    const { name, shape, classes, fingerprint } = dataset;
    const { trainPerClass, testPerClass, ...counts } = countImages(dataset);
    this.#remember({ name, shape, classes, fingerprint, ...counts }, { ...images, trainPerClass, testPerClass });
  }

  #remember(dataset: StoredDataset, images: Omit<StoredImages, 'dataset' | 'opened'>): void {
    this.#store.atomically(() => {
      this.#store.addDataset(dataset);
      this.#store.images.put({ ...images, dataset: dataset.fingerprint, opened: new Date().toISOString() });
    });
  }

  #announce(fingerprint: string): DatasetSummary {
    const summary = this.summary(fingerprint);
    this.#host.emit('dataset', summary);
    return summary;
  }
}

async function readKept(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new InputError(`the images cannot be read from ${path}: ${(error as Error).message}; open the data set again`, { cause: error });
  }
}

const isAsRead = ({ split, limits }: Recipe): boolean => split.kind === 'own' && limits.train === null && limits.test === null;

/** The bundled sample itself, not a data set made from it. */
const isSample = (images: StoredImages | null): boolean => images?.file === null && isAsRead(Recipe.parse(images.recipe));

function describeRecipe({ split, limits }: Recipe): string {
  const parts = [
    split.kind === 'fraction' ? `${Math.round(100 * split.test)} % for testing (seed ${split.seed})` : '',
    limits.train === null ? '' : `${limits.train} to train`,
    limits.test === null ? '' : `${limits.test} to test`,
  ];
  return parts.filter(Boolean).join(', ');
}

/** What the person gave, as one line. */
const sourceName = (paths: string[]): string => (paths.length === 1 ? paths[0]! : `${dirname(paths[0]!)} (${paths.length} files)`);

function imagesAt(dataset: Dataset, split: 'train' | 'test', indices: number[]): DatasetImage[] {
  const { images, labels } = dataset[split];
  const { height, width, channels } = dataset.shape;
  const size = height * width * channels;
  return indices.map((index) => {
    const label = labels[index];
    if (label === undefined) throw new InputError(`there is no ${split} image ${index}; there are ${labels.length}`);
    return { index, label, pixels: images.slice(index * size, (index + 1) * size) };
  });
}

function summaryOf(dataset: StoredDataset, images: StoredImages | null, runs: number): DatasetSummary {
  const { fingerprint, name, classes, train, test } = dataset;
  const { split, limits } = images ? Recipe.parse(images.recipe) : asRead;
  return {
    fingerprint,
    name,
    input: inputOf(dataset),
    classes,
    train,
    test,
    trainPerClass: images?.trainPerClass ?? [],
    testPerClass: images?.testPerClass ?? [],
    split,
    limits,
    source: images?.source ?? null,
    bundled: isSample(images),
    available: images !== null,
    bytes: images?.bytes ?? 0,
    runs,
    opened: images?.opened ?? null,
  };
}

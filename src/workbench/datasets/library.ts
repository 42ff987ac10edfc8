/** The data sets that are known, and their images. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KeptDataset } from '../../datasets/kept.ts';
import { loadDataset, SAMPLE } from '../../datasets/load.ts';
import { isUnprepared } from '../../datasets/preparation/prepare.ts';
import type {
  DatasetImage,
  DatasetPreview,
  DatasetProblem,
  DatasetReading,
  DatasetSummary,
  OpenedDataset,
} from '../../shared/contract/index.ts';
import type { Dataset } from '../../shared/dataset.ts';
import { InputError } from '../../shared/input-error.ts';
import { permutation, randomStream } from '../../shared/random.ts';
import type { PreparationSpec } from '../../shared/spec/preparation.ts';
import type { DatasetSource } from '../../shared/trainer-protocol.ts';
import { Origin, type StoredImages } from '../../store/images.ts';
import type { Store } from '../../store/store.ts';
import type { StoredDataset } from '../../store/types.ts';
import type { Host } from '../host.ts';
import { inputOf } from '../plan.ts';
import { asHere, imagesHere } from './as-here.ts';
import { DatasetCache } from './cache.ts';
import { describePreparation } from './describe.ts';
import { Forgotten } from './forgotten.ts';
import type { ImagesFrom, PreviewRequest } from './reader-protocol.ts';
import { Previews, Readings, type Read } from './reading.ts';
import { givenName, remember } from './records.ts';
import { isSample, rememberSample } from './sample.ts';

/** What a finished reading is of. */
interface Pending {
  paths: string[];
  base: string | null;
  name: string | undefined;
}

export class Library {
  readonly #store: Store;
  readonly #host: Host;
  readonly #cache: DatasetCache;
  readonly #forgotten: Forgotten;
  readonly #readings: Readings;
  readonly #previews: Previews;
  /** By task, while it is being read. */
  readonly #pending = new Map<string, Pending>();
  #sample: Promise<Dataset> | null = null;

  constructor(store: Store, host: Host) {
    this.#store = store;
    this.#host = host;
    this.#cache = new DatasetCache(join(dirname(store.path), 'datasets'));
    this.#forgotten = new Forgotten(store, this.#cache);
    this.#readings = new Readings(host, this.#cache);
    this.#previews = new Previews(host);
  }

  /** Makes the bundled sample known, and removes what earlier processes could not finish. */
  async prepare(): Promise<void> {
    this.#cache.clean();
    await rememberSample(this.#store, () => this.#loadSample());
  }

  async close(): Promise<void> {
    this.#previews.close();
    this.#forgotten.close();
    await this.#readings.close();
  }

  list(): DatasetSummary[] {
    const runs = this.#store.runsPerDataset();
    const images = new Map(this.#store.images.list().map((entry) => [entry.dataset, entry]));
    return this.#store
      .datasets()
      .map((dataset) => {
        const { fingerprint } = dataset;
        const entry = images.get(fingerprint) ?? null;
        const told = summaryOf(dataset, entry, runs.get(fingerprint) ?? 0);
        return {
          ...told,
          paths: (entry?.recipe.paths ?? []).map((path) => this.#named(path)),
          readings: this.#namedOptions(told.readings),
          preparable: this.#sourceFor(fingerprint) !== null,
        };
      })
      .sort((a, b) => ((a.opened ?? '') < (b.opened ?? '') ? 1 : -1));
  }

  summary(fingerprint: string): DatasetSummary {
    const summary = this.list().find((dataset) => dataset.fingerprint === fingerprint);
    if (!summary) throw new InputError('this data set is not known here');
    return summary;
  }

  open(task: string, paths: string[], preparation: PreparationSpec): Promise<OpenedDataset> {
    return this.#read(task, { kind: 'files', paths }, preparation, { paths, base: null, name: undefined });
  }

  /** The images of a data set, as its files have them, prepared otherwise. */
  prepareAnew(task: string, fingerprint: string, preparation: PreparationSpec, name?: string): Promise<OpenedDataset> {
    const source = this.#sourceOrThrow(fingerprint, preparation.reading);
    const { name: ofBase } = this.#store.dataset(source.base ?? fingerprint);
    const described = describePreparation(preparation);
    const { paths } = this.#entry(fingerprint).recipe;
    return this.#read(task, source.from, preparation, {
      paths,
      base: source.base,
      name: name ?? (described ? `${ofBase}, ${described}` : undefined),
    });
  }

  async accept(task: string): Promise<OpenedDataset> {
    return this.#opened(task, await this.#readings.accept(task));
  }

  async cancel(task: string): Promise<void> {
    await this.#readings.cancel(task);
    this.#pending.delete(task);
  }

  async preview(fingerprint: string, request: Omit<PreviewRequest, 'id'>): Promise<DatasetPreview> {
    const { from, base } = this.#sourceOrThrow(fingerprint, request.preparation.reading);
    const preview = await this.#previews.preview(base ?? fingerprint, from, request);
    return preview.ok
      ? { ...preview, notes: preview.notes.map((note) => this.#named(note)) }
      : { ok: false, message: this.#named(preview.message) };
  }

  rename(fingerprint: string, name: string): DatasetSummary {
    this.#store.images.rename(fingerprint, name);
    return this.#announce(fingerprint);
  }

  /** Forgets the images; `restore` brings them back for a while. */
  remove(fingerprint: string): void {
    const images = this.#store.images.find(fingerprint);
    if (isSample(images)) throw new InputError('the bundled sample comes with Capscope and stays');
    if (!images) throw new InputError('the images of this data set are not here');
    this.#previews.close();
    this.#forgotten.add(fingerprint, images);
    if (this.list().some((dataset) => dataset.fingerprint === fingerprint)) this.#announce(fingerprint);
    else this.#host.emit('dataset-removed', fingerprint);
  }

  restore(fingerprint: string): DatasetSummary {
    if (!this.#forgotten.restore(fingerprint)) throw new InputError('the images are gone by now; open their files again');
    return this.#announce(fingerprint);
  }

  /** Where a trainer finds the images. Throws an InputError when they are not here. */
  sourceOf(fingerprint: string): DatasetSource {
    const { file } = this.#entry(fingerprint);
    const { name } = this.#store.dataset(fingerprint);
    return { path: file === null ? null : this.#cache.path({ file }), name, fingerprint };
  }

  async samples(
    fingerprint: string,
    { split, class: label, count, seed }: { split: 'train' | 'test'; class: number | null; count: number; seed: number },
  ): Promise<DatasetImage[]> {
    return this.#with(fingerprint, async (images) => {
      const labels = await images.labels(split);
      const indices: number[] = [];
      for (const i of permutation(labels.length, randomStream(seed, 'samples'))) {
        if (indices.length === count) break;
        if (label === null || labels[i] === label) indices.push(i);
      }
      return imagesAt(images, split, labels, indices);
    });
  }

  async images(fingerprint: string, split: 'train' | 'test', indices: number[]): Promise<DatasetImage[]> {
    return this.#with(fingerprint, async (images) => imagesAt(images, split, await images.labels(split), indices));
  }

  async testLabels(fingerprint: string): Promise<Uint16Array> {
    return this.#with(fingerprint, (images) => images.labels('test'));
  }

  async #read(task: string, from: ImagesFrom, preparation: PreparationSpec, pending: Pending): Promise<OpenedDataset> {
    const reading = this.#readings.start(task, from, preparation, imagesHere(this.#store));
    this.#pending.set(task, pending);
    return this.#opened(task, await reading);
  }

  #opened(task: string, read: Read): OpenedDataset {
    const pending = this.#pending.get(task);
    if (read.status === 'partial') {
      const name = givenName(read.name, pending?.paths ?? [], this.#host.named);
      return { ...read, name, problems: this.#namedIn(read.problems) };
    }
    this.#pending.delete(task);
    if (read.status === 'failed') return { ...read, problems: this.#namedIn(read.problems) };
    if (read.status !== 'kept' || !pending) return { status: 'cancelled' };
    const record = asHere(this.#store, this.#cache, read.record, read.same);
    const known = remember(this.#store, record, { ...pending, named: this.#host.named });
    // The bundled sample is kept already, in the program's own folder.
    if (this.#store.images.find(record.fingerprint)?.file === null) this.#cache.remove(record.file);
    return { status: 'opened', dataset: this.#announce(record.fingerprint), known, notes: record.notes.map((note) => this.#named(note)) };
  }

  #named(text: string): string {
    return this.#host.named?.(text) ?? text;
  }

  #namedIn(problems: readonly DatasetProblem[]): DatasetProblem[] {
    return problems.map(({ file, message }) => ({ file: file === null ? null : this.#named(file), message: this.#named(message) }));
  }

  #namedOptions(readings: readonly DatasetReading[]): DatasetReading[] {
    return readings.map((one) => ({ ...one, options: one.options.map(({ name, label }) => ({ name, label: this.#named(label) })) }));
  }

  #entry(fingerprint: string): StoredImages {
    const entry = this.#store.images.find(fingerprint);
    if (!entry) throw new InputError(`the images of ${this.#store.dataset(fingerprint).name} are not here; open the data set again`);
    return entry;
  }

  /** Where the images are to be had as their files have them, and the data set that they are, if they are one; null: nowhere. */
  #sourceFor(fingerprint: string, reading: PreparationSpec['reading'] = {}): { from: ImagesFrom; base: string | null } | null {
    const entry = this.#store.images.find(fingerprint);
    if (!entry) return null;
    const { preparation, paths, base, format } = entry.recipe;
    if (isSample(entry)) return { from: { kind: 'sample' }, base: fingerprint };
    // What was kept was read in one way; in another one the files are read anew.
    const asKept = Object.keys(reading).length === 0;
    if (asKept && isUnprepared(preparation) && entry.file !== null) {
      const path = this.#cache.path({ file: entry.file });
      if (existsSync(path)) return { from: { kind: 'kept', path, format: format ?? '' }, base: fingerprint };
    }
    const ofBase = base === null || base === fingerprint ? null : this.#sourceFor(base, reading);
    if (ofBase) return ofBase;
    return paths.length > 0 && paths.every((path) => existsSync(path)) ? { from: { kind: 'files', paths }, base: null } : null;
  }

  #sourceOrThrow(fingerprint: string, reading?: PreparationSpec['reading']): { from: ImagesFrom; base: string | null } {
    const source = this.#sourceFor(fingerprint, reading);
    if (source) return source;
    const { source: place } = this.#entry(fingerprint);
    throw new InputError(
      `to prepare ${this.#store.dataset(fingerprint).name} otherwise, the files that it was read from are needed, and they are no longer ${place === null ? 'known' : `at ${place}`}; open them again`,
    );
  }

  #loadSample(): Promise<Dataset> {
    this.#sample ??= loadDataset(SAMPLE, { resources: this.#host.resources });
    this.#sample.catch(() => (this.#sample = null));
    return this.#sample;
  }

  /** Reads no more of the images than is asked for. */
  async #with<T>(fingerprint: string, use: (images: Readable) => Promise<T>): Promise<T> {
    const { path } = this.sourceOf(fingerprint);
    if (path === null) return use(inMemory(await this.#loadSample()));
    const kept = await KeptDataset.open(path);
    try {
      return await use(kept);
    } finally {
      await kept.close();
    }
  }

  #announce(fingerprint: string): DatasetSummary {
    const summary = this.summary(fingerprint);
    this.#host.emit('dataset', summary);
    return summary;
  }
}

type Readable = Pick<KeptDataset, 'labels' | 'image'>;

function inMemory(dataset: Dataset): Readable {
  const { height, width, channels } = dataset.shape;
  const size = height * width * channels;
  return {
    labels: (split) => Promise.resolve(dataset[split].labels),
    image: (split, index) => Promise.resolve(dataset[split].images.slice(index * size, (index + 1) * size)),
  };
}

function imagesAt(images: Readable, split: 'train' | 'test', labels: Uint16Array, indices: number[]): Promise<DatasetImage[]> {
  return Promise.all(
    indices.map(async (index) => {
      const label = labels[index];
      if (label === undefined) throw new InputError(`there is no ${split} image ${index}; there are ${labels.length}`);
      return { index, label, pixels: await images.image(split, index) };
    }),
  );
}

function summaryOf(dataset: StoredDataset, images: StoredImages | null, runs: number): Omit<DatasetSummary, 'preparable' | 'paths'> {
  const { fingerprint, name, classes, train, test } = dataset;
  const { preparation, standardisation, format, leftOut, readings } = images?.recipe ?? Origin.parse({});
  return {
    fingerprint,
    name,
    input: inputOf(dataset),
    classes,
    train,
    test,
    trainPerClass: images?.trainPerClass ?? [],
    testPerClass: images?.testPerClass ?? [],
    preparation,
    standardisation,
    format,
    leftOut,
    readings,
    source: images?.source ?? null,
    bundled: isSample(images),
    available: images !== null,
    bytes: images?.bytes ?? 0,
    runs,
    opened: images?.opened ?? null,
  };
}

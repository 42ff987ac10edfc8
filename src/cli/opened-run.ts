/** A run whose network is looked into at the terminal, and the images of its data set. */
import { dirname, join, resolve } from 'node:path';
import { KeptDataset, readKept } from '../datasets/kept.ts';
import { loadDataset, SAMPLE } from '../datasets/load.ts';
import type { Dataset } from '../shared/dataset.ts';
import { InputError } from '../shared/input-error.ts';
import type { InsideTask } from '../shared/trainer-protocol.ts';
import type { StoredImages } from '../store/images.ts';
import type { Store } from '../store/store.ts';
import type { StoredRun } from '../store/types.ts';
import { insideTask, networkFile } from '../workbench/inside/opened.ts';
import { folders } from '../workbench/node-host.ts';

/** What is needed of the database. */
export interface OpenedRun {
  run: StoredRun;
  task: InsideTask;
  /** Name of the data set, and where its images are; null: not here. */
  dataset: string;
  images: Pick<StoredImages, 'file'> | null;
}

export function runOf(store: Store, prefix: string): OpenedRun {
  const run = store.runByPrefix(prefix);
  return {
    run,
    task: insideTask(store, run.id, networkFile(store, run.id)),
    dataset: store.dataset(run.dataset).name,
    images: store.images.find(run.dataset),
  };
}

export interface ShownImage {
  pixels: Uint8Array;
  /** Null: not known. */
  label: number | null;
}

/** File with the images; null: the bundled sample. */
function fileOf({ dataset, images }: OpenedRun, db: string): string | null {
  if (!images) throw new InputError(`the images of ${dataset} are not here; open the data set again, or show an image with --file`);
  return images.file === null ? null : join(dirname(resolve(db)), 'datasets', images.file);
}

const loadSample = (): Promise<Dataset> => loadDataset(SAMPLE, folders());

/** All images. Throws an InputError when they are not here. */
export async function imagesOf(opened: OpenedRun, db: string): Promise<Dataset> {
  const file = fileOf(opened, db);
  return file === null ? loadSample() : readKept(file);
}

export async function testImage(opened: OpenedRun, db: string, index: number): Promise<ShownImage> {
  const file = fileOf(opened, db);
  const outside = (count: number) => new InputError(`--image ${index}: there is no such test image; expected 0 to ${count - 1}`);
  if (file === null) {
    const { test } = await loadSample();
    const count = test.labels.length;
    if (index >= count) throw outside(count);
    const size = test.images.length / count;
    return { pixels: test.images.slice(index * size, (index + 1) * size), label: test.labels[index]! };
  }
  const images = await KeptDataset.open(file);
  try {
    const labels = await images.labels('test');
    if (index >= labels.length) throw outside(labels.length);
    return { pixels: await images.image('test', index), label: labels[index]! };
  } finally {
    await images.close();
  }
}

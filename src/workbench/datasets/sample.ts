/** The bundled sample among the data sets that are known: its images stay where the program has them. */
import { countImages } from '../../datasets/facts.ts';
import type { Dataset } from '../../shared/dataset.ts';
import { Origin, type StoredImages } from '../../store/images.ts';
import type { Store } from '../../store/store.ts';

/** The sample itself, not a data set made from it. */
export const isSample = (images: StoredImages | null): boolean => images?.file === null;

/** Makes it known. Answers its fingerprint. */
export async function rememberSample(store: Store, load: () => Promise<Dataset>): Promise<string> {
  const known = store.images.list().find(isSample);
  if (known) return known.dataset;
  const sample = await load();
  const { name, shape, classes, fingerprint, train, test } = sample;
  const { trainPerClass, testPerClass, ...counts } = countImages(sample);
  store.atomically(() => {
    store.addDataset({ name, shape, classes, fingerprint, ...counts });
    store.images.put({
      dataset: fingerprint,
      file: null,
      recipe: Origin.parse({ format: 'IDX' }),
      source: null,
      bytes: train.images.length + test.images.length,
      trainPerClass,
      testPerClass,
      opened: new Date().toISOString(),
    });
  });
  return fingerprint;
}

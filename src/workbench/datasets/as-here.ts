/** The same images in another order are no other data set. */
import type { Store } from '../../store/store.ts';
import type { DatasetCache, KeptRecord } from './cache.ts';
import { imagesPerClass } from './keep.ts';
import type { KnownImages } from './reader-protocol.ts';

/** Images with a file of their own, among which others may be found again. */
export const imagesHere = (store: Store): KnownImages[] =>
  store.images
    .list()
    .flatMap(({ dataset, file, ...counts }) => (file === null ? [] : [{ dataset, file, perClass: imagesPerClass(counts) }]));

/**
 * What has been read as the data set that is here already, whose file stays. Where runs know it under its own name it keeps that.
 * @param same fingerprint of the one with the same images; null: there is none.
 */
export function asHere(store: Store, cache: DatasetCache, record: KeptRecord, same: string | null): KeptRecord {
  const here = same === null ? null : store.images.find(same);
  if (!here || here.file === null || store.runsOn(record.fingerprint).length > 0) return record;
  if (!store.images.list().some(({ file }) => file === record.file)) cache.remove(record.file);
  const { name } = store.dataset(here.dataset);
  const note = `These are the images of ${name}, in another order.`;
  return { ...record, fingerprint: here.dataset, file: here.file, bytes: here.bytes, notes: [note, ...record.notes] };
}

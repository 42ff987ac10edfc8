/** Data sets whose images were forgotten a moment ago: their files stay for as long as that can be taken back. */
import type { StoredImages } from '../../store/images.ts';
import type { Store } from '../../store/store.ts';
import type { StoredDataset } from '../../store/types.ts';
import type { DatasetCache } from './cache.ts';

/** Milliseconds; longer than a page offers it. */
const TIME_TO_RESTORE = 60_000;

interface Entry {
  dataset: StoredDataset;
  images: StoredImages;
  timer: NodeJS.Timeout;
}

export class Forgotten {
  readonly #store: Store;
  readonly #cache: DatasetCache;
  readonly #entries = new Map<string, Entry>();

  constructor(store: Store, cache: DatasetCache) {
    this.#store = store;
    this.#cache = cache;
  }

  /** Takes the images out of the store, and the data set unless something refers to it. */
  add(fingerprint: string, images: StoredImages): void {
    const dataset = this.#store.dataset(fingerprint);
    this.#store.images.remove(fingerprint);
    const timer = setTimeout(() => this.#end(fingerprint), TIME_TO_RESTORE);
    timer.unref();
    this.#entries.set(fingerprint, { dataset, images, timer });
  }

  /** Puts it back as it was. Answers whether it was still here. */
  restore(fingerprint: string): boolean {
    const entry = this.#entries.get(fingerprint);
    if (!entry) return false;
    clearTimeout(entry.timer);
    this.#entries.delete(fingerprint);
    this.#store.atomically(() => {
      this.#store.addDataset(entry.dataset);
      this.#store.images.put(entry.images);
    });
    return true;
  }

  /** Nothing can be taken back any more. */
  close(): void {
    for (const fingerprint of [...this.#entries.keys()]) this.#end(fingerprint);
  }

  #end(fingerprint: string): void {
    const entry = this.#entries.get(fingerprint);
    if (!entry) return;
    clearTimeout(entry.timer);
    this.#entries.delete(fingerprint);
    const { file } = entry.images;
    // The same images may have been opened again meanwhile.
    if (file !== null && !this.#store.images.list().some((images) => images.file === file)) this.#cache.remove(file);
  }
}

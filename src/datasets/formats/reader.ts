/** What every format's reader looks like. */
import type { RawDataset } from '../raw.ts';
import type { WantedReadings } from '../readings.ts';
import type { Source } from '../sources/source.ts';

/** What a data set may cost. Whatever a file declares is held against these before memory is taken. */
export interface ReadLimits {
  /** Bytes of one file that has to be read whole, after decompression. */
  fileBytes: number;
  /** Bytes of all images and labels that are held at once. */
  dataBytes: number;
  /** Bytes of arrays of images that are held as they are stored; larger ones are read piece by piece where they can be. */
  heldBytes: number;
  /** Pixels of one image file. */
  imagePixels: number;
  /** Images in all. */
  images: number;
}

export const defaultLimits: ReadLimits = {
  fileBytes: 2 ** 31 - 1,
  dataBytes: 8 * 2 ** 30,
  heldBytes: 2 ** 28,
  imagePixels: 2 ** 27,
  images: 10_000_000,
};

/** How far reading has come. */
export interface ReadProgress {
  stage: 'listing files' | 'looking at files' | 'reading files';
  /** Bytes or files; null: not known yet. */
  done: number;
  total: number | null;
}

export interface ReadOptions {
  limits: ReadLimits;
  /** What is wanted where the files leave it open. */
  reading?: WantedReadings | undefined;
  signal?: AbortSignal | undefined;
  /** Called as often as there is something to tell; the caller thins it out. */
  onProgress?: ((progress: ReadProgress) => void) | undefined;
  /** The script of the threads that decode images and HDF5; by default the source file, which a bundle has to replace. */
  decoder?: string | URL | undefined;
}

/** What a file is by its beginning, after decompression. */
export type Kind =
  | 'idx'
  | 'npy'
  | 'mat5'
  | 'hdf5'
  | 'norb'
  | 'pickle'
  | 'safetensors'
  | 'parquet'
  | 'arrow'
  | 'tfrecord'
  | 'image'
  | 'json'
  | 'text'
  | 'zip'
  | 'tar'
  /** Any other archive. */
  | 'archive'
  | 'unknown';

export interface Reader {
  /** The format, as a person calls it, e.g. "CIFAR-10 binary". */
  name: string;
  /** What the files are that it reads; it leaves others alone. */
  kinds: readonly Kind[];
  /** Whether the content (never just the name) of its files is of this format. May read the beginnings of files. */
  looksLike: (source: Source, options: ReadOptions) => boolean | Promise<boolean>;
  /**
   * Reads a source that looks like it. Throws a DatasetError: one sentence that names the file, the place in it, what is
   * wrong and what was expected; or what `signal` was aborted with.
   */
  read: (source: Source, options: ReadOptions) => Promise<RawDataset>;
}

/** From paths to what a reader delivers, before preparation. */
import { readSource } from './formats/index.ts';
import type { ReadOptions } from './formats/reader.ts';
import type { RawDataset } from './raw.ts';
import { pathsSource } from './sources/paths.ts';

/**
 * Reads files, folders or archives that were given together as one data set, in whatever format they have.
 * Throws a DatasetError: one sentence that names the file, what is wrong with it and what was expected; or what `signal`
 * was aborted with.
 */
export async function readPaths(paths: readonly string[], options: Partial<ReadOptions> = {}): Promise<RawDataset & { format: string }> {
  const { signal, onProgress } = options;
  let files = 0;
  const onFile = () => onProgress?.({ stage: 'listing files', done: ++files, total: null });
  return readSource(await pathsSource(paths, { signal, onFile }), options);
}

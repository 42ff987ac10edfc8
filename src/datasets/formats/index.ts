/** The formats that can be read, and which of them a source has. */
import { DatasetError } from '../errors.ts';
import type { RawDataset } from '../raw.ts';
import type { Source } from '../sources/source.ts';
import { idxReader } from './idx-folder.ts';
import { defaultLimits, type Reader, type ReadOptions } from './reader.ts';

/** In the order in which they are tried: the more telling a format's signs are, the earlier. */
export const readers: readonly Reader[] = [idxReader];

/** The first reader that finds its format in the source. Throws a DatasetError when none does. */
export async function recogniseFormat(source: Source, options: ReadOptions): Promise<Reader> {
  for (const reader of readers) if (await reader.looksLike(source, options)) return reader;
  throw new DatasetError(
    source.label,
    'there are no IDX files in it; expected train-images-idx3-ubyte (or .gz) and the three that go with it',
  );
}

/** Reads a source in whatever format it has. Throws a DatasetError, or what `signal` was aborted with. */
export async function readSource(
  source: Source,
  { limits = defaultLimits, ...options }: Partial<ReadOptions> = {},
): Promise<RawDataset & { format: string }> {
  const full = { ...options, limits };
  const reader = await recogniseFormat(source, full);
  return { ...(await reader.read(source, full)), format: reader.name };
}

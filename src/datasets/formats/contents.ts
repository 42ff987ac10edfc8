/** What the files of a source are, told by their first bytes and never by their names alone. */
import { DatasetError } from '../errors.ts';
import { gunzipAtMost, gunzipHead, isGzip } from '../gzip.ts';
import type { Problem } from '../raw.ts';
import type { Compression } from '../sources/compressed.ts';
import { maxFileBytes, readFiles, type Source, type SourceFile } from '../sources/source.ts';
import type { Kind, ReadOptions } from './reader.ts';
import { signatureOf, type Unread } from './signatures.ts';

export interface Item {
  file: SourceFile;
  /** Of the content, after decompression. */
  kind: Kind;
  /** Compressed with gzip. */
  gzip: boolean;
  /** Compressed with something else; such files are replaced before any reader sees them. */
  compression?: Compression | undefined;
  /** A ZIP that is no archive to a person. */
  bundle?: true | undefined;
  /** Known, and not read. */
  unread?: Unread | undefined;
}

export interface Contents {
  items: Item[];
  /** Files whose beginning cannot be read. */
  problems: Problem[];
}

/** Enough for the signature of an HDF5 file behind MATLAB's 512 bytes, and for a line of text. */
const headBytes = 1024;
/** After so many images with the same extension and nothing else, the next ones are taken for images until they are decoded. */
const enoughAlike = 64;

type LookOptions = Pick<ReadOptions, 'signal' | 'onProgress'>;

const known = new WeakMap<Source, Promise<Contents>>();

/** Looks at every file once. */
export function contentsOf(source: Source, options: LookOptions): Promise<Contents> {
  const contents = known.get(source) ?? lookAt(source, options);
  known.set(source, contents);
  return contents;
}

async function lookAt(source: Source, { signal, onProgress }: LookOptions): Promise<Contents> {
  const contents: Contents = { items: [], problems: [] };
  const images = new Map<string, number>();
  for (const [i, file] of source.files.entries()) {
    if (i % 256 === 255) {
      onProgress?.({ stage: 'looking at files', done: i, total: source.files.length });
      await new Promise(setImmediate);
    }
    signal?.throwIfAborted();
    const extension = file.path.slice(file.path.lastIndexOf('.'));
    const alike = images.get(extension) ?? 0;
    if (alike >= enoughAlike) {
      contents.items.push({ file, kind: 'image', gzip: false });
      continue;
    }
    try {
      const head = await file.head(headBytes);
      const gzip = isGzip(head);
      const { kind, ...more } = signatureOf(gzip ? gunzipHead(head, file.label) : head, file.path);
      contents.items.push({ file, kind, gzip, ...more });
      images.set(extension, kind === 'image' && !gzip ? alike + 1 : Number.NEGATIVE_INFINITY);
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error;
      contents.items.push({ file, kind: 'unknown', gzip: false });
      contents.problems.push({ file: file.label, message: error.message.slice(file.label.length + 2) });
    }
  }
  return contents;
}

/** A file's content, decompressed. Throws a DatasetError. */
export async function readItem({ file, gzip }: Item, { limits, signal }: ReadOptions): Promise<Uint8Array> {
  const limit = Math.min(limits.fileBytes, maxFileBytes);
  const size = await file.size();
  if (size > limit)
    throw new DatasetError(
      file.label,
      `it has ${size} bytes and is of a kind that is read whole, for which ${limit} are the most; divide it, or save its arrays as NPY, HDF5 or safetensors, which are read part by part`,
    );
  const bytes = await file.read({ limit, signal });
  return gzip ? gunzipAtMost(bytes, limit, file.label) : bytes;
}

/** The decompressed content of several files. Throws a DatasetError. */
export async function readItems(source: Source, items: readonly Item[], { limits, signal }: ReadOptions): Promise<Map<Item, Uint8Array>> {
  const limit = Math.min(limits.fileBytes, maxFileBytes);
  const contents = await readFiles(
    source,
    items.map(({ file }) => file),
    { limit, signal },
  );
  const result = new Map<Item, Uint8Array>();
  for (const item of items) {
    const bytes = contents.get(item.file)!;
    result.set(item, item.gzip ? await gunzipAtMost(bytes, limit, item.file.label) : bytes);
  }
  return result;
}

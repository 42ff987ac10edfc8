/** What the files of a source are, told by their first bytes and never by their names alone. */
import { DatasetError } from '../errors.ts';
import { gunzipAtMost, gunzipHead, isGzip } from '../gzip.ts';
import type { Problem } from '../raw.ts';
import { isTar, isZip } from '../sources/archive.ts';
import { maxFileBytes, readFiles, type Source, type SourceFile } from '../sources/source.ts';
import type { Kind, ReadOptions } from './reader.ts';

export interface Item {
  file: SourceFile;
  /** Of the content, after decompression. */
  kind: Kind;
  /** Compressed with gzip. */
  gzip: boolean;
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
      const kind = kindOf(gzip ? gunzipHead(head, file.label) : head);
      contents.items.push({ file, kind, gzip });
      images.set(extension, kind === 'image' && !gzip ? alike + 1 : Number.NEGATIVE_INFINITY);
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error;
      contents.items.push({ file, kind: 'unknown', gzip: false });
      contents.problems.push({ file: file.label, message: error.message.slice(file.label.length + 2) });
    }
  }
  return contents;
}

/* eslint-disable no-control-regex */
function kindOf(head: Uint8Array): Kind {
  const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1');
  const at = (offset: number, bytes: string) => text.startsWith(bytes, offset);
  if (at(0, '\x93NUMPY')) return 'npy';
  if (at(0, '\x89HDF\r\n\x1a\n') || at(512, '\x89HDF\r\n\x1a\n')) return 'hdf5';
  if (at(0, '\x89PNG\r\n\x1a\n') || at(0, '\xff\xd8\xff') || at(0, 'GIF8') || at(0, 'II*\0') || at(0, 'MM\0*')) return 'image';
  if ((at(0, 'RIFF') && at(8, 'WEBP')) || isBmp(head)) return 'image';
  if (isZip(head)) return 'zip';
  if (isTar(head)) return 'tar';
  if (at(0, 'MATLAB') && (at(126, 'IM') || at(126, 'MI'))) return 'mat5';
  if (/^[\x51-\x56]\x4c\x3d\x1e/.test(text)) return 'norb';
  if (/^\0\0[\x08\x09\x0b-\x0e][\x01-\x04]/.test(text)) return 'idx';
  if (/^\x80[\x02-\x05]/.test(text)) return 'pickle';
  if (!isText(head)) return 'unknown';
  return /^\s*[[{]/.test(text) ? 'json' : 'text';
}
/* eslint-enable no-control-regex */

/** "BM" alone could begin a text; the size of the second header tells. */
function isBmp(head: Uint8Array): boolean {
  if (head[0] !== 0x42 || head[1] !== 0x4d || head.length < 26) return false;
  return [12, 40, 52, 56, 64, 108, 124].includes(new DataView(head.buffer, head.byteOffset).getUint32(14, true));
}

function isText(head: Uint8Array): boolean {
  if (head.length === 0) return false;
  try {
    // A character may be cut at the end.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    // eslint-disable-next-line no-control-regex
    return !/[\0-\x08\x0e-\x1f]/.test(text);
  } catch {
    return false;
  }
}

/** A file's content, decompressed. Throws a DatasetError. */
export async function readItem({ file, gzip }: Item, { limits, signal }: ReadOptions): Promise<Uint8Array> {
  const limit = Math.min(limits.fileBytes, maxFileBytes);
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

/**
 * 7z archives, and whatever ZIP and TAR archives are compressed with that is seldom used, through libarchive in WebAssembly. Read from
 * front to back like a TAR archive: once to list, and once for every call that reads what was not remembered.
 */
import type { ArchiveReader } from 'libarchive-wasm';
import { DatasetError } from '../errors.ts';
import { ArchivedFile } from './archived-file.ts';
import { EntryNames, tooMuch, unpackedLimit } from './archive.ts';
import { maxFileBytes, stem, type FileContent, type ReadFileOptions, type Source, type SourceFile } from './source.ts';

/** The library holds the whole archive. */
const maxPackedBytes = 2 ** 30;
/** Archives with less content stay in memory; of others, the beginnings of files. */
const smallBytes = 2 ** 26;
const headBytes = 1024;
/** Between looks at whether somebody has cancelled. */
const entriesAtOnce = 64;

/** Lists an archive. Throws a DatasetError when it is damaged. */
export async function libarchiveSource(archive: SourceFile, signal?: AbortSignal): Promise<Source> {
  const place = archive.label;
  const packed = await archive.size();
  if (packed > maxPackedBytes)
    throw new DatasetError(place, `it has ${packed} bytes; expected at most ${maxPackedBytes} of an archive of this kind: unpack it first`);

  /** Calls `use` with every entry; what it does not read is skipped. */
  async function walk(use: (name: string, entry: Entry) => boolean, abort?: AbortSignal): Promise<void> {
    const { libarchiveWasm, ArchiveReader: Reader } = (await import('libarchive-wasm')).default;
    const bytes = await archive.read({ signal: abort });
    let reader: ArchiveReader | undefined;
    try {
      reader = new Reader(await libarchiveWasm(), new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length));
      for (let count = 1; ; count++) {
        if (count % entriesAtOnce === 0) {
          await new Promise(setImmediate);
          abort?.throwIfAborted();
        }
        const pointer = reader.nextEntryPointer();
        if (pointer === 0) return;
        const entry = new Entry(reader, pointer, place);
        if (!use(reader.getEntryPathname(pointer), entry)) return;
        if (!entry.isRead) reader.skipData();
      }
    } catch (error) {
      abort?.throwIfAborted();
      throw error instanceof DatasetError ? error : damaged(place, error);
    }
  }

  const names = new EntryNames(place);
  const files: ArchivedFile[] = [];
  let total = 0;
  let entries = 0;
  await walk((name, entry) => {
    entries++;
    const type = entry.type;
    if (type === 'Directory') return true;
    const path = names.accept(name);
    if (path === undefined) return true;
    if (type !== 'File') {
      names.leaveOut(name, 'it is no file but a link or a device; expected a file');
      return true;
    }
    if (entry.isEncrypted) throw new DatasetError(place, 'it is encrypted; expected an archive without a password');
    const { size } = entry;
    total += size;
    if (total > unpackedLimit(packed)) throw tooMuch(place, packed);
    const start =
      total <= smallBytes || files.length * headBytes < smallBytes
        ? entry.read(total <= smallBytes ? size : Math.min(size, headBytes))
        : undefined;
    files.push(new ArchivedFile(place, path, name, size, start, { readAll }));
    return true;
  }, signal);
  if (entries === 0)
    throw new DatasetError(place, 'it is damaged, encrypted or empty: no file in it can be read; expected an archive of files');
  if (total > smallBytes) for (const file of files) file.forget(headBytes);

  async function* readAll(wanted: readonly SourceFile[], options: ReadFileOptions = {}): AsyncGenerator<FileContent> {
    const { limit = maxFileBytes, signal: abort } = options;
    const all = new Set(wanted);
    const missing = new Map<string, ArchivedFile>();
    for (const file of files.filter((one) => all.has(one))) {
      abort?.throwIfAborted();
      if (file.bytes > limit) yield { file, error: new DatasetError(file.label, `it has ${file.bytes} bytes; expected at most ${limit}`) };
      else if (file.content) yield { file, bytes: file.content };
      else missing.set(file.name, file);
    }
    // Some at a time, so that not everything is in memory at once.
    while (missing.size > 0) {
      const found: FileContent[] = [];
      let bytes = 0;
      await walk((name, entry) => {
        const file = missing.get(name);
        if (!file) return true;
        missing.delete(name);
        found.push({ file, bytes: entry.read(file.bytes) });
        bytes += file.bytes;
        return bytes < smallBytes && missing.size > 0;
      }, abort);
      if (found.length === 0) break;
      yield* found;
    }
    for (const file of missing.values()) yield { file, error: new DatasetError(file.label, 'it is no longer in the archive') };
  }

  return { label: place, name: stem(archive.path), files, problems: names.problems, readAll };
}

/** What the library is at. */
class Entry {
  isRead = false;
  readonly #reader: ArchiveReader;
  readonly #pointer: number;
  readonly #place: string;

  constructor(reader: ArchiveReader, pointer: number, place: string) {
    this.#reader = reader;
    this.#pointer = pointer;
    this.#place = place;
  }

  get type(): string {
    return this.#reader.getEntryFiletype(this.#pointer);
  }

  get size(): number {
    return this.#reader.getEntrySize(this.#pointer);
  }

  get isEncrypted(): boolean {
    return this.#reader.isEntryEncrypted(this.#pointer);
  }

  read(bytes: number): Uint8Array {
    this.isRead = true;
    if (bytes === 0) return new Uint8Array();
    const data = this.#reader.readData(bytes);
    if (data.length < bytes) throw new DatasetError(this.#place, 'it is damaged: a file in it is shorter than the archive declares');
    return new Uint8Array(data.buffer, data.byteOffset, data.length).slice();
  }
}

function damaged(place: string, error: unknown): DatasetError {
  const [line = ''] = (error as Error).message.split('\n');
  if (/passphrase|encrypted/i.test(line))
    return new DatasetError(place, 'it is encrypted; expected an archive without a password', { cause: error });
  return new DatasetError(place, `it cannot be read as an archive (${line || 'no reason given'})`, { cause: error });
}

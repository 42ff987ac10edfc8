/** A ZIP archive as a source. Its entries are decompressed one at a time, in memory. */
import { constants, crc32, inflateRawSync } from 'node:zlib';
import { Entry, fromRandomAccessReaderPromise, getFileNameLowLevel, type ZipFile } from 'yauzl';
import { DatasetError } from '../errors.ts';
import type { Problem } from '../raw.ts';
import { EntryNames, tooMuch, unpackedLimit } from './archive.ts';
import { ArchiveBytes } from './archive-bytes.ts';
import { libarchiveSource } from './libarchive.ts';
import { entriesIn, headerBytes } from './zip-directory.ts';
import { maxFileBytes, stem, type FileContent, type ReadFileOptions, type Source, type SourceFile } from './source.ts';

/** Entries of so many bytes are read at once, larger ones piece by piece. */
const smallBytes = 2 ** 24;
/** Entries larger than this can be had piece by piece. */
const largeBytes = 2 ** 26;
const wrongSum = 'it is damaged: its content does not have the checksum that the archive declares';
const localHeader = 0x04034b50;
const localHeaderBytes = 30;
const linkMode = 0o120000;
const modeMask = 0o170000;

/** What of a directory's entry it takes to read it: what may have more than 32 bits, and what has fewer. */
const places = ['relativeOffsetOfLocalHeader', 'uncompressedSize', 'compressedSize'] as const;
const details = ['crc32', 'compressionMethod', 'generalPurposeBitFlag'] as const;
/** Entries that are listed without a pause, in which others have their turn. */
const betweenPauses = 4096;

/** Compression methods other than deflate that libarchive knows: bzip2, LZMA, xz. */
const otherMethods = new Set([12, 14, 95]);

/** Lists a ZIP archive. Throws a DatasetError when it is damaged. */
export async function zipSource(archive: SourceFile, signal?: AbortSignal): Promise<Source> {
  const { source, others } = await listZip(archive, signal);
  return others ? libarchiveSource(archive, signal) : source;
}

async function listZip(archive: SourceFile, signal?: AbortSignal): Promise<{ source: Source; others: boolean }> {
  const place = archive.label;
  const packed = await archive.size();
  const bytes = archive.disk === undefined ? await archive.read({ signal }) : undefined;
  const options = { decodeStrings: false, autoClose: false, validateEntrySizes: true };
  const at = new ArchiveBytes(bytes ?? archive.disk!);
  const size = bytes?.length ?? packed;
  const openZip = async () => {
    try {
      const zip = await fromRandomAccessReaderPromise(at, size, options);
      // It waits for how closing `at` goes, which cannot fail, and would be held as long as that.
      at.removeAllListeners();
      return zip;
    } catch (error) {
      throw damaged(place, error);
    }
  };
  const directory = new Directory(place, at, openZip);
  const { files, problems, others } = await entriesOf(directory, packed, size, signal);

  async function* readAll(wanted: readonly SourceFile[], readOptions: ReadFileOptions = {}): AsyncGenerator<FileContent> {
    // One by one, in the order in which they lie in the archive.
    const all = new Set(wanted);
    const entries = files.filter((entry) => all.has(entry)).sort((a, b) => a.offset - b.offset);
    const zip = await openZip();
    try {
      for (const file of entries) {
        readOptions.signal?.throwIfAborted();
        let content: FileContent;
        try {
          content = { file, bytes: await file.readFrom(zip, readOptions) };
        } catch (error) {
          readOptions.signal?.throwIfAborted();
          content = { file, error: error as Error };
        }
        yield content;
      }
    } finally {
      zip.close();
    }
  }

  return { source: { label: place, name: stem(archive.path), files, problems, readAll }, others };
}

/**
 * A function of its own, so that nothing of what is needed for listing alone is held for longer.
 * @param packed bytes of the archive on disk. @param size of it as it is read.
 */
async function entriesOf(
  directory: Directory,
  packed: number,
  size: number,
  signal: AbortSignal | undefined,
): Promise<{ files: ZipEntry[]; problems: Problem[]; others: boolean }> {
  const { place } = directory;
  const names = new EntryNames(place);
  const files: ZipEntry[] = [];
  let others = false;
  await directory.withZip(async (zip) => {
    let total = 0;
    try {
      directory.reserve(Math.min(zip.entryCount, size / headerBytes));
      let read = 0;
      for (const entry of entriesIn(zip, directory.archive)) {
        if (++read % betweenPauses === 0) await new Promise(setImmediate);
        signal?.throwIfAborted();
        const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
        if (name.endsWith('/')) continue;
        const path = names.accept(name);
        if (path === undefined) continue;
        if (((entry.externalFileAttributes >>> 16) & modeMask) === linkMode) names.leaveOut(name, 'it is a link; expected a file');
        else if (!entry.isEncrypted() && otherMethods.has(entry.compressionMethod)) others = true;
        else if (!entry.canDecodeFileData())
          names.leaveOut(
            name,
            entry.isEncrypted() ? 'it is encrypted' : `its compression method ${entry.compressionMethod} is not deflate`,
          );
        else files.push(new ZipEntry(path, directory, entry));
        total += entry.uncompressedSize;
        if (total > unpackedLimit(packed)) throw tooMuch(place, packed);
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof DatasetError ? error : damaged(place, error);
    }
  });
  return { files, problems: names.problems, others };
}

/** What is needed to read the entries: an object for each would take more than everything else where there are hundreds of thousands. */
class Directory {
  readonly place: string;
  readonly archive: ArchiveBytes;
  readonly openZip: () => Promise<ZipFile>;
  #places = new Float64Array();
  #details = new Uint32Array();
  #count = 0;

  constructor(place: string, archive: ArchiveBytes, openZip: () => Promise<ZipFile>) {
    this.place = place;
    this.archive = archive;
    this.openZip = openZip;
  }

  /** Room for so many entries: growing, it would have more than it needs, and what it had before as well. */
  reserve(count: number): void {
    const [before, alsoBefore] = [this.#places, this.#details];
    this.#places = new Float64Array(Math.ceil(count) * places.length);
    this.#details = new Uint32Array(Math.ceil(count) * details.length);
    this.#places.set(before);
    this.#details.set(alsoBefore);
  }

  /** Its number. */
  add(entry: Entry): number {
    if (this.#count * places.length >= this.#places.length) this.reserve(2 * this.#count + 1024);
    for (const [i, field] of places.entries()) this.#places[this.#count * places.length + i] = entry[field];
    for (const [i, field] of details.entries()) this.#details[this.#count * details.length + i] = entry[field];
    return this.#count++;
  }

  entry(index: number): Entry {
    const entry = new Entry();
    for (const [i, field] of places.entries()) entry[field] = this.#places[index * places.length + i]!;
    for (const [i, field] of details.entries()) entry[field] = this.#details[index * details.length + i]!;
    return entry;
  }

  offset(index: number): number {
    return this.#places[index * places.length]!;
  }

  size(index: number): number {
    return this.#places[index * places.length + 1]!;
  }

  /** Opened for as long as something is read, so that nobody has to close a source. */
  async withZip<T>(use: (zip: ZipFile) => Promise<T>): Promise<T> {
    const zip = await this.openZip();
    try {
      return await use(zip);
    } finally {
      zip.close();
    }
  }
}

class ZipEntry implements SourceFile {
  readonly path: string;
  readonly #directory: Directory;
  readonly #index: number;

  constructor(path: string, directory: Directory, entry: Entry) {
    this.path = path;
    this.#directory = directory;
    this.#index = directory.add(entry);
  }

  get label(): string {
    return `${this.#directory.place}/${this.path}`;
  }

  get offset(): number {
    return this.#directory.offset(this.#index);
  }

  size(): Promise<number> {
    return Promise.resolve(this.#directory.size(this.#index));
  }

  get #entry(): Entry {
    return this.#directory.entry(this.#index);
  }

  async head(bytes: number): Promise<Uint8Array> {
    const { uncompressedSize, compressedSize, compressionMethod } = this.#entry;
    const wanted = Math.min(bytes, uncompressedSize);
    // Deflate needs no more than a little over what it shrinks.
    const packed = this.#packed(Math.min(compressedSize, 2 * bytes + 512));
    const start = packed && unpacked(packed, wanted, compressionMethod, wanted < uncompressedSize || packed.length < compressedSize);
    if (start && start.length >= wanted) return start.subarray(0, wanted);
    return this.#directory.withZip(async (zip) => {
      const head = new Uint8Array(wanted);
      await this.#fill(zip, head, {});
      return head;
    });
  }

  /** Of large ones, so that nobody has to hold them. */
  get open(): SourceFile['open'] {
    return this.#directory.size(this.#index) > largeBytes ? (signal) => Promise.resolve(this.#pieces(signal)) : undefined;
  }

  async *#pieces(signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    const zip = await this.#directory.openZip();
    let sum = 0;
    try {
      for await (const chunk of (await zip.openReadStreamPromise(this.#entry)) as AsyncIterable<Buffer>) {
        signal?.throwIfAborted();
        sum = crc32(chunk, sum);
        yield chunk;
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw damaged(this.label, error);
    } finally {
      zip.close();
    }
    if (sum !== this.#entry.crc32) throw new DatasetError(this.label, wrongSum);
  }

  async read(options: ReadFileOptions = {}): Promise<Uint8Array> {
    return this.#readSmall(options) ?? this.#directory.withZip((zip) => this.readFrom(zip, options));
  }

  /** All of a small one; undefined when it is large, or damaged, which the slower way tells better. */
  #readSmall({ limit = maxFileBytes }: ReadFileOptions): Uint8Array | undefined {
    if (this.#directory.size(this.#index) > Math.min(limit, smallBytes)) return undefined;
    const { uncompressedSize, compressedSize, crc32: declared, compressionMethod } = this.#entry;
    const packed = this.#packed(compressedSize);
    const bytes = packed && unpacked(packed, uncompressedSize, compressionMethod);
    return bytes?.length === uncompressedSize && crc32(bytes) === declared ? bytes : undefined;
  }

  /** The first bytes of what lies in the archive. */
  #packed(length: number): Uint8Array | undefined {
    if (length > smallBytes) return undefined;
    try {
      return this.#packedAt(length);
    } catch {
      // It has vanished, which is said where it is opened anew.
      return undefined;
    }
  }

  #packedAt(length: number): Uint8Array | undefined {
    const { offset } = this;
    const { archive } = this.#directory;
    const header = archive.at(offset, localHeaderBytes);
    const view = new DataView(header.buffer, header.byteOffset, header.length);
    if (header.length < localHeaderBytes || view.getUint32(0, true) !== localHeader) return undefined;
    const start = offset + localHeaderBytes + view.getUint16(26, true) + view.getUint16(28, true);
    const packed = archive.at(start, length);
    // A copy: what is read next takes its place.
    return packed.length === length ? packed.slice() : undefined;
  }

  async readFrom(zip: ZipFile, options: ReadFileOptions): Promise<Uint8Array> {
    const small = this.#readSmall(options);
    if (small) return small;
    const { limit = maxFileBytes, signal } = options;
    const { uncompressedSize, compressedSize } = this.#entry;
    if (uncompressedSize > limit) throw new DatasetError(this.label, `it has ${uncompressedSize} bytes; expected at most ${limit}`);
    // Before memory is taken on the word of a header.
    if (uncompressedSize > (compressedSize + 64) * 1032)
      throw new DatasetError(
        this.label,
        `the archive declares ${uncompressedSize} bytes, which ${compressedSize} compressed bytes cannot hold`,
      );
    const bytes = new Uint8Array(uncompressedSize);
    await this.#fill(zip, bytes, { signal });
    if (crc32(bytes) !== this.#entry.crc32) throw new DatasetError(this.label, wrongSum);
    return bytes;
  }

  /** The first bytes of the content, as many as `target` has. */
  async #fill(zip: ZipFile, target: Uint8Array, { signal }: ReadFileOptions): Promise<void> {
    let done = 0;
    try {
      const stream = await zip.openReadStreamPromise(this.#entry);
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        signal?.throwIfAborted();
        target.set(chunk.subarray(0, target.length - done), done);
        done = Math.min(done + chunk.length, target.length);
        if (done === target.length && target.length < this.#entry.uncompressedSize) break;
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw damaged(this.label, error);
    }
  }
}

function unpacked(packed: Uint8Array, size: number, method: number, isPart = false): Uint8Array | undefined {
  if (method === 0) return packed;
  try {
    if (isPart) return inflateRawSync(packed, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 2 ** 22 });
    return inflateRawSync(packed, { maxOutputLength: Math.max(size, 1), chunkSize: Math.min(Math.max(size, 64), 2 ** 20) });
  } catch {
    return undefined;
  }
}

/** yauzl's messages are one line each and name what is wrong, e.g. "End of central directory record signature not found". */
function damaged(place: string, error: unknown): DatasetError {
  return new DatasetError(place, `it cannot be read as a ZIP archive (${(error as Error).message})`, { cause: error });
}

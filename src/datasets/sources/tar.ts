/**
 * A TAR archive, plain or compressed with gzip, as a source. It is read from front to back, once to list it and once for
 * every call that reads from it; what a small one holds is remembered from the first time.
 */
import { createReadStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Extract } from 'tar-stream';
import { DatasetError } from '../errors.ts';
import { ArchivedFile } from './archived-file.ts';
import { EntryNames, tooMuch, unpackedLimit } from './archive.ts';
import { maxFileBytes, stem, type FileContent, type ReadFileOptions, type Source, type SourceFile } from './source.ts';

type Entry = Extract extends AsyncIterable<infer T> ? T : never;

/** Archives with less content than this stay in memory. */
const smallBytes = 2 ** 26;
/** Kept of every file's beginning, so that its format can be told; of all of them together, at most as much as of a small archive. */
const headBytes = 1024;

/** Lists a TAR archive. Throws a DatasetError when it is damaged. */
export async function tarSource(archive: SourceFile, gzip: boolean, signal?: AbortSignal): Promise<Source> {
  const place = archive.label;
  const packed = await archive.size();
  const memory = archive.disk === undefined && !archive.open ? await archive.read({ signal }) : undefined;

  /** All entries, in their order. Their content must be read, or else is skipped. @param end sees all blocks. */
  async function* entries(abort?: AbortSignal, end?: ArchiveEnd): AsyncGenerator<Entry> {
    const limit = unpackedLimit(packed);
    let unpacked = 0;
    const counter = new Transform({
      transform(chunk: Buffer, _, done) {
        unpacked += chunk.length;
        end?.take(chunk);
        done(unpacked > limit ? tooMuch(place, packed) : null, chunk);
      },
    });
    const tar = extract();
    const input = memory
      ? Readable.from(slices(memory))
      : archive.open
        ? Readable.from(await archive.open(abort))
        : createReadStream(archive.disk!, { highWaterMark: 2 ** 18 });
    // A Writable of streamx, which Node's pipeline takes though its types do not say so.
    const output = tar as unknown as NodeJS.WritableStream;
    const stages = gzip ? [input, createGunzip({ chunkSize: 2 ** 18 }), counter, output] : [input, counter, output];
    const flow = pipeline(stages, { signal: abort }).then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    try {
      for await (const entry of tar) {
        yield entry;
        entry.resume();
      }
      const failure = await flow;
      if (failure) throw failure;
    } catch (error) {
      abort?.throwIfAborted();
      tar.destroy();
      // What went wrong first, of which the archive's own error is a consequence.
      throw failed(place, (await flow) ?? error);
    } finally {
      tar.destroy();
      input.destroy();
    }
  }

  const names = new EntryNames(place);
  const files: ArchivedFile[] = [];
  let total = 0;
  let heads = 0;
  const end = new ArchiveEnd();
  for await (const entry of entries(signal, end)) {
    const { name, type, size } = entry.header;
    end.passed(type === 'directory' ? 0 : size);
    if (type === 'directory') continue;
    const path = names.accept(name);
    if (path === undefined) continue;
    if (type !== 'file' && type !== 'contiguous-file') {
      names.leaveOut(name, `it is a ${type}; expected a file`);
      continue;
    }
    total += size;
    if (total > unpackedLimit(packed)) throw tooMuch(place, packed);
    const small = total <= smallBytes;
    const start = small || heads < smallBytes ? await read(entry, small ? size : Math.min(size, headBytes), place, signal) : undefined;
    heads += start?.length ?? 0;
    files.push(new ArchivedFile(place, path, name, size, start, { readAll, pieces }));
  }
  if (files.length > 0 && !end.isThere)
    names.problems.push({
      file: place,
      message: `it breaks off behind ${files.length} files without the end that a TAR archive has; it may be truncated, and have held more`,
    });
  if (total > smallBytes) for (const file of files) file.forget(headBytes);

  async function* pieces({ name, label, bytes }: ArchivedFile, abort?: AbortSignal): AsyncGenerator<Uint8Array> {
    for await (const entry of entries(abort)) {
      if (entry.header.name !== name) continue;
      let done = 0;
      for await (const chunk of entry as AsyncIterable<Uint8Array>) {
        done += chunk.length;
        yield chunk;
      }
      if (done < bytes) throw new DatasetError(place, broken);
      return;
    }
    throw new DatasetError(label, 'it is no longer in the archive');
  }

  async function* readAll(wanted: readonly SourceFile[], options: ReadFileOptions = {}): AsyncGenerator<FileContent> {
    const { limit = maxFileBytes, signal: abort } = options;
    const missing = new Map<string, ArchivedFile>();
    const all = new Set(wanted);
    for (const file of files.filter((entry) => all.has(entry))) {
      abort?.throwIfAborted();
      if (file.bytes > limit) yield { file, error: new DatasetError(file.label, `it has ${file.bytes} bytes; expected at most ${limit}`) };
      else if (file.content) yield { file, bytes: file.content };
      else missing.set(file.name, file);
    }
    if (missing.size === 0) return;
    for await (const entry of entries(abort)) {
      const file = missing.get(entry.header.name);
      // Of files with the same name the first counts, as when listing.
      if (!file || !missing.delete(file.name)) continue;
      yield { file, bytes: await read(entry, file.bytes, place, abort) };
      if (missing.size === 0) return;
    }
    for (const file of missing.values()) yield { file, error: new DatasetError(file.label, 'it is no longer in the archive') };
  }

  return { label: place, name: stem(archive.path), files, problems: names.problems, readAll };
}

/** Looks for the blocks of zeros that end an archive; one that was cut between two files has none. */
class ArchiveEnd {
  #rest: Uint8Array = new Uint8Array();
  #at = 0;
  #lastZero = -1;
  #entries = 0;

  take(chunk: Uint8Array): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const end = bytes.length - (bytes.length % blockBytes);
    for (let at = 0; at < end; at += blockBytes)
      if (bytes[at] === 0 && bytes.compare(zeros, 0, blockBytes, at, at + blockBytes) === 0) this.#lastZero = this.#at + at;
    this.#at += end;
    this.#rest = bytes.subarray(end);
  }

  /** A file, or what else there is, with so many bytes of content; it may take more blocks than these, for a long name. */
  passed(bytes: number): void {
    this.#entries += blockBytes * (1 + Math.ceil(bytes / blockBytes));
  }

  get isThere(): boolean {
    return this.#lastZero >= this.#entries;
  }
}

const blockBytes = 512;
const zeros = Buffer.alloc(blockBytes);

/** The first bytes of an entry; the rest is skipped. Throws a DatasetError when the archive is damaged there. */
async function read(entry: Entry, bytes: number, place: string, abort: AbortSignal | undefined): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let done = 0;
  // Not `for await`, which would end the whole archive when it is left early.
  await new Promise<void>((resolve, reject) => {
    entry.on('data', (data) => {
      const chunk = data as Uint8Array;
      if (done < bytes) chunks.push(chunk.subarray(0, bytes - done));
      done += chunk.length;
    });
    entry.on('end', resolve);
    entry.on('error', (error) => {
      if (abort?.aborted) reject(abort.reason as Error);
      else reject(failed(place, error));
    });
    entry.on('close', resolve);
  });
  if (done < bytes) throw new DatasetError(place, broken);
  // Taken only after the bytes have come: a header may declare anything.
  return Buffer.concat(chunks);
}

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 2 ** 18) yield bytes.subarray(at, at + 2 ** 18);
}

const broken = 'it is truncated: the TAR archive breaks off within a file';

function failed(place: string, error: unknown): DatasetError {
  if (error instanceof DatasetError) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR' || message === 'Unexpected end of data' || message === 'unexpected end of file')
    return new DatasetError(place, broken, { cause: error });
  if (code.startsWith('Z_')) return new DatasetError(place, 'it is damaged: its gzip data cannot be decompressed', { cause: error });
  if (message.startsWith('Invalid tar header'))
    return new DatasetError(place, 'it is damaged: a header of the TAR archive does not have the checksum that it declares', {
      cause: error,
    });
  return new DatasetError(place, `it cannot be read as a TAR archive (${message.replaceAll('\n', ' ')})`, { cause: error });
}

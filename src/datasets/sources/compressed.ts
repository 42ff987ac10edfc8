/** Files that are compressed as a whole with bzip2, xz or Zstandard, as the files that they were. */
import { createReadStream } from 'node:fs';
import { Readable, type Duplex } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';
import { DatasetError } from '../errors.ts';
import { tooMuch, unpackedLimit } from './archive.ts';
import { maxFileBytes, type FileContent, type ReadFileOptions, type Source, type SourceFile } from './source.ts';

export type Compression = 'bzip2' | 'xz' | 'zstd';

export function compressionOf(head: Uint8Array): Compression | undefined {
  const at = (offset: number, ...bytes: number[]) => bytes.every((byte, i) => head[offset + i] === byte);
  if (at(0, 0x42, 0x5a, 0x68) && (at(4, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59) || at(4, 0x17, 0x72, 0x45, 0x38, 0x50, 0x90))) return 'bzip2';
  if (at(0, 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0)) return 'xz';
  return at(0, 0x28, 0xb5, 0x2f, 0xfd) ? 'zstd' : undefined;
}

/** The same source with these files decompressed, each when it is read. */
export function decompressed(source: Source, compressed: ReadonlyMap<SourceFile, Compression>): Source {
  const originals = new Map<SourceFile, SourceFile>();
  for (const file of source.files) {
    const compression = compressed.get(file);
    originals.set(compression ? decompressedFile(file, compression) : file, file);
  }
  async function* readAll(files: readonly SourceFile[], options: ReadFileOptions = {}): AsyncGenerator<FileContent> {
    const plain = files.filter((file) => originals.get(file) === file);
    yield* source.readAll(plain, options);
    for (const file of files.filter((one) => originals.get(one) !== one)) {
      options.signal?.throwIfAborted();
      try {
        yield { file, bytes: await file.read(options) };
      } catch (error) {
        options.signal?.throwIfAborted();
        yield { file, error: error as Error };
      }
    }
  }
  return { ...source, files: [...originals.keys()], readAll };
}

function decompressedFile(file: SourceFile, compression: Compression): SourceFile {
  let head: Promise<Uint8Array> | undefined;
  const read = async (bytes: number, mayBeMore: boolean, options: ReadFileOptions = {}): Promise<Uint8Array> => {
    const chunks: Uint8Array[] = [];
    let done = 0;
    const packed = await file.size();
    for await (const chunk of await open(file, compression, options.signal)) {
      options.signal?.throwIfAborted();
      chunks.push(chunk);
      done += chunk.length;
      if (done > unpackedLimit(packed)) throw tooMuch(file.label, packed);
      if (done >= bytes && mayBeMore) break;
      if (done > bytes) throw new DatasetError(file.label, `it holds more than the ${bytes} bytes that were expected`);
    }
    return Buffer.concat(chunks, Math.min(done, bytes));
  };
  return {
    path: file.path.replace(/\.(?:bz2|xz|zst|zstd)$/i, ''),
    label: file.label,
    size: () => file.size(),
    head: (bytes) => (head ??= read(Math.max(bytes, 2 ** 16), true)),
    read: (options = {}) => read(options.limit ?? maxFileBytes, false, options),
    open: (signal) => open(file, compression, signal),
  };
}

/** The decompressed content, piece by piece. Throws a DatasetError where it is damaged. */
async function open(file: SourceFile, compression: Compression, signal: AbortSignal | undefined): Promise<AsyncIterable<Uint8Array>> {
  const input =
    file.disk === undefined ? Readable.from(pieces(await file.read({ signal }))) : createReadStream(file.disk, { highWaterMark: 2 ** 18 });
  const output = compression === 'xz' ? await throughXz(input) : throughPipe(input, await decompressor(compression));
  return told(output, input, file, compression);
}

async function* told(
  output: AsyncIterable<Uint8Array>,
  input: Readable,
  { label }: SourceFile,
  compression: Compression,
): AsyncGenerator<Uint8Array> {
  try {
    yield* output;
  } catch (error) {
    if (error instanceof DatasetError) throw error;
    const { code = '', message } = error as NodeJS.ErrnoException;
    const what = code === 'Z_BUF_ERROR' || /unexpected end|truncated/i.test(message) ? 'it is truncated' : 'it is damaged';
    throw new DatasetError(label, `${what}: its ${compression} data cannot be decompressed`, { cause: error });
  } finally {
    input.destroy();
  }
}

async function decompressor(compression: 'bzip2' | 'zstd'): Promise<Duplex> {
  if (compression === 'zstd') return createZstdDecompress();
  const { default: unbzip2 } = await import('unbzip2-stream');
  return unbzip2();
}

/** Not `pipeline`, which the older kind of stream that reads bzip2 does not know. */
async function* throughPipe(input: Readable, stage: Duplex): AsyncGenerator<Uint8Array> {
  input.on('error', (error) => stage.emit('error', error));
  const output = new Readable({ objectMode: false, highWaterMark: 2 ** 20, read: () => stage.resume() });
  stage.on('data', (chunk: Uint8Array) => {
    if (!output.push(chunk)) stage.pause();
  });
  stage.on('end', () => output.push(null));
  stage.on('error', (error: unknown) => output.destroy(error instanceof Error ? error : new Error(String(error))));
  input.pipe(stage);
  yield* output;
}

async function throughXz(input: Readable): Promise<AsyncIterable<Uint8Array>> {
  const { XzReadableStream } = (await import('xz-decompress')).default;
  const compressed: unknown = Readable.toWeb(input);
  const stream: unknown = new XzReadableStream(compressed as ReadableStream<Uint8Array>);
  return stream as AsyncIterable<Uint8Array>;
}

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 2 ** 18) yield bytes.subarray(at, at + 2 ** 18);
}

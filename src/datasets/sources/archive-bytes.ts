/** The bytes of a ZIP archive, read in larger pieces than it is asked for: names and small files lie one after the other. */
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { Readable } from 'node:stream';
import { RandomAccessReader } from 'yauzl';

/** Read at once. */
const windowBytes = 2 ** 18;
/** Milliseconds after which the archive is closed. */
const idle = 1000;

export class ArchiveBytes extends RandomAccessReader {
  readonly #from: Uint8Array | string;
  #file: number | undefined;
  #idle: NodeJS.Timeout | undefined;
  #window: { start: number; bytes: Uint8Array } = { start: 0, bytes: new Uint8Array() };

  /** @param from the bytes, or where the archive lies on disk. */
  constructor(from: Uint8Array | string) {
    super();
    this.#from = from;
  }

  /** Fewer where the archive ends. Throws a system error. */
  at(offset: number, length: number): Uint8Array {
    if (typeof this.#from !== 'string') return this.#from.subarray(offset, offset + length);
    const { start, bytes } = this.#window;
    if (offset >= start && offset + length <= start + bytes.length) return bytes.subarray(offset - start, offset - start + length);
    const read = this.#readAt(offset, Math.max(length, windowBytes));
    if (length < windowBytes) this.#window = { start: offset, bytes: read };
    return read.subarray(0, length);
  }

  #readAt(offset: number, length: number): Uint8Array {
    this.#file ??= openSync(this.#from as string, 'r');
    this.#idle ??= setTimeout(() => this.#letGo(), idle).unref();
    this.#idle.refresh();
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, readSync(this.#file, bytes, 0, length, offset));
  }

  #letGo(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    this.#idle = undefined;
    this.#window = { start: 0, bytes: new Uint8Array() };
  }

  override _readStreamForRange(start: number, end: number): Readable {
    if (typeof this.#from === 'string') return createReadStream(this.#from, { start, end: end - 1 });
    return Readable.from([this.#from.subarray(start, end)], { objectMode: false });
  }

  override read(buffer: Buffer, offset: number, length: number, position: number, callback: (error: Error | null) => void): void {
    try {
      const bytes = this.at(position, length);
      if (bytes.length < length) throw new Error('unexpected end of file');
      buffer.set(bytes, offset);
      process.nextTick(callback, null);
    } catch (error) {
      process.nextTick(callback, error);
    }
  }

  override close(callback: (error: Error | null) => void): void {
    setImmediate(callback, null);
  }
}

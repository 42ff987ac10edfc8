/** A file of an archive that can only be read from its beginning to its end; small ones, and the beginnings of others, are kept. */
import { DatasetError } from '../errors.ts';
import type { ReadFileOptions, Source, SourceFile } from './source.ts';

/** What its files are read from. */
export interface Archive {
  readAll: Source['readAll'];
  /** One of them piece by piece, where that can be had. */
  pieces?: (file: ArchivedFile, signal?: AbortSignal) => AsyncIterable<Uint8Array>;
}

export class ArchivedFile implements SourceFile {
  readonly path: string;
  /** As the archive has it. */
  readonly name: string;
  readonly bytes: number;
  #start: Uint8Array | undefined;
  readonly #place: string;
  readonly #archive: Archive;

  constructor(place: string, path: string, name: string, bytes: number, start: Uint8Array | undefined, archive: Archive) {
    this.#place = place;
    this.path = path;
    this.name = name;
    this.bytes = bytes;
    this.#start = start;
    this.#archive = archive;
  }

  get label(): string {
    return `${this.#place}/${this.path}`;
  }

  /** The whole content, if it is in memory. */
  get content(): Uint8Array | undefined {
    return this.#start?.length === this.bytes ? this.#start : undefined;
  }

  /** Keeps only the beginning. */
  forget(keep: number): void {
    if (this.#start && this.#start.length > keep) this.#start = this.#start.slice(0, keep);
  }

  /** Of what is not in memory. */
  get open(): SourceFile['open'] {
    const { pieces } = this.#archive;
    return pieces && !this.content ? (signal) => Promise.resolve(pieces(this, signal)) : undefined;
  }

  size(): Promise<number> {
    return Promise.resolve(this.bytes);
  }

  async head(bytes: number): Promise<Uint8Array> {
    return this.#start && (this.#start.length >= bytes || this.content) ? this.#start : this.read();
  }

  async read(options?: ReadFileOptions): Promise<Uint8Array> {
    for await (const content of this.#archive.readAll([this], options)) {
      if ('error' in content) throw content.error;
      return content.bytes;
    }
    throw new DatasetError(this.label, 'it is no longer in the archive');
  }
}

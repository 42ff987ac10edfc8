/** Where a data set's files come from: a folder or something that behaves like one. Readers see nothing else. */
import type { Problem } from '../raw.ts';

export interface ReadFileOptions {
  /** The most bytes that are accepted; by default what Node reads in one go. */
  limit?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** One file of a source. */
export interface SourceFile {
  /** Path inside the source, with forward slashes, in Unicode's NFC. */
  readonly path: string;
  /** How messages call the file. */
  readonly label: string;
  /** Where it lies on disk; undefined inside an archive. */
  readonly disk?: string | undefined;
  /** Bytes, as its folder or archive says. Throws a DatasetError when it cannot be told. */
  size: () => Promise<number>;
  /** The first bytes, fewer when the file is shorter, more when they are at hand. Throws a DatasetError. */
  head: (bytes: number) => Promise<Uint8Array>;
  /** Whole content. Throws a DatasetError when it cannot be read or is larger than the limit. */
  read: (options?: ReadFileOptions) => Promise<Uint8Array>;
  /** The content piece by piece, where it is neither on disk as it is nor in memory. */
  open?: (signal?: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;
}

/** One file's content, or why it could not be read. */
export type FileContent = { file: SourceFile; bytes: Uint8Array } | { file: SourceFile; error: Error };

export interface Source {
  /** How messages call the source as a whole. */
  label: string;
  /** Last part of the path, without an extension: the data set's name when its content has none. */
  name: string;
  files: SourceFile[];
  /** Things that were given together: archives among them are opened even where the rest is a data set already. */
  together?: boolean;
  /** What is not among the files although it is there, and why. */
  problems: Problem[];
  /**
   * Reads several files one after the other, in the order that costs least: an archive that can only be read from
   * front to back is gone through once. Throws what `signal` was aborted with; a file that cannot be read comes as an error.
   */
  readAll: (files: readonly SourceFile[], options?: ReadFileOptions) => AsyncIterable<FileContent>;
}

/** What Node reads in one go. */
export const maxFileBytes = 2 ** 31 - 1;
/** Deeper and larger trees are no data set but somebody's whole disk. */
export const maxDepth = 8;
export const maxFiles = 2_000_000;

/** Files that systems leave in folders and archives. */
const clutter = /^(\.(?!\.$)|(?:__MACOSX|Thumbs\.db|desktop\.ini|@eaDir|#recycle|\$RECYCLE\.BIN|System Volume Information)$)/i;
export const isClutterName = (name: string): boolean => clutter.test(name);
export const isClutter = (path: string): boolean => path.split('/').some(isClutterName);

/** A file's own name, without the folders it lies in. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The folder part of a path inside a source, '' at the top. */
export function folderName(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

/** A file's name without folders and extension; `.tar.gz` is one extension. */
export function stem(path: string): string {
  return baseName(path).replace(/(?<=.)(\.tar)?\.[^.]+$/, '');
}

/** Reads each file by itself. */
export async function* readOneByOne(files: readonly SourceFile[], options: ReadFileOptions = {}): AsyncGenerator<FileContent> {
  for (const file of files) {
    options.signal?.throwIfAborted();
    try {
      yield { file, bytes: await file.read(options) };
    } catch (error) {
      options.signal?.throwIfAborted();
      yield { file, error: error as Error };
    }
  }
}

/** The content of a few files. Throws the DatasetError of the first that cannot be read. */
export async function readFiles(
  source: Source,
  files: readonly SourceFile[],
  options: ReadFileOptions = {},
): Promise<Map<SourceFile, Uint8Array>> {
  const contents = new Map<SourceFile, Uint8Array>();
  for await (const content of source.readAll(files, options)) {
    if ('error' in content) throw content.error;
    contents.set(content.file, content.bytes);
  }
  return contents;
}

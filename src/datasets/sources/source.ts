/** Where a data set's files come from: a folder or something that behaves like one. Readers see nothing else. */

/** One file of a source. */
export interface SourceFile {
  /** Path inside the source, with forward slashes. */
  path: string;
  /** How messages call the file. */
  label: string;
  /** Whole content. Throws a DatasetError when it cannot be read. */
  read: () => Promise<Uint8Array>;
}

export interface Source {
  /** How messages call the source as a whole. */
  label: string;
  /** Last part of the path, without an extension: the data set's name when its content has none. */
  name: string;
  files: SourceFile[];
}

/** A file's own name, without the folders it lies in. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The folder part of a path inside a source, '' at the top. */
export function folderName(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

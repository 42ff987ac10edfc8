/** A folder on disk as a source. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { DatasetError, systemError } from '../errors.ts';
import type { Problem } from '../raw.ts';
import {
  isClutterName,
  maxDepth,
  maxFileBytes,
  maxFiles,
  readOneByOne,
  stem,
  type ReadFileOptions,
  type Source,
  type SourceFile,
} from './source.ts';

export interface ListOptions {
  signal?: AbortSignal | undefined;
  /** Told of every file that is found. */
  onFile?: (() => void) | undefined;
}

/** Lists the folder and what is below it, in the order of the paths. Throws a DatasetError when it cannot be read. */
export async function folderSource(folder: string, { signal, onFile }: ListOptions = {}): Promise<Source> {
  const files: SourceFile[] = [];
  const problems: Problem[] = [];
  const above = new Set<string>();
  const leaveOut = (file: string, message: string) => problems.push({ file, message });

  const walk = async (path: string, depth: number): Promise<void> => {
    signal?.throwIfAborted();
    const full = join(folder, path);
    const listed = await list(full).catch((error: unknown) => {
      if (depth === 0) throw error;
      leaveOut(full, (error as Error).message.slice(full.length + 2));
    });
    if (!listed) return;
    if (above.has(listed.real)) return void leaveOut(full, 'it is a link to a folder that it lies in; links in circles are not followed');
    if (depth > maxDepth) return void leaveOut(full, `it lies more than ${maxDepth} folders deep; expected the folder of one data set`);
    above.add(listed.real);
    const place: Place = { disk: full.endsWith(sep) ? full : full + sep, path: (path && `${path}/`).normalize('NFC') };
    for (const entry of listed.entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (isClutterName(entry.name)) continue;
      const below = path ? `${path}/${entry.name}` : entry.name;
      const kind = entry.isSymbolicLink() ? await stat(join(folder, below)).catch(() => undefined) : entry;
      if (!kind) leaveOut(join(folder, below), 'it is a link that leads nowhere');
      else if (kind.isDirectory()) await walk(below, depth + 1);
      else if (kind.isFile()) {
        files.push(diskFile(place, entry.name));
        onFile?.();
      }
      if (files.length > maxFiles)
        throw new DatasetError(folder, `it holds more than ${maxFiles} files; expected the folder of one data set`);
    }
    above.delete(listed.real);
  };

  await walk('', 0);
  return { label: folder, name: basename(await realpath(folder)).normalize('NFC'), files, problems, readAll: readOneByOne };
}

async function list(folder: string) {
  try {
    return { real: await realpath(folder), entries: await readdir(folder, { withFileTypes: true }) };
  } catch (error) {
    throw systemError(folder, error);
  }
}

/** A single file. */
export function fileSource(path: string): Source {
  const name = basename(path);
  const file = diskFile({ disk: path.slice(0, path.lastIndexOf(name)), path: '' }, name);
  return { label: path, name: stem(file.path), files: [file], problems: [], readAll: readOneByOne };
}

/** A folder, as the names of its files continue it on disk and inside the source. */
interface Place {
  disk: string;
  path: string;
}

/** There may be millions, so each keeps its own name only and puts its paths together when they are asked for. */
class DiskFile implements SourceFile {
  readonly #place: Place;
  readonly #name: string;

  constructor(place: Place, name: string) {
    this.#place = place;
    this.#name = name;
  }

  /** Composed Unicode is what nearly all names are in, and asking for it takes longer than the rest. */
  get path(): string {
    return this.#place.path + this.#name;
  }

  get disk(): string {
    return this.#place.disk + this.#name;
  }

  get label(): string {
    return this.disk;
  }

  async size(): Promise<number> {
    try {
      return (await stat(this.disk)).size;
    } catch (error) {
      throw systemError(this.disk, error);
    }
  }

  /** Without a detour through the thread pool, which takes ten times as long for a file this small. */
  // eslint-disable-next-line @typescript-eslint/require-await
  async head(bytes: number): Promise<Uint8Array> {
    let file: number | undefined;
    try {
      file = openSync(this.disk, 'r');
      const head = new Uint8Array(Math.min(bytes, fstatSync(file).size));
      return head.subarray(0, readSync(file, head, 0, head.length, 0));
    } catch (error) {
      throw systemError(this.disk, error);
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }

  async read({ limit = maxFileBytes, signal }: ReadFileOptions = {}): Promise<Uint8Array> {
    const file = await open(this.disk, 'r').catch((error: unknown) => {
      throw systemError(this.disk, error);
    });
    try {
      const { size } = await file.stat();
      if (size > limit) throw new DatasetError(this.disk, `it has ${size} bytes; expected at most ${limit}`);
      const bytes = new Uint8Array(size);
      // In parts, so that reading can be cancelled. Should the file shrink meanwhile, what is left of it counts.
      let done = 0;
      for (let read = -1; done < size && read !== 0; done += read) {
        signal?.throwIfAborted();
        read = (await file.read(bytes, done, Math.min(size - done, 2 ** 24), done)).bytesRead;
      }
      return bytes.subarray(0, done);
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof DatasetError ? error : systemError(this.disk, error);
    } finally {
      await file.close();
    }
  }
}

/** One whose name is not in NFC on disk. */
class DecomposedFile extends DiskFile {
  override get path(): string {
    return super.path.normalize('NFC');
  }
}

function diskFile(place: Place, name: string): DiskFile {
  return name === name.normalize('NFC') ? new DiskFile(place, name) : new DecomposedFile(place, name);
}

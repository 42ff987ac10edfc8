/** A folder on disk as a source. */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DatasetError, systemError } from '../errors.ts';
import type { Source, SourceFile } from './source.ts';

/** Deeper and larger trees are no data set but somebody's whole disk. */
const maxDepth = 8;
const maxFiles = 2_000_000;
/** What Node reads in one go. */
const maxFileBytes = 2 ** 31 - 1;

/** Files that systems leave in folders. */
const clutter = /^(\.|__MACOSX$|Thumbs\.db$|desktop\.ini$)/i;

/** Lists the folder and what is below it, in the order of the paths. Throws a DatasetError when a folder cannot be read. */
export async function folderSource(folder: string): Promise<Source> {
  const files: SourceFile[] = [];
  const above = new Set<string>();

  const walk = async (path: string, depth: number): Promise<void> => {
    const full = join(folder, path);
    const real = await realpath(full).catch((error: unknown) => {
      throw systemError(full, error);
    });
    // A link to a folder that is being walked would go on for ever.
    if (above.has(real) || depth > maxDepth) return;
    above.add(real);
    const entries = await readdir(full, { withFileTypes: true }).catch((error: unknown) => {
      throw systemError(full, error);
    });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (clutter.test(entry.name)) continue;
      const below = path ? `${path}/${entry.name}` : entry.name;
      const kind = entry.isSymbolicLink() ? await stat(join(folder, below)).catch(() => undefined) : entry;
      if (kind?.isDirectory()) await walk(below, depth + 1);
      else if (kind?.isFile()) files.push(fileOf(join(folder, below), below));
      if (files.length > maxFiles)
        throw new DatasetError(folder, `it holds more than ${maxFiles} files; expected the folder of one data set`);
    }
    above.delete(real);
  };

  await walk('', 0);
  return { label: folder, name: basename(await realpath(folder)), files };
}

/** A single file. */
export function fileSource(path: string): Source {
  const name = basename(path);
  return { label: path, name: name.replace(/\.[^.]+$/, ''), files: [fileOf(path, name)] };
}

function fileOf(full: string, path: string): SourceFile {
  return { path, label: full, read: () => readBounded(full) };
}

async function readBounded(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > maxFileBytes) throw new DatasetError(path, `it has ${size} bytes, more than the ${maxFileBytes} a single file may have`);
    return await readFile(path);
  } catch (error) {
    throw error instanceof DatasetError ? error : systemError(path, error);
  }
}

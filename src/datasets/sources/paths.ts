/** Files and folders that were chosen together, as one source. */
import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { DatasetError, systemError } from '../errors.ts';
import { fileSource, folderSource, type ListOptions } from './folder.ts';
import { joinSources } from './join.ts';
import type { Source } from './source.ts';

/** A single folder is a source of its own; several things are one source that holds them all. Throws a DatasetError. */
export async function pathsSource(paths: readonly string[], options: ListOptions = {}): Promise<Source> {
  const sources = await Promise.all(
    paths.map(async (path) => {
      const info = await stat(path).catch((error: unknown) => {
        throw systemError(path, error);
      });
      if (info.isDirectory()) return { name: basename(resolve(path)), source: await folderSource(path, options) };
      if (!info.isFile()) throw new DatasetError(path, 'it is neither a file nor a folder; expected one of them');
      return { name: '', source: fileSource(path) };
    }),
  );
  const [only, ...others] = sources;
  if (!only) throw new DatasetError('data set', 'nothing was given; expected files or a folder');
  if (others.length === 0) return only.source;
  const names = paths.map((path) => basename(path));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new DatasetError(twice, 'two of the things given together have this name; expected one data set');
  const joined = joinSources(
    { label: names.join(', '), name: basename(dirname(resolve(paths[0]!))) },
    sources.map(({ name, source }) => ({ folder: name, source })),
  );
  return { ...joined, together: true };
}

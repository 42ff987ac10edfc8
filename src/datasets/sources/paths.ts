/** Files and folders that were chosen together, as one source. */
import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { DatasetError, systemError } from '../errors.ts';
import { fileSource, folderSource } from './folder.ts';
import type { Source } from './source.ts';

/** A single folder is a source of its own; several things are one source that holds them all. Throws a DatasetError. */
export async function pathsSource(paths: readonly string[]): Promise<Source> {
  const sources = await Promise.all(
    paths.map(async (path): Promise<Source> => {
      const info = await stat(path).catch((error: unknown) => {
        throw systemError(path, error);
      });
      return info.isDirectory() ? folderSource(path) : fileSource(path);
    }),
  );
  const [only, ...others] = sources;
  if (!only) throw new DatasetError('data set', 'nothing was given; expected files or a folder');
  if (others.length === 0) return only;
  const names = paths.map((path) => basename(path));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new DatasetError(twice, 'two of the things given together have this name; expected one data set');
  return {
    label: paths.map((path) => basename(path)).join(', '),
    name: basename(dirname(resolve(paths[0]!))),
    files: sources.flatMap(({ files }, i) =>
      files.map((file) => (file.path === names[i] ? file : { ...file, path: `${names[i]!}/${file.path}` })),
    ),
  };
}

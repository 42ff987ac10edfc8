/** Where a command may write: anywhere but over what would be lost by it. */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { InputError } from '../shared/input-error.ts';

/** Beside a database: of runs, and of data sets. */
const foldersOfDatabase = ['runs', 'datasets'];

/**
 * Throws an InputError for the database, for a file in its folders, and for one of those that the command reads.
 * @param db null: the command has nothing to do with one.
 */
export function mustNotReplace(path: string, { db, reads = [] }: { db: string | null; reads?: readonly string[] }): void {
  const asked = realPath(path);
  if (db !== null) mustNotTouch(realPath(db), asked, path);
  if (reads.some((one) => realPath(one) === asked))
    throw new InputError(`${path} is read by this command, and would be lost; name another file to write`);
}

function mustNotTouch(database: string, asked: string, path: string): void {
  if (asked === database || [`${database}-wal`, `${database}-shm`].includes(asked))
    throw new InputError(`${path} is the database of runs, which would be lost; name another file to write`);
  for (const folder of foldersOfDatabase)
    if (asked.startsWith(join(dirname(database), folder) + sep))
      throw new InputError(`${path} lies in the folder ${folder} that belongs to the database; name another place to write to`);
}

/**
 * For files that a command writes without their having been named, beside or inside what was: throws an InputError when
 * something else is there already.
 * @param isOurs of what is there: nobody's work is lost with it.
 */
export function mustNotReplaceUnasked(
  files: ReadonlyMap<string, Uint8Array>,
  isOurs: (there: Uint8Array, content: Uint8Array) => boolean = (there, content) => Buffer.compare(there, content) === 0,
): void {
  for (const [path, content] of files)
    if (existsSync(path) && !(statSync(path).isFile() && isOurs(readFileSync(path), content)))
      throw new InputError(
        `${path} is there already, with something else in it; name another place to write to, or replace it with --force`,
      );
}

/** With links followed as far as there is something. */
function realPath(path: string): string {
  const whole = resolve(path);
  try {
    return realpathSync(whole);
  } catch {
    const folder = dirname(whole);
    return folder === whole ? whole : join(realPath(folder), basename(whole));
  }
}

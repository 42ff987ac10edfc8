/** Where a command may write: anywhere but over what would be lost by it. */
import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { InputError } from '../shared/input-error.ts';

/** Beside a database: of runs, and of data sets. */
const foldersOfDatabase = ['runs', 'datasets'];

/** Throws an InputError for the database, for a file in its folders, and for one of those that the command reads. */
export function mustNotReplace(path: string, { db, reads = [] }: { db: string; reads?: readonly string[] }): void {
  const [asked, database] = [realPath(path), realPath(db)];
  if (asked === database || [`${database}-wal`, `${database}-shm`].includes(asked))
    throw new InputError(`${path} is the database of runs, which would be lost; name another file to write`);
  for (const folder of foldersOfDatabase)
    if (asked.startsWith(join(dirname(database), folder) + sep))
      throw new InputError(`${path} lies in the folder ${folder} that belongs to the database; name another place to write to`);
  if (reads.some((one) => realPath(one) === asked))
    throw new InputError(`${path} is read by this command, and would be lost; name another file to write`);
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

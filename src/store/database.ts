/** Opens the SQLite file: settings, and the schema brought up to date. */
import Database from 'better-sqlite3';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { InputError } from '../shared/input-error.ts';
import { migrations } from './migrations.ts';

/** SQLite's application_id of our files, "caps" in ASCII: keeps us from writing into some other program's database. */
const applicationId = 0x63617073;

/** Opens or creates the file. Throws an InputError when it is no database, another program's, or from a newer version. */
export function openDatabase(path: string): Database.Database {
  let database: Database.Database | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true });
    // Two processes may write at once, the window and a terminal; each waits its turn.
    database = new Database(path, { timeout: 10_000 });
    prepare(database, path);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof InputError) throw error;
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (code === 'SQLITE_NOTADB') throw new InputError(`${path} is not a Capscope database: it is not an SQLite file`, { cause: error });
    if (code === 'SQLITE_CORRUPT') throw new InputError(`${path} is damaged: ${message}`, { cause: error });
    if (code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_READONLY') || /^E[A-Z]+$/.test(code))
      throw new InputError(`cannot open the database ${path}: ${message}`, { cause: error });
    throw error;
  }
}

function prepare(database: Database.Database, path: string): void {
  refuseForeign(database, path);
  database.pragma('journal_mode = WAL');
  database.pragma('foreign_keys = ON');
  // FULL, not NORMAL: in WAL mode NORMAL may lose the last commits when the power fails, but by then the checkpoint that
  // an older commit names has been deleted. There are few commits (one per epoch), so the extra fsync costs nothing.
  database.pragma('synchronous = FULL');
  database
    .transaction(() => {
      // Again under the write lock: another process may just have created it.
      const version = refuseForeign(database, path);
      for (const step of migrations.slice(version)) {
        if (typeof step === 'string') database.exec(step);
        else step(database);
      }
      database.pragma(`application_id = ${applicationId}`);
      database.pragma(`user_version = ${migrations.length}`);
    })
    .immediate();
}

/** Returns the schema's version; 0 for an empty file. */
function refuseForeign(database: Database.Database, path: string): number {
  const pragma = (name: string) => database.pragma(name, { simple: true }) as number;
  const version = pragma('user_version');
  const empty = database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0;
  if (empty) return 0;
  if (pragma('application_id') !== applicationId) throw new InputError(`${path} is not a Capscope database: it belongs to another program`);
  if (version > migrations.length)
    throw new InputError(
      `${path} was written by a newer Capscope (schema ${version}; this one knows up to ${migrations.length}); update Capscope or choose another database`,
    );
  return version;
}

/** Opens the SQLite file: settings, and the schema brought up to date, of which a copy is kept before. */
import Database from 'better-sqlite3';
import { closeSync, existsSync, mkdirSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { InputError } from '../shared/input-error.ts';
import { asDamage } from './damage.ts';
import { mustBeFile, temporaryName, nameDurably } from './disk.ts';
import { migrations } from './migrations.ts';
import { faultOf, Unavailable } from './unavailable.ts';

/** SQLite's application_id of our files, "caps" in ASCII: keeps us from writing into some other program's database. */
const applicationId = 0x63617073;

/** Opens or creates the file. Throws an InputError when it is no database, another program's, or from a newer version. */
export function openDatabase(path: string): Database.Database {
  let database: Database.Database | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true });
    refuseUntouched(path);
    // Two processes may write at once, the window and a terminal; each waits its turn.
    database = new Database(path, { timeout: 10_000 });
    prepare(database, path);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof InputError) throw error;
    const { code = '', message } = error as NodeJS.ErrnoException;
    const fault = faultOf(error, path);
    if (fault !== null && !code.startsWith('SQLITE_CANTOPEN') && !code.startsWith('SQLITE_READONLY'))
      throw new Unavailable(fault, error, `cannot open the database ${path}: ${fault}`);
    if (code === 'SQLITE_NOTADB') throw new InputError(`${path} is not a Capscope database: it is not an SQLite file`, { cause: error });
    if (code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_READONLY') || /^E[A-Z]+$/.test(code))
      throw new InputError(`cannot open the database ${path}: ${message}`, { cause: error });
    throw asDamage(error, path);
  }
}

/**
 * Refuses what is not for this version before SQLite opens it for writing, which would leave files beside it and, at the end,
 * write what another program still has in its log.
 */
function refuseUntouched(path: string): void {
  if (!existsSync(path)) return;
  mustBeFile(path);
  if ((statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) {
    const database = new Database(path, { readonly: true });
    try {
      refuseForeign(database, path);
    } finally {
      database.close();
    }
    return;
  }
  // Without a log all of it is in the file, whose first 100 bytes tell.
  const header = Buffer.alloc(100);
  const file = openSync(path, 'r');
  try {
    if (readSync(file, header) < header.length || header.toString('latin1', 0, 16) !== 'SQLite format 3\0') return;
  } finally {
    closeSync(file);
  }
  const application = header.readUInt32BE(68);
  if (application !== 0) refuse(application, header.readUInt32BE(60), path);
}

function prepare(database: Database.Database, path: string): void {
  database.pragma('journal_mode = WAL');
  database.pragma('foreign_keys = ON');
  // FULL, not NORMAL: in WAL mode NORMAL may lose the last commits when the power fails, but by then the checkpoint that
  // an older commit names has been deleted. There are few commits (one per epoch), so the extra fsync costs nothing.
  database.pragma('synchronous = FULL');
  const before = refuseForeign(database, path);
  // Nothing is to be written, so that it opens while another program writes.
  if (before === migrations.length) return;
  if (before > 0) keepCopy(database, path, before);
  database
    .transaction(() => {
      // Again under the write lock: another process may just have created it.
      const version = refuseForeign(database, path);
      bringUpToDate(database, version, migrations.length);
    })
    .immediate();
}

/** Takes the schema from one version to another; 0 is that of an empty file. */
export function bringUpToDate(database: Database.Database, from: number, to: number): void {
  for (const step of migrations.slice(from, to)) {
    if (typeof step === 'string') database.exec(step);
    else step(database);
  }
  database.pragma(`application_id = ${applicationId}`);
  database.pragma(`user_version = ${to}`);
}

/** Returns the schema's version; 0 for an empty file. */
export function refuseForeign(database: Database.Database, path: string): number {
  const pragma = (name: string) => database.pragma(name, { simple: true }) as number;
  const version = pragma('user_version');
  const empty = database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0;
  if (empty) return 0;
  refuse(pragma('application_id'), version, path);
  return version;
}

function refuse(application: number, version: number, path: string): void {
  if (application !== applicationId) throw new InputError(`${path} is not a Capscope database: it belongs to another program`);
  if (version > migrations.length)
    throw new InputError(
      `${path} was written by a newer Capscope (schema ${version}; this one knows up to ${migrations.length}); update Capscope or choose another database`,
    );
}

/** Copies the database as it is, beside itself, for whoever wants to go back. */
function keepCopy(database: Database.Database, path: string, version: number): void {
  const kept = (n: number) => `${path}.before-${migrations.length}${n > 1 ? `-${n}` : ''}`;
  const temporary = temporaryName(kept(1));
  try {
    // One consistent state, with what is still in the log.
    database.prepare('VACUUM INTO ?').run(temporary);
    const copy = new Database(temporary, { readonly: true });
    const copied = copy.pragma('user_version', { simple: true });
    copy.close();
    let n = 1;
    while (existsSync(kept(n))) n++;
    // Otherwise another process has brought it up to date meanwhile, and kept the copy.
    if (copied === version) nameDurably(temporary, kept(n));
  } catch (error) {
    throw new InputError(
      `${path} is from an earlier Capscope and could not be copied before it is brought up to date: ${(error as Error).message}`,
      { cause: error },
    );
  } finally {
    if (existsSync(temporary)) rmSync(temporary);
  }
}

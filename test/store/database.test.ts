import Database from 'better-sqlite3';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/shared/input-error.ts';
import { openDatabase } from '../../src/store/database.ts';
import { migrations } from '../../src/store/migrations.ts';
import { frozen } from '../frozen/frozen-folder.ts';
import { addTinyStudy, engine, openStore, temporaryFolder } from './fixtures.ts';

function reasonFor(path: string): string {
  try {
    openDatabase(path).close();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).not.toContain('\n');
    return (error as Error).message;
  }
  throw new Error('opened');
}

describe('database', () => {
  it('is created with its folder and opened again', () => {
    const path = join(temporaryFolder(), 'a', 'b', 'capscope.db');
    openDatabase(path).close();
    const database = openDatabase(path);
    expect(database.pragma('user_version', { simple: true })).toBe(migrations.length);
    expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(database.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(database.pragma('synchronous', { simple: true })).toBe(2);
    database.close();
  });

  /** Names of files beside the database, with their contents; the index of the log is nobody's data. */
  const contents = (path: string) => {
    const folder = dirname(path);
    const names = readdirSync(folder).filter((name) => !name.endsWith('-shm'));
    return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(folder, name), 'base64')]));
  };

  /** Made by a version that is one step ahead. */
  function writeNewer(path: string): Database.Database {
    const newer = openDatabase(path);
    newer.exec('CREATE TABLE later (x TEXT)');
    newer.pragma(`user_version = ${migrations.length + 1}`);
    return newer;
  }

  it('from a newer Capscope is refused and left as it is', () => {
    const path = join(temporaryFolder(), 'capscope.db');
    writeNewer(path).close();
    const before = contents(path);
    expect(Object.keys(before)).toEqual(['capscope.db']);
    const reason = `was written by a newer Capscope (schema ${migrations.length + 1}; this one knows up to ${migrations.length}); update Capscope or choose another database`;
    expect(reasonFor(path)).toBe(`${path} ${reason}`);
    expect(contents(path)).toEqual(before);
    expect(readdirSync(dirname(path))).toEqual(['capscope.db']);
  });

  it('from a newer Capscope that died, or is still running, is left as it is with its log', () => {
    const running = join(temporaryFolder(), 'capscope.db');
    const newer = writeNewer(running);
    const dead = join(temporaryFolder(), 'capscope.db');
    for (const end of ['', '-wal']) copyFileSync(`${running}${end}`, `${dead}${end}`);
    for (const path of [running, dead]) {
      const before = contents(path);
      expect(Object.keys(before)).toEqual(['capscope.db', 'capscope.db-wal']);
      expect(reasonFor(path)).toContain('was written by a newer Capscope');
      expect(contents(path)).toEqual(before);
    }
    newer.close();
  });

  it('of an earlier Capscope is copied before it is brought up to date, and only then', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'capscope.db');
    const copy = `${path}.before-${migrations.length}`;
    copyFileSync(join(frozen, 'capscope.db'), path);
    // Of a program that died: what it wrote last is in the log only.
    const log = new Database(path);
    log.exec(`INSERT INTO keyed (key, value) VALUES ('late', '1')`);
    const earlier = log.pragma('user_version', { simple: true }) as number;
    const dead = join(temporaryFolder(), 'capscope.db');
    for (const end of ['', '-wal']) copyFileSync(`${path}${end}`, `${dead}${end}`);
    log.close();

    for (let start = 0; start < 2; start++) openDatabase(dead).close();
    const kept = new Database(`${dead}.before-${migrations.length}`, { readonly: true });
    expect(kept.pragma('user_version', { simple: true })).toBe(earlier);
    expect(kept.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(kept.prepare(`SELECT value FROM keyed WHERE key = 'late'`).pluck().get()).toBe('1');
    expect(kept.prepare('SELECT count(*) FROM runs').pluck().get()).toBe(14);
    kept.close();
    expect(readdirSync(dirname(dead)).sort()).toEqual(['capscope.db', `capscope.db.before-${migrations.length}`]);

    // Where there is a copy already, both are kept.
    writeFileSync(copy, 'an earlier copy');
    openDatabase(path).close();
    expect(readFileSync(copy, 'utf8')).toBe('an earlier copy');
    expect(readdirSync(folder).sort()).toEqual(['capscope.db', basename(copy), `${basename(copy)}-2`]);

    const fresh = join(temporaryFolder(), 'capscope.db');
    openDatabase(fresh).close();
    expect(readdirSync(dirname(fresh))).toEqual(['capscope.db']);
  });

  it('of an earlier Capscope that cannot be copied stays as it is', () => {
    const folder = temporaryFolder();
    const path = join(folder, `${'d'.repeat(225)}.db`);
    copyFileSync(join(frozen, 'capscope.db'), path);
    const before = contents(path);
    // The name of the copy is longer than file systems take.
    expect(reasonFor(path)).toMatch(/ is from an earlier Capscope and could not be copied before it is brought up to date: /);
    expect(contents(path)).toEqual(before);
  });

  it('of another program is refused', () => {
    const path = join(temporaryFolder(), 'other.db');
    const other = new Database(path);
    other.exec('CREATE TABLE runs (id TEXT)');
    other.close();
    expect(reasonFor(path)).toBe(`${path} is not a Capscope database: it belongs to another program`);
  });

  it('must be an SQLite file that can be opened', () => {
    const folder = temporaryFolder();
    const text = join(folder, 'text.db');
    writeFileSync(text, 'no database, but long enough to be taken for one '.repeat(40));
    expect(reasonFor(text)).toBe(`${text} is not a Capscope database: it is not an SQLite file`);
    const directory = join(folder, 'folder.db');
    mkdirSync(directory);
    expect(reasonFor(directory)).toBe(`${directory} is a folder; expected a file`);
    expect(reasonFor(join(text, 'below.db'))).toMatch(/^cannot open the database .*below\.db: /);
  });

  it('refuses rows that point nowhere', () => {
    const store = openStore(temporaryFolder());
    const [run] = addTinyStudy(store);
    expect(() => store.insertRun({ ...run, id: '00000000', study: null, parent: '11111111' })).toThrow('FOREIGN KEY');
  });

  it('marks the runs of dead processes as interrupted, and only those', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    const [dead, reused, live] = addTinyStudy(store);
    for (const { id } of [dead, reused, live]) store.training.claim(id, engine);
    const database = new Database(store.path);
    // A pid beyond what any system gives, and this pid with another start time.
    database.prepare('UPDATE runs SET pid = 99999999 WHERE id = ?').run(dead.id);
    database.prepare(`UPDATE runs SET process = 'earlier' WHERE id = ?`).run(reused.id);
    database.close();
    const opened = openStore(folder);
    expect([dead, reused, live].map(({ id }) => opened.run(id).status)).toEqual(['interrupted', 'interrupted', 'running']);
    expect(() => store.training.recordStop(dead.id, null)).toThrow('no longer trained by this process');
    opened.training.claim(dead.id, engine);
    expect(opened.run(dead.id).status).toBe('running');
  });

  it('takes a process on another host for dead once it has been silent for long', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    const [silent, recent] = addTinyStudy(store);
    for (const { id } of [silent, recent]) store.training.claim(id, engine);
    const database = new Database(store.path);
    database.exec(`UPDATE runs SET host = 'elsewhere' WHERE status = 'running'`);
    database.prepare('UPDATE runs SET heartbeat = ? WHERE id = ?').run('2020-01-01T00:00:00.000Z', silent.id);
    database.close();
    const opened = openStore(folder);
    expect([silent, recent].map(({ id }) => opened.run(id).status)).toEqual(['interrupted', 'running']);
  });
});

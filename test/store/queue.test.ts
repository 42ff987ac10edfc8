/** Queues of several processes on one database. Those on other hosts count as living while their heartbeat is young. */
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { Queue } from '../../src/store/queue.ts';
import { Sql } from '../../src/store/sql.ts';
import type { Store } from '../../src/store/store.ts';
import type { StoredRun } from '../../src/store/types.ts';
import { addTinyStudy, engine, openStore, temporaryFolder } from './fixtures.ts';

const elsewhere = { pid: 4711, host: 'another-host', process: 'boot 1' };

let database: Database.Database;
let store: Store;
let other: Queue;
let a: string, b: string, c: string;
beforeEach(() => {
  const folder = temporaryFolder();
  store = openStore(folder);
  database = new Database(join(folder, 'capscope.db'));
  onTestFinished(() => void database.close());
  other = new Queue(new Sql(database), elsewhere);
  [a, b, c] = addTinyStudy(store).map(({ id }) => id) as [string, string, string];
});

/** As if the other process had been silent for an hour. */
const kill = (table: 'queue' | 'runs') =>
  database.prepare(`UPDATE ${table} SET heartbeat = ? WHERE pid = 4711`).run(new Date(Date.now() - 3_600_000).toISOString());

/** As if the other process trained the run. */
function trainElsewhere(run: string): void {
  store.training.claim(run, engine);
  database.prepare('UPDATE runs SET pid = @pid, host = @host, process = @process WHERE id = @run').run({ run, ...elsewhere });
}

describe('a queue', () => {
  it('holds its own runs only, and takes none that waits with another process', () => {
    other.open(false);
    other.add([a, b]);
    store.queue.add([b, c]);
    expect(other.list()).toEqual([a, b]);
    expect(store.queue.list()).toEqual([c]);
    store.queue.remove([a, b, c]);
    expect(other.list()).toEqual([a, b]);
    expect(store.training.holderOf(a)).toEqual({ ...elsewhere, trains: false });
    expect(store.training.holderOf(c)).toBeNull();
  });

  it('of a window that died or was closed goes to the next window, and not to a terminal', () => {
    other.open(true);
    other.add([b, a]);
    store.queue.open(true);
    expect(store.queue.list()).toEqual([]);
    kill('queue');
    store.queue.open(false);
    expect(store.queue.list()).toEqual([]);
    store.queue.open(true);
    expect(store.queue.list()).toEqual([b, a]);
    store.queue.leave();
    expect(store.queue.list()).toEqual([]);
    other.open(true);
    expect(other.list()).toEqual([b, a]);
  });

  it('of a terminal that died or has ended is gone', () => {
    other.open(false);
    other.add([a, b]);
    kill('queue');
    expect(store.training.holderOf(a)).toBeNull();
    store.queue.open(true);
    expect(store.queue.list()).toEqual([]);
    other.add([c]);
    other.leave();
    expect(database.prepare('SELECT count(*) FROM queue').pluck().get()).toBe(0);
  });

  it('written before queues had owners goes to the next window', () => {
    database.prepare('INSERT INTO queue (run, place) VALUES (?, 0)').run(b);
    expect(store.training.holderOf(b)).toBeNull();
    store.queue.open(true);
    expect(store.queue.list()).toEqual([b]);
  });
});

it('a run that another process trains is held by it for as long as it lives, and interrupted then', () => {
  trainElsewhere(a);
  expect(store.training.holderOf(a)).toEqual({ ...elsewhere, trains: true });
  expect(() => store.training.claim(a, engine)).toThrow(`run ${a} is being trained by process 4711 on another-host`);
  expect(store.training.interruptDead()).toEqual([]);
  kill('runs');
  expect(store.training.holderOf(a)).toBeNull();
  expect(store.training.interruptDead()).toEqual([a]);
  expect((store.run(a) satisfies StoredRun).status).toBe('interrupted');
});

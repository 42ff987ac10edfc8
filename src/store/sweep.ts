/**
 * Clears away what processes that died have left beside the database: files that were still being written, and folders of runs
 * of which it knows nothing. Weights take hours to train, so that a folder goes only if it cannot be anybody else's.
 */
import { open, readdir, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { idPattern } from './ids.ts';
import { isRunning } from './process.ts';
import type { Store } from './store.ts';

/** Milliseconds after which what nobody names counts as left behind. */
const oldAfter = 3_600_000;

const beingWritten = /\.(\d+)-[0-9a-f]{8}\.tmp$/;
const ofRun = /^((weights|activity|checkpoint-[0-9a-f]{8})\.safetensors|atlas\.json)(\.\d+-[0-9a-f]{8}\.tmp)?$/;

/** @param ended whether nothing more is wanted of it. */
export async function sweep(store: Store, ended: () => boolean = () => false): Promise<void> {
  const folder = dirname(store.path);
  const [runsFolder, reports] = [join(folder, 'runs'), join(folder, 'reports')];
  for (const place of [folder, reports]) await sweepUnfinished(place);
  const since = ownSince(store);
  const orphans = !(await hasOtherDatabase(store.path));
  for (const id of await namesIn(runsFolder)) {
    const place = join(runsFolder, id);
    if (!idPattern.test(id)) continue;
    if (ended()) return;
    if (store.has(id)) await sweepUnfinished(place);
    else if (orphans) await sweepOrphan(place, since);
  }
}

/** From when on run folders here are this database's: a database that is moved away leaves those of its own. */
function ownSince(store: Store): number {
  const known = store.values.get('files.since', z.string());
  const now = new Date().toISOString();
  if (known === null) store.values.set('files.since', now);
  const begun = store.studies.list().map(({ created }) => Date.parse(created));
  return Math.min(Date.parse(known ?? now), ...begun);
}

/** Several databases in one folder share the folder of runs. */
async function hasOtherDatabase(path: string): Promise<boolean> {
  const own = basename(path);
  for (const name of await namesIn(dirname(path))) {
    if (name.startsWith(own) && /^(|-wal|-shm|-journal|\.before-[\d-]+)$/.test(name.slice(own.length))) continue;
    const file = await open(join(dirname(path), name)).catch(() => null);
    const head = await file?.read(Buffer.alloc(16), 0, 16, 0).catch(() => null);
    await file?.close();
    if (head?.buffer.toString('latin1').startsWith('SQLite format 3')) return true;
  }
  return false;
}

async function sweepUnfinished(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    const writer = beingWritten.exec(name)?.[1];
    if (writer !== undefined && !isRunning(Number(writer)) && (await isOld(join(folder, name)))) await remove(join(folder, name));
  }
}

async function sweepOrphan(folder: string, since: number): Promise<void> {
  const names = await namesIn(folder);
  if (!names.every((name) => ofRun.test(name))) return;
  const paths = names.map((name) => join(folder, name));
  for (const path of [folder, ...paths]) if (!(await isOld(path)) || !(await isBornSince(path, since))) return;
  for (const path of paths) await remove(path);
  await rmdir(folder).catch(() => undefined);
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
const remove = (path: string): Promise<void> => rm(path, { force: true }).catch(() => undefined);

async function isOld(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs > oldAfter;
}

/** Some file systems do not know when a file was born. */
async function isBornSince(path: string, time: number): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && found.birthtimeMs > 0 && found.birthtimeMs >= time;
}

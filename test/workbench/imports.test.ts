/** Files of runs through the workbench: it stays free for everything else, whatever the file is. */
import { strFromU8, strToU8, unzipSync, Zip, ZipDeflate, zipSync } from 'fflate';
import { createWriteStream, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { expect, it, onTestFinished } from 'vitest';
import { exportRun } from '../../src/store/archive.ts';
import type { Manifest } from '../../src/store/archive-format.ts';
import { finishTinyStudy, openStore } from '../store/fixtures.ts';
import { openBench, temporaryFolder, type Bench } from './fixture.ts';
import { listRuns } from '../list-runs.ts';

async function open(folder: string): Promise<Bench> {
  const bench = await openBench(folder);
  onTestFinished(() => bench.workbench.close());
  return bench;
}

/** A run of so many epochs, as a file. */
function runOf(epochs: number): { path: string; id: string } {
  const folder = temporaryFolder();
  const store = openStore(folder);
  const [{ id }] = finishTinyStudy(store);
  const path = join(folder, 'long.capscope');
  exportRun(store, store.run(id), path);
  const entries = unzipSync(readFileSync(path));
  const manifest = JSON.parse(strFromU8(entries['capscope.json']!)) as Manifest;
  const [run] = manifest.runs;
  const [epoch] = run!.epochs;
  run!.epochs = Array.from({ length: epochs }, (_, i) => ({ ...epoch!, epoch: i + 1, seconds: i / 7 }));
  writeFileSync(path, zipSync({ ...entries, 'capscope.json': strToU8(JSON.stringify(manifest)) }, { level: 1 }));
  return { path, id };
}

it('a long run comes in while calls are answered, and appears when it is whole', async () => {
  const { path, id } = runOf(20_000);
  const { call, next } = await open(temporaryFolder());
  const progress = next('reading', ({ task }) => task === 'long');
  const importing = call('runs.import', { task: 'long', paths: [path] });
  let answered = 0;
  const ended = importing.then(() => true);
  for (; !(await Promise.race([ended, new Promise((resolve) => setImmediate(resolve, false))])); answered++) {
    const runs = await listRuns(call);
    if (runs.length > 0) expect(runs).toMatchObject([{ id, epoch: 20_000 }]);
    // Written, too: the import holds the database for moments only.
    await call('app.keepViewState', { key: 'x', value: answered });
  }
  expect(await importing).toMatchObject([{ file: 'long.capscope', added: true, run: { id, epoch: 20_000 } }]);
  expect(await progress).toMatchObject({ stage: 'long.capscope: adding epochs', total: 20_000 });
  expect(answered).toBeGreaterThan(20);
});

it('is cancelled, leaves nothing, and can be begun again', async () => {
  const { path, id } = runOf(5000);
  const folder = temporaryFolder();
  const { call, next, workbench } = await open(folder);
  const begun = next('reading', ({ task }) => task === 'first');
  const first = call('runs.import', { task: 'first', paths: [path] });
  const waits = call('runs.import', { task: 'second', paths: [path] });
  await begun;
  await call('runs.cancelImport', { task: 'second' });
  await call('runs.cancelImport', { task: 'first' });
  expect([await first, await waits]).toEqual([[], []]);
  expect([await listRuns(call), (await call('datasets.list')).length, existsSync(join(folder, 'runs'))]).toEqual([[], 1, false]);
  expect(await workbench.call('runs.get', { ids: [id] })).toMatchObject({ ok: false, kind: 'input' });
  expect(await call('runs.import', { task: 'third', paths: [path] })).toMatchObject([{ added: true }]);
});

it('a small file that unpacks to 500 MB is refused in a sentence, and the next one is read', async () => {
  const { path } = runOf(2);
  const folder = temporaryFolder();
  const bomb = join(folder, 'bomb.capscope');
  const file = createWriteStream(bomb);
  const zip = new Zip((_, chunk, final) => {
    file.write(chunk);
    if (final) file.end();
  });
  const entry = new ZipDeflate('capscope.json', { level: 1 });
  zip.add(entry);
  for (let i = 0; i < 500; i++) entry.push(new Uint8Array(2 ** 20).fill(0x5b), i === 499);
  zip.end();
  await finished(file);
  expect(statSync(bomb).size).toBeLessThan(4 * 2 ** 20);
  const { call } = await open(temporaryFolder());
  const imported = await call('runs.import', { task: 'bomb', paths: [bomb, path] });
  expect(imported).toMatchObject([{ run: null, added: false }, { added: true }]);
  expect(imported[0]!.problem).toMatch(/bomb\.capscope: capscope\.json unpacks to more than/);
  expect(readdirSync(folder)).toEqual(['bomb.capscope']);
});

it('runs that are not here are named, whatever is asked of them', async () => {
  const { workbench } = await open(temporaryFolder());
  const unknown = { ok: false, kind: 'input', message: expect.stringContaining('there is no run nowhere') as string };
  for (const [method, argument] of [
    ['runs.epochs', { id: 'nowhere' }],
    ['runs.remove', { ids: ['nowhere'] }],
    ['runs.restore', { ids: ['nowhere'] }],
    ['runs.edit', { ids: ['nowhere'], note: 'x' }],
    ['runs.export', { id: 'nowhere' }],
    ['queue.resume', { ids: ['nowhere'] }],
  ] as const)
    expect(await workbench.call(method, argument), method).toMatchObject(unknown);
});

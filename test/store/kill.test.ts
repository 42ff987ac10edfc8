/** Kills a process that writes to the store, again and again, and looks at what it left. */
import Database from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { randomStream } from '../../src/shared/random.ts';
import { addTinyStudy, openStore, temporaryFolder } from './fixtures.ts';

const writer = fileURLToPath(new URL('writer.ts', import.meta.url));
const epochs = 100_000;

it('kill -9 at any moment leaves a database that opens, with every epoch that was reported and the checkpoint of the last', async () => {
  const folder = temporaryFolder();
  const [run] = addTinyStudy(openStore(folder));
  const path = join(folder, 'capscope.db');
  const random = randomStream(1, 'kill');
  let recorded = 0;

  for (let round = 0; round < 20; round++) {
    const child = spawn(process.execPath, [writer, path, String(epochs)]);
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    await once(child.stdout, 'data');
    await new Promise((resolve) => setTimeout(resolve, random.int(0, 50)));
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(errors).toBe('');

    const database = new Database(path);
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(database.pragma('foreign_key_check')).toEqual([]);
    database.close();

    const store = openStore(folder);
    expect(store.run(run.id).status).toBe('interrupted');
    const last = store.results.epochs(run.id).length;
    expect(store.results.epochs(run.id).at(-1)!.epoch).toBe(last);
    // What was reported is there; at most one more was recorded and not yet reported.
    const reported = Number(output.trim().split('\n').at(-1));
    expect(last - reported).toBeOneOf([0, 1]);
    expect(last).toBeGreaterThan(recorded);
    recorded = last;
    expect(store.files.read(store.files.find(run.id, 'checkpoint')!).every((byte) => byte === last % 256)).toBe(true);
  }

  // And one that is left alone ends, and leaves no rubbish.
  const child = spawn(process.execPath, [writer, path, String(recorded + 3)]);
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(0);
  const store = openStore(folder);
  expect(store.run(run.id).status).toBe('finished');
  expect(store.results.epochs(run.id)).toHaveLength(recorded + 3);
  expect(readdirSync(join(folder, 'runs', run.id)).sort()).toEqual(['activity.safetensors', 'weights.safetensors']);
});

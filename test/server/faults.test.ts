/** A server whose disk is filled, and whose database another program holds, while it trains; and uploads to a full disk. */
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { QueueState } from '../../src/shared/contract/index.ts';
import { writeTinyStudy } from '../cli/tiny-study.ts';
import { needs } from '../needs.ts';
import { holdDatabase, lackOfSmallDisk, mountSmallDisk } from '../small-disk.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { network, training } from '../workbench/fixture.ts';
import { startClient, type Client } from './client.ts';
import { listRuns } from '../list-runs.ts';

const epochs = 200;

async function train(client: Client, data: string): Promise<string> {
  const opened = (await client.call('datasets.open', { task: 'data', paths: [data] })) as { dataset: { fingerprint: string } };
  const { fingerprint: dataset } = opened.dataset;
  const [id] = (await client.call('queue.train', { name: 'long', dataset, network, training: { ...training, epochs } })) as [string];
  return id;
}

const saysFault = (client: Client, fault: RegExp) =>
  client.next('queue', (state) => fault.test((state as QueueState).fault ?? '')).then(() => undefined);
const goesOn = (client: Client) => client.next('queue', (state) => (state as QueueState).fault === null);
const epochsOf = async (client: Client, id: string) => ((await client.call('runs.epochs', { id, from: 1 })) as { epoch: number }[]).length;

// At once: most of it is waiting.
describe('a server', { timeout: 240_000, concurrent: true }, () => {
  it('lives on a full disk, keeps the epoch that waits, and can be ended there', needs(lackOfSmallDisk), async (test) => {
    const disk = mountSmallDisk();
    test.onTestFinished(disk.remove);
    const data = temporaryFolder(test);
    writeTinyStudy(data, {}, 480);
    const client = await startClient(join(disk.folder, 'capscope.db'));
    test.onTestFinished(client.kill);
    const id = await train(client, join(data, 'data'));
    for (let round = 0; round < 2; round++) {
      await client.next('epoch');
      const full = saysFault(client, /^The disk is full: the run waits\.$/);
      disk.fill();
      await full;
      // It answers, and says of what cannot be written down that it was not.
      const before = await epochsOf(client, id);
      expect(await client.ask('runs.edit', { ids: [id], note: 'x'.repeat(10_000) })).toMatchObject({
        ok: false,
        kind: 'input',
        message: 'the disk is full; nothing was changed',
      });
      expect(await listRuns(client.call)).toMatchObject([{ status: 'running', note: '' }]);
      const free = goesOn(client);
      disk.free();
      await free;
      expect(await epochsOf(client, id)).toBeGreaterThan(before);
    }
    const full = saysFault(client, /^The disk is full/);
    disk.fill();
    await full;
    client.process.kill('SIGTERM');
    await once(client.process, 'exit');
    disk.free();
    const again = await startClient(join(disk.folder, 'capscope.db'));
    test.onTestFinished(again.kill);
    const [run] = await listRuns(again.call);
    expect(run!.status).not.toBe('running');
    const all = (await again.call('runs.epochs', { id, from: 1 })) as { epoch: number }[];
    expect(all.map(({ epoch }) => epoch)).toEqual(all.map((_, i) => i + 1));
  });

  it('answers, and keeps its epochs, while another program holds the database for 45 seconds', async (test) => {
    const folder = temporaryFolder(test);
    writeTinyStudy(folder, {}, 480);
    const database = join(folder, 'capscope.db');
    const client = await startClient(database);
    test.onTestFinished(client.kill);
    const id = await train(client, join(folder, 'data'));
    await client.next('epoch');
    const held = saysFault(client, /holds the database: the run waits\.$/);
    const release = holdDatabase(database);
    await held;
    const before = await epochsOf(client, id);
    const until = Date.now() + 45_000;
    while (Date.now() < until) {
      expect(await listRuns(client.call)).toMatchObject([{ status: 'running' }]);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    expect(await epochsOf(client, id)).toBe(before);
    const free = goesOn(client);
    release();
    await free;
    expect(await epochsOf(client, id)).toBeGreaterThan(before);
  });

  it('refuses an upload that the disk has no room for, in a sentence', needs(lackOfSmallDisk), async (test) => {
    const disk = mountSmallDisk();
    test.onTestFinished(disk.remove);
    const client = await startClient(join(temporaryFolder(test), 'capscope.db'), { TMPDIR: disk.folder });
    test.onTestFinished(client.kill);
    for (const size of [1000, 2 ** 23]) {
      const answer = await client.upload('numbers.csv', new Uint8Array(size));
      expect([answer.status, await answer.text()]).toEqual([400, 'numbers.csv does not fit on the disk of the server']);
    }
    disk.fill();
    expect((await client.upload('numbers.csv', new Uint8Array(10))).status).toBe(400);
    expect(await client.call('app.info')).toBeDefined();
  });
});

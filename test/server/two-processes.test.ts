/** Two processes on one database, each real: what one of them trains the other shows, and leaves alone. */
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it, type TestContext } from 'vitest';
import type { QueueState, RunSummary } from '../../src/shared/contract/index.ts';
import { startCapscope } from '../cli/capscope.ts';
import { writeTinyStudy } from '../cli/tiny-study.ts';
import { openStore, temporaryFolder } from '../store/fixtures.ts';
import { network, training } from '../workbench/fixture.ts';
import { startClient as start, type Client } from './client.ts';
import { listRuns } from '../list-runs.ts';

async function startClient({ onTestFinished }: Pick<TestContext, 'onTestFinished'>, database: string): Promise<Client> {
  const client = await start(database);
  onTestFinished(client.kill);
  return client;
}

const refused = (message: RegExp) => ({ ok: false, kind: 'input', message: expect.stringMatching(message) as string });

/** Everything that the other one must not do to this run. */
async function expectLeftAlone(other: Client, run: RunSummary, holder: RegExp): Promise<void> {
  const ids = [run.id];
  expect(await other.ask('runs.remove', { ids })).toMatchObject(refused(holder));
  expect(await other.ask('runs.edit', { ids, name: 'another' })).toMatchObject(refused(holder));
  expect(await other.ask('queue.resume', { ids })).toMatchObject(refused(holder));
  expect(await other.ask('queue.cancel', { ids })).toMatchObject(refused(holder));
  expect(await other.ask('datasets.remove', { fingerprint: run.dataset.fingerprint })).toMatchObject({ ok: false });
  // What is noted about it is nobody's harm.
  expect(await other.ask('runs.edit', { ids, note: 'seen', addTags: ['seen'] })).toMatchObject({ ok: true });
  const [after] = (await listRuns(other.call)).filter(({ id }) => id === run.id);
  expect(after).toMatchObject({ name: run.name, note: 'seen' });
}

it.concurrent('two servers: the run of one is safe from the other, which shows how far it is', { timeout: 120_000 }, async (test) => {
  const folder = temporaryFolder(test);
  const database = join(folder, 'capscope.db');
  const [one, other] = [await startClient(test, database), await startClient(test, database)];
  const [sample] = (await one.call('datasets.list')) as { fingerprint: string }[];
  const [id, second] = (await one.call('queue.train', {
    name: 'long',
    dataset: sample!.fingerprint,
    network,
    training: { ...training, epochs: 50 },
    seeds: [1, 2],
  })) as [string, string];
  const told = other.next('runs', (runs) => (runs as RunSummary[]).some((run) => run.id === id && run.status === 'running'));
  await one.next('step');
  await told;
  // Of the queue it hears a moment later than of the run.
  await test.expect
    .poll(async () => {
      const { elsewhere, running, waiting } = (await other.call('queue.state')) as QueueState;
      return { elsewhere, running, waiting };
    })
    .toEqual({
      elsewhere: [{ by: expect.stringMatching(`^process ${one.pid} on `) as string, trains: [id], waits: [second] }],
      running: [],
      waiting: [],
    });
  const runs = await listRuns(other.call);
  await expectLeftAlone(
    other,
    runs.find((run) => run.id === id)!,
    /is being trained by process \d+/,
  );
  await expectLeftAlone(
    other,
    runs.find((run) => run.id === second)!,
    /waits in the queue of process \d+/,
  );
  // A third that starts takes nothing for left behind; once the first is killed, another may go on with its runs.
  const third = await startClient(test, database);
  expect(((await third.call('queue.state')) as QueueState).elsewhere).toHaveLength(1);
  expect(await listRuns(one.call)).toMatchObject([{ status: 'running' }, { status: 'queued' }]);
  const free = other.next('queue', (state) => (state as QueueState).elsewhere.length === 0);
  one.kill();
  await free;
  expect(await other.ask('queue.resume', { ids: [second] })).toMatchObject({ ok: true });
  await other.next('step', (step) => (step as { run: string }).run === second);
});

it.concurrent('a server and a study in the terminal: the study ends as if it were alone', { timeout: 120_000 }, async (test) => {
  const folder = temporaryFolder(test);
  const database = join(folder, 'capscope.db');
  const server = await startClient(test, database);
  const study = writeTinyStudy(folder, { epochs: { train: 24, fineTune: 1 }, arms: ['unpruned'], seeds: [1, 2] }, 480);
  const { child, ended } = startCapscope(['study', study, '--db', database, '--engine', 'wasm', '--threads', '1']);
  test.onTestFinished(() => void child.kill('SIGKILL'));
  await Promise.race([
    server.next('queue', (state) => (state as QueueState).elsewhere.some(({ trains }) => trains.length > 0)),
    ended.then(({ stderr }) => Promise.reject(new Error(stderr))),
  ]);
  const runs = await listRuns(server.call);
  const [running] = runs.filter(({ status }) => status === 'running');
  const [waiting] = runs.filter(({ status }) => status === 'queued');
  await expectLeftAlone(server, running!, new RegExp(`is being trained by process ${child.pid!} `));
  await expectLeftAlone(server, waiting!, new RegExp(`waits in the queue of process ${child.pid!} `));
  // Nor may a second study with the same runs begin with them.
  const again = startCapscope(['study', study, '--db', database, '--engine', 'wasm', '--threads', '1']);
  expect(await again.ended).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/by another process|in the queue of process/) as string,
  });
  const { code, stderr } = await ended;
  expect(code, stderr).toBe(0);
  expect(
    new Set(
      openStore(folder, test)
        .runs()
        .map(({ status }) => status),
    ),
  ).toEqual(new Set(['finished']));
  server.kill();
  await once(server.process, 'exit');
});

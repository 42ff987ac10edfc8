/** A store that cannot be written for a while: nothing that a trainer has computed is lost, and everything can be ended. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { QueueState } from '../../src/shared/contract/index.ts';
import type { Store } from '../../src/store/store.ts';
import { Unavailable } from '../../src/store/unavailable.ts';
import { folders } from '../../src/workbench/node-host.ts';
import { JobQueue } from '../../src/workbench/queue/job-queue.ts';
import { LiveRuns } from '../../src/workbench/queue/live-runs.ts';
import { addTinyStudy, metrics, openStore, result, resultFiles, temporaryFolder } from '../store/fixtures.ts';
import { holdDatabase } from '../small-disk.ts';
import { puppets } from './puppets.ts';

const checkpoint = new Uint8Array(1000);

function open() {
  const folder = temporaryFolder();
  const store = openStore(folder);
  const [first, second] = addTinyStudy(store);
  const { startTrainer, started } = puppets();
  const states: QueueState[] = [];
  const notices: string[] = [];
  const queue = new JobQueue({
    store,
    host: {
      startTrainer,
      emit: (event, payload) => {
        if (event === 'queue') states.push(payload as QueueState);
        else if (event === 'notice') notices.push((payload as { text: string }).text);
      },
    },
    live: new LiveRuns(),
    sourceOf: () => ({ path: null, name: 'tiny', fingerprint: first.dataset }),
    engine: () => ({ name: 'wasm', threads: 1, hands: null, ...folders(), reason: 'a test asks for it' }),
    decide: () => Promise.resolve(),
    atOnce: () => 1,
    outlives: true,
    patience: 100,
  });
  onTestFinished(() => queue.close());
  const faults = () => states.map(({ fault }) => fault).filter((fault, i, all) => fault !== all[i - 1]);
  return { folder, store, queue, first: first.id, second: second.id, started, states, notices, faults };
}

/** Writing runs fails as on a full disk, until the function that it answers is called. */
function fillDisk({ training }: Store): () => void {
  const full = () => {
    throw new Unavailable('the disk is full', null);
  };
  const spies = (['claim', 'recordEpoch', 'recordFinish', 'recordStop', 'recordInterruption', 'heartbeat'] as const).map((method) =>
    vi.spyOn(training, method).mockImplementation(full),
  );
  return () => {
    for (const spy of spies) spy.mockRestore();
  };
}

const until = (condition: () => boolean) => vi.waitFor(() => expect(condition()).toBe(true), { timeout: 30_000, interval: 20 });

describe.each([
  ['the disk is full', fillDisk, 'The disk is full'],
  [
    'another program holds the database',
    ({ path }: Store) => holdDatabase(path),
    expect.stringMatching(/^(Another program|Process \d+ \(.+\)) holds the database/) as string,
  ],
] as const)('while %s', (_, breakStore, fault) => {
  const says = (what: string) =>
    typeof fault === 'string' ? `${fault}: ${what}.` : (expect.stringMatching(new RegExp(`holds the database: ${what}\\.$`)) as string);

  it('an epoch is kept later, and its trainer goes on only then', async () => {
    const { store, queue, first, started, states, faults } = open();
    queue.add([first]);
    const [trainer] = started;
    trainer!.say({ type: 'epoch', metrics: metrics(1), checkpoint });
    expect(trainer!.kept).toBe(1);
    const mend = breakStore(store);
    trainer!.say({ type: 'epoch', metrics: metrics(2), checkpoint });
    expect(states.at(-1)!.fault).toEqual(says('the run waits'));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect([trainer!.kept, trainer!.killed, queue.running]).toEqual([1, false, [first]]);
    expect(store.results.epochs(first)).toHaveLength(1);
    mend();
    await until(() => trainer!.kept === 2);
    expect(queue.state.fault).toBeNull();
    expect(faults()).toEqual([null, says('the run waits'), null]);
    expect(store.results.epochs(first)).toHaveLength(2);
    trainer!.say({ type: 'finished', finished: { ...resultFiles(store.run(first).spec.network), ...result(0.9) } });
    expect(store.run(first).status).toBe('finished');
  });

  it('the end of a run is kept later, and the next begins after it', async () => {
    const { store, queue, first, second, started, states, notices } = open();
    queue.add([first, second]);
    const mend = breakStore(store);
    started[0]!.say({ type: 'finished', finished: { ...resultFiles(store.run(first).spec.network), ...result(0.9) } });
    expect(states.at(-1)).toMatchObject({ fault: says('the run waits'), running: [{ run: first }], waiting: [second] });
    mend();
    await until(() => queue.running.includes(second));
    expect([store.run(first).status, store.run(second).status]).toEqual(['finished', 'running']);
    expect(started).toHaveLength(2);
    expect(notices).toEqual([]);
  });

  it('a run that cannot be begun is begun later', async () => {
    const { store, queue, first, started, states } = open();
    void queue.pause();
    queue.add([first]);
    const mend = breakStore(store);
    queue.continue();
    expect(states.at(-1)).toMatchObject({ fault: says('nothing is started'), running: [] });
    mend();
    await until(() => queue.running.includes(first));
    expect(started).toHaveLength(1);
  });

  it('a trainer that dies leaves what it has sent', async () => {
    const { store, queue, first, started, notices } = open();
    queue.add([first]);
    const mend = breakStore(store);
    started[0]!.say({ type: 'epoch', metrics: metrics(1), checkpoint });
    started[0]!.die('signal SIGKILL');
    mend();
    await until(() => queue.running.length === 0);
    expect(store.run(first)).toMatchObject({ status: 'interrupted', error: expect.stringMatching(/SIGKILL/) as string });
    expect(store.results.epochs(first)).toHaveLength(1);
    expect(notices).toHaveLength(1);
  });

  it('everything can be ended; what could not be kept is an epoch at most', async () => {
    const { folder, store, queue, first, started } = open();
    queue.add([first]);
    started[0]!.say({ type: 'epoch', metrics: metrics(1), checkpoint });
    const mend = breakStore(store);
    started[0]!.say({ type: 'epoch', metrics: metrics(2), checkpoint });
    await queue.close();
    expect(started[0]!.killed).toBe(true);
    mend();
    expect(store.results.epochs(first)).toHaveLength(1);
    expect(readdirSync(join(folder, 'runs', first))).toHaveLength(1);
    expect(existsSync(store.files.path(store.files.find(first, 'checkpoint')!))).toBe(true);
  }, 20_000);
});

it('says in one line what holds the database', () => {
  const folder = temporaryFolder();
  const store = openStore(folder);
  store.waitAtMost(0);
  const release = holdDatabase(store.path);
  onTestFinished(release);
  expect(() => store.values.set('key', 1)).toThrow(/^another program holds the database; nothing was changed$/);
});

/** Several runs at once: the same numbers as one after another, as far as memory goes, and each for itself. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { QueueState } from '../../src/shared/contract/index.ts';
import type { StudyResult } from '../../src/shared/study-result.ts';
import { folders } from '../../src/workbench/node-host.ts';
import { JobQueue } from '../../src/workbench/queue/job-queue.ts';
import { LiveRuns } from '../../src/workbench/queue/live-runs.ts';
import { capscope } from '../cli/capscope.ts';
import { writeTinyStudy } from '../cli/tiny-study.ts';
import { addTinyStudy, openStore, temporaryFolder } from '../store/fixtures.ts';
import { puppets } from './puppets.ts';
import { join } from 'node:path';

it('computes the same weights and measurements at once as one after another, from the command', { timeout: 120_000 }, async () => {
  const folder = temporaryFolder();
  const study = writeTinyStudy(folder, { seeds: [1, 2], arms: ['unpruned', 'ccm', 'pruned', 'scratch'] }, 90);
  const results: StudyResult[] = [];
  for (const parallel of ['1', 'auto']) {
    const db = join(folder, parallel, 'capscope.db');
    const outcome = await capscope('study', study, '--db', db, '--engine', 'wasm', '--threads', '3', '--parallel', parallel, '--json');
    expect(outcome.code, outcome.stderr).toBe(0);
    const lines = outcome.stderr.split('\n').map((line) => /^run (\d+) of 10: [^:]*?(: finished)?$/.exec(line));
    const begun = lines.flatMap((match) => (match && !match[2] ? [match[1]] : []));
    expect(begun).toHaveLength(10);
    // More than one at a time, or one after another in the order of the plan.
    const together = outcome.stderr.indexOf('run 2 of 10') < outcome.stderr.indexOf('epoch 1:');
    expect(together).toBe(parallel === 'auto');
    results.push(JSON.parse(outcome.stdout) as StudyResult);
  }
  const stores = ['1', 'auto'].map((parallel) => openStore(join(folder, parallel)));
  const numbers = results.map(({ runs }, i) =>
    runs.map(({ id, name }) => {
      const store = stores[i]!;
      const epochs = store.results.epochs(id).map(({ epoch, train, test, gradients }) => ({ epoch, train, test, gradients }));
      return { name, weights: store.files.find(id, 'weights')!.sha256, result: store.results.final(id), epochs };
    }),
  );
  expect(numbers[1]).toEqual(numbers[0]);
});

describe('the queue', () => {
  /** @param runs independent ones that wait. */
  function open({ runs, atOnce, free, threads = 8 }: { runs: number; atOnce: number | 'auto'; free: () => number; threads?: number }) {
    const store = openStore(temporaryFolder());
    const [first] = addTinyStudy(store);
    const ids = Array.from({ length: runs }, (_, i) => {
      const { key, name, role, dataset, spec, params, flops } = first;
      return store.addRun({ study: null, key: `${key}-${i}`, name: `${name} ${i}`, role, parent: null, dataset, spec, params, flops }).id;
    });
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
      engine: () => ({ name: 'wasm', threads, hands: null, ...folders(), reason: 'a test asks for it' }),
      decide: () => Promise.resolve(),
      atOnce: () => atOnce,
      freeMemory: free,
      outlives: false,
      patience: null,
    });
    onTestFinished(() => queue.close());
    queue.add(ids);
    return { store, ids, queue, started, states, notices };
  }
  const plenty = () => 64e9;

  it('starts as many as it may, which share the threads and are told to compute as if each had all', () => {
    const { queue, ids, started } = open({ runs: 5, atOnce: 3, free: plenty });
    expect(queue.running).toEqual(ids.slice(0, 3));
    expect(queue.state.waiting).toEqual(ids.slice(3));
    expect(started.map(({ task }) => task!.engine)).toMatchObject(Array.from({ length: 3 }, () => ({ threads: 2, hands: 8 })));
    started[1]!.say({ type: 'failed', message: 'it went wrong' });
    expect(queue.running).toEqual([ids[0], ids[2], ids[3]]);
  });

  it('gives one that is alone all threads', () => {
    const { started } = open({ runs: 1, atOnce: 'auto', free: plenty });
    expect(started[0]!.task!.engine).toMatchObject({ threads: 8, hands: null });
  });

  it('goes on with the others when the trainer of one dies', () => {
    const { store, queue, ids, started, notices } = open({ runs: 3, atOnce: 2, free: plenty });
    started[0]!.die('signal SIGKILL');
    expect(store.run(ids[0]!).status).toBe('interrupted');
    expect(notices[0]).toContain('ended unexpectedly (signal SIGKILL)');
    expect(started[1]!.killed).toBe(false);
    expect(queue.running).toEqual(ids.slice(1));
    // What a dead one had still sent counts no more, and leaves the others alone.
    started[0]!.say({ type: 'failed', message: 'too late' });
    expect(store.run(ids[0]!).error).toContain('SIGKILL');
    expect(queue.running).toEqual(ids.slice(1));
  });

  it('lets a run wait that would not fit into memory, says so, and starts it when there is room', () => {
    let free = 800e6;
    const { queue, ids, started, states } = open({ runs: 3, atOnce: 'auto', free: () => free });
    // Two would need more than is free: the first does not show in what is free yet.
    expect(queue.running).toEqual(ids.slice(0, 1));
    expect(states.at(-1)!.short).toMatch(/^run ".*" waits for memory: it needs about 4\d\d\sMiB, and 3\d\d\sMiB are free$/);
    free = 2e9;
    queue.reconsider();
    expect(queue.running).toEqual(ids);
    expect(queue.state.short).toBeNull();
    expect(started).toHaveLength(3);
  });

  it('starts the first whatever memory there is: nothing else would make room for it', () => {
    const { queue, ids } = open({ runs: 2, atOnce: 2, free: () => 0 });
    expect(queue.running).toEqual(ids.slice(0, 1));
  });

  it('stops all when it is paused, and all come first when it goes on', async () => {
    const { queue, ids, store } = open({ runs: 4, atOnce: 2, free: plenty });
    await queue.pause();
    expect(queue.state).toMatchObject({ held: true, running: [], waiting: ids });
    expect(ids.map((id) => store.run(id).status)).toEqual(['stopped', 'stopped', 'queued', 'queued']);
    queue.continue();
    expect(queue.running).toEqual(ids.slice(0, 2));
    await queue.stop(ids[0]!);
    expect(queue.running).toEqual(ids.slice(1, 3));
  });
});

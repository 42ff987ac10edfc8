/** Deleted runs go for good in small steps, between which others can write. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { newId } from '../../src/store/ids.ts';
import { finishTinyStudy, metrics, openStore, temporaryFolder } from './fixtures.ts';

it('of 1,000 runs and 1,000 epochs, while another writes', async () => {
  const folder = temporaryFolder();
  const store = openStore(folder);
  const [unpruned, source, pruned] = finishTinyStudy(store);
  const many = Array.from({ length: 1000 }, () => ({ ...unpruned, id: newId(), study: null }));
  const long = { ...unpruned, id: newId(), study: null };
  store.atomically(() => {
    for (const run of [...many, long]) store.insertRun(run);
    store.results.addEpochs(
      long.id,
      Array.from({ length: 1000 }, (_, i) => metrics(i + 1)),
    );
  });
  for (const { id } of many) mkdirSync(join(folder, 'runs', id), { recursive: true });
  store.notes.remove([source.id, long.id, ...many.map(({ id }) => id)]);
  await setTimeout(2);
  const other = openStore(folder);
  const left = () => other.results.epochs(long.id).length + [...many, long].filter(({ id }) => other.findRun(id)).length;
  const steps = store.removal.purge();
  let before = left();
  for (let n = 0; !steps.next().done; n++) {
    other.values.set('step', n);
    const after = left();
    expect(after).toBeLessThan(before);
    expect(before - after).toBeLessThanOrEqual(250);
    before = after;
  }
  expect(before).toBe(0);
  // A run from which another is cut stays, and so does what is deleted while others go.
  expect(store.findRun(source.id)).not.toBeNull();
  expect(readdirSync(join(folder, 'runs')).sort()).toEqual([unpruned.id, source.id, pruned.id].sort());
});

it('leaves alone what is deleted after it has begun: that can still be taken back', async () => {
  const folder = temporaryFolder();
  const store = openStore(folder);
  const [unpruned, , pruned] = finishTinyStudy(store);
  store.notes.remove([unpruned.id]);
  await setTimeout(2);
  const steps = store.removal.purge();
  steps.next();
  expect(existsSync(join(folder, 'runs', unpruned.id))).toBe(false);
  await setTimeout(2);
  store.notes.remove([pruned.id]);
  while (!steps.next().done);
  store.notes.restore([pruned.id]);
  expect(store.summaries().map(({ id }) => id)).toContain(pruned.id);
});

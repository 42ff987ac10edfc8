/** A run that failed, taken up from its last checkpoint with another learning rate. */
import { expect, it } from 'vitest';
import { divergenceText } from '../../src/shared/findings/divergence.ts';
import { takeUp } from '../../src/workbench/take-up.ts';
import { addTinyStudy, engine, finishTinyStudy, metrics, openStore, temporaryFolder } from '../store/fixtures.ts';

it('is a run of its own with what was measured until then, and the one that failed stays what it was', () => {
  const store = openStore(temporaryFolder());
  const [run] = addTinyStudy(store);
  store.training.claim(run.id, engine);
  expect(() => takeUp(store, run.id, 1e-4)).toThrow('is running; only one that failed');
  const checkpoint = Uint8Array.of(1, 2, 3);
  store.training.recordEpoch(run.id, metrics(1), checkpoint);
  store.training.recordFailure(run.id, divergenceText({ loss: NaN, epoch: 2, step: 5 }, run.spec.training.learningRate));
  const failed = store.run(run.id);
  expect(() => takeUp(store, run.id, run.spec.training.learningRate)).toThrow('expected another one');

  const added = takeUp(store, run.id, 1e-4);
  const { id, name, status, error, spec, study } = store.run(added.id);
  expect([name, status, error, study]).toEqual([`${run.name}, from epoch 1 at 0.0001`, 'queued', null, null]);
  expect(spec).toEqual({
    ...run.spec,
    training: { ...run.spec.training, learningRate: 1e-4 },
    takenUp: { run: run.id, epoch: 1, learningRate: run.spec.training.learningRate },
  });
  expect(store.results.epochs(id)).toEqual(store.results.epochs(run.id));
  expect(new Uint8Array(store.files.read(store.files.find(id, 'checkpoint')!))).toEqual(checkpoint);
  // Whatever becomes of the other.
  expect(store.files.find(id, 'checkpoint')!.path).not.toBe(store.files.find(run.id, 'checkpoint')!.path);
  expect(store.run(run.id)).toEqual(failed);
});

it('is no twin of what was trained with the smaller learning rate from the beginning', () => {
  const store = openStore(temporaryFolder());
  const [run, , pruned] = finishTinyStudy(store);
  expect(store.twinOf(pruned.id)).toBe(run.id);
  const copy = { ...run, spec: { ...run.spec, takenUp: { run: 'x', epoch: 1, learningRate: 0.1 } }, id: 'other', study: pruned.study };
  store.insertRun({ ...copy, key: 'other', created: '2000-01-01T00:00:00.000Z' });
  expect(store.twinOf(pruned.id)).toBe(run.id);
});

it('needs a checkpoint', () => {
  const store = openStore(temporaryFolder());
  const [run] = addTinyStudy(store);
  store.training.claim(run.id, engine);
  store.training.recordFailure(run.id, 'no');
  expect(() => takeUp(store, run.id, 1e-4)).toThrow('has no checkpoint to go on from');
});

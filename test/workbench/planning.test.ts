/** What is refused when it is planned, rather than when it is its turn. */
import { expect, it } from 'vitest';
import { InputError } from '../../src/shared/input-error.ts';
import { networkOf } from '../../src/shared/spec/network.ts';
import { PruningSpec } from '../../src/shared/spec/pruning.ts';
import { TrainingSpec } from '../../src/shared/spec/training.ts';
import { Origin } from '../../src/store/images.ts';
import type { Store } from '../../src/store/store.ts';
import { openStudy } from '../../src/workbench/open-study.ts';
import { addTraining } from '../../src/workbench/plan.ts';
import { addPruning } from '../../src/workbench/plan-pruning.ts';
import { reportName } from '../../src/workbench/report-name.ts';
import { dataset, engine, finishTinyStudy, metrics, openStore, result, resultFiles, study, temporaryFolder } from '../store/fixtures.ts';

const network = networkOf({ types: 2, dim: 4, depth: 1 });
const training = (validation: number) => TrainingSpec.parse({ epochs: 1, validation });
const refusal =
  'a validation share of 0.1 is less than one image of every class in 8 training images; choose a larger share, or 0 for none';

function withImages(store: Store): void {
  store.addDataset(dataset);
  const counts = { trainPerClass: [4, 4], testPerClass: [2, 2] };
  store.images.put({
    ...{ dataset: dataset.fingerprint, file: null, recipe: Origin.parse({}), source: null, bytes: 1, ...counts },
    opened: new Date(0).toISOString(),
  });
}

it('a validation share that would hold out nothing is refused with the run, the cut and the study', () => {
  const store = openStore(temporaryFolder());
  withImages(store);
  const [source] = finishTinyStudy(store);
  const before = store.runs().length;
  const start = { dataset: dataset.fingerprint, engine: null };
  const train = (share: number) => addTraining(store, { ...start, name: 'a', network, training: training(share), seeds: [1] });
  const cut = { parent: source.id, settings: [PruningSpec.parse({ capsules: 0.5 })], controls: [], engine: null };
  const prune = (share: number) => addPruning(store, { ...cut, name: undefined, training: training(share) });
  const open = (share: number) =>
    openStudy(store, { ...start, fresh: true, spec: { ...study, training: { ...study.training, validation: share } } });
  for (const attempt of [train, prune, open]) {
    expect(() => attempt(0.1)).toThrow(InputError);
    expect(() => attempt(0.1)).toThrow(refusal);
  }
  expect(store.runs()).toHaveLength(before);
  for (const attempt of [train, prune, open]) attempt(0.25);
  expect(store.runs().length).toBeGreaterThan(before);
});

it('reports of studies with one name and other settings lie beside each other, also after they are begun anew', () => {
  const store = openStore(temporaryFolder());
  withImages(store);
  const begin = (ccm: number, name = study.name) =>
    openStudy(store, { spec: { ...study, name, ccm }, dataset: dataset.fingerprint, engine: 'wasm', fresh: true }).study;
  const [first, other] = [begin(0.01), begin(0.02)];
  expect([first, other].map((one) => reportName(store, one))).toEqual(['tiny study-1', `tiny study-1-${other.id}`]);
  expect([begin(0.01), begin(0.02)].map((one) => reportName(store, one))).toEqual(['tiny study-1', `tiny study-1-${other.id}`]);
  // Some disks do not tell capitals from small letters.
  const capital = begin(0.01, 'Tiny study');
  expect(reportName(store, capital)).toBe(`Tiny study-1-${capital.id}`);
});

it('what is cut from a run that ended early counts the epochs that it had, and so do its controls', () => {
  const store = openStore(temporaryFolder());
  withImages(store);
  const [, source] = finishTinyStudy(store);
  const { training: planned } = source.spec;
  const early = store.addRun({
    ...source,
    study: null,
    key: 'early',
    parent: null,
    engine: null,
    spec: { ...source.spec, training: { ...planned, epochs: 9 } },
  });
  store.training.claim(early.id, engine);
  for (const epoch of [1, 2, 3]) store.training.recordEpoch(early.id, metrics(epoch), new Uint8Array(8));
  store.training.recordFinish(early.id, { ...resultFiles(early.spec.network), ...result(0.5) });
  const runs = addPruning(store, {
    ...{ parent: early.id, name: undefined, settings: [PruningSpec.parse({ capsules: 0.5 })], training: training(0) },
    ...{ controls: ['unpruned', 'scratch'], engine: null },
  });
  expect(runs.map(({ name, spec }) => [name, spec.firstEpoch, spec.training.epochs])).toEqual([
    ['source, unpruned twin', 0, 4],
    ['source, pruned', 3, 1],
    ['source, from scratch', 0, 4],
  ]);
  expect(store.twinOf(runs[1]!.id)).toBe(runs[0]!.id);
});

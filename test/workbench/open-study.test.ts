/** Studies that grow, and studies that take what others have computed. */
import { expect, it } from 'vitest';
import { StudySpec } from '../../src/shared/spec/study.ts';
import { doneAlready, extendStudy, inOrder, openStudy } from '../../src/workbench/open-study.ts';
import { resultsOf } from '../../src/workbench/outcomes.ts';
import { dataset, finishTinyStudy, openStore, study, temporaryFolder } from '../store/fixtures.ts';

const start = { dataset: dataset.fingerprint, engine: null };
const grown = (change: object) => StudySpec.parse({ ...study, ...change });

function finished() {
  const store = openStore(temporaryFolder());
  const runs = finishTinyStudy(store);
  return { store, runs, id: runs[0].study! };
}

it('reuses what another study has computed with the same settings, and adds the rest', () => {
  const { store, runs, id } = finished();
  const spec = grown({ name: 'another', seeds: [1, 2] });
  expect(doneAlready(store, { ...start, spec })).toHaveLength(3);
  const opened = openStudy(store, { ...start, spec, fresh: true, reuse: true });
  expect(opened.study.id).not.toBe(id);
  expect(opened.runs.slice(0, 3).map((run) => run.id)).toEqual(runs.map((run) => run.id));
  expect(opened.added).toHaveLength(3);
  expect(store.runs(opened.study.id).map((run) => run.spec.seed)).toEqual([1, 1, 1, 2, 2, 2]);
  // The other one keeps its own.
  expect(store.runs(id)).toHaveLength(3);
  const { arms } = resultsOf(store, store.runs(opened.study.id)).statistics;
  expect(arms.map(({ arm, n, missing }) => [arm, n, missing])).toEqual([
    ['unpruned', 1, 1],
    ['pruned', 1, 1],
  ]);
});

it('takes nothing that differs in a setting, in its engine, or whose weights are gone', () => {
  const { store, runs } = finished();
  const done = (change: object, engine: 'wasm' | 'webgpu' | null = null) =>
    doneAlready(store, { ...start, engine, spec: grown(change) }).map((key) => key.split('/').at(-1));
  expect(done({})).toEqual(['unpruned', 'source', 'pruned 0']);
  expect(done({}, 'wasm')).toHaveLength(3);
  expect(done({}, 'webgpu')).toEqual([]);
  expect(done({ ccm: 0.5 })).toEqual(['unpruned']);
  expect(done({ pruning: [{ backbone: 0.25, capsules: 0.5 }] })).toEqual(['unpruned', 'source']);
  store.notes.remove([runs[0].id]);
  expect(done({})).toEqual(['source', 'pruned 0']);
});

it('begins anew in a terminal that asks for it', () => {
  const { store } = finished();
  expect(openStudy(store, { ...start, spec: study, fresh: true }).added).toHaveLength(3);
});

it('is the same for a window, which names no images, and a terminal, whose file prepares the same ones', () => {
  const { store, id } = finished();
  const open = (change: object, of: object = {}) => openStudy(store, { ...start, ...of, spec: grown(change), fresh: false });
  const prepared = { path: 'elsewhere', limitTrain: 8, preparation: { fit: 'crop' } };
  store.addDataset({ ...dataset, fingerprint: 'cd'.repeat(32) });
  // Other images, another seed, another engine: other studies.
  expect(open({ data: prepared }, { dataset: 'cd'.repeat(32) }).study.id).not.toBe(id);
  expect(open({ data: prepared, seeds: [7] }).study.id).not.toBe(id);
  expect(open({ data: prepared }, { engine: 'wasm' }).study.id).not.toBe(id);
  const again = open({ data: prepared });
  expect([again.study.id, again.added]).toEqual([id, []]);
  expect(open({}).study.id, 'and back').toBe(id);
});

it('grows by seeds, networks, arms and cuts, and keeps what has run', () => {
  const { store, runs, id } = finished();
  const bySeed = extendStudy(store, id, grown({ seeds: [1, 2] }));
  expect([bySeed.study.id, bySeed.added.length, store.runs(id).length]).toEqual([id, 3, 6]);
  // Before they are added, what has not run yet is part of it, too.
  const three = grown({ seeds: [1, 2, 3] });
  expect(doneAlready(store, { ...start, spec: three, study: id })).toHaveLength(6);
  expect(doneAlready(store, { ...start, spec: three })).toHaveLength(3);
  // A cut before the one that there is takes its number in the plan, and none of its runs.
  const cuts = grown({ seeds: [1, 2], pruning: [{ backbone: 0.25, capsules: 0.5 }, study.pruning[0 as never]] });
  const byCut = extendStudy(store, id, cuts);
  expect(byCut.added).toHaveLength(2);
  const pruned = byCut.runs.filter(({ role, spec }) => role === 'pruned' && spec.seed === 1);
  expect(pruned.map((run) => [run.spec.pruning!.backbone, run.id === runs[2].id])).toEqual([
    [0.25, false],
    [0.5, true],
  ]);
  const networks = [{ types: 4, dim: 4, depth: 1 }, ...study.networks];
  const byNetwork = extendStudy(store, id, { ...cuts, networks: StudySpec.parse({ ...study, networks }).networks });
  expect(byNetwork.added).toHaveLength(8);
  // Runs are numbered by the networks that there were.
  expect(byNetwork.study.spec.networks.map((network) => 'types' in network && network.types)).toEqual([2, 4]);
  expect(resultsOf(store, store.runs(id)).statistics.arms.map(({ network }) => network)).toContain('N2 D4 L1');
  // Started again as it is now, it is this one.
  expect(openStudy(store, { ...start, spec: byNetwork.study.spec, fresh: false }).added).toEqual([]);
});

it('does not lose or change anything by growing, and says what it would', () => {
  const { store, id } = finished();
  const refusal = (change: object) => () => extendStudy(store, id, grown(change));
  expect(refusal({ networks: [{ types: 4, dim: 4, depth: 1 }] })).toThrow(/"networks" lacks N2 D4 L1; start it as a new study/);
  expect(refusal({ seeds: [2] })).toThrow('"seeds" lacks 1');
  expect(refusal({ arms: ['unpruned'] })).toThrow('"arms" lacks "pruned"');
  expect(refusal({ pruning: [{ backbone: 0.25 }] })).toThrow('"pruning" lacks pruned chip b0.5 c0.5');
  expect(refusal({ epochs: { train: 3, fineTune: 1 } })).toThrow('"epochs" differs');
  expect(refusal({ training: { batch: 7 } })).toThrow('"training" differs');
});

it('is done seed by seed or network by network, parents first', () => {
  const { store } = finished();
  const networks = [{ types: 4, dim: 4, depth: 1 }, { types: 8, dim: 4, depth: 1 }]; // prettier-ignore
  const { runs, added } = openStudy(store, { ...start, spec: grown({ networks, seeds: [2, 1] }), fresh: true, reuse: true });
  const seeds = (order: 'seed' | 'network') => inOrder(runs, added, order).map(({ spec }) => spec.seed);
  expect(seeds('network')).toEqual([2, 2, 2, 1, 1, 1, 2, 2, 2, 1, 1, 1]);
  expect(seeds('seed')).toEqual([2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1]);
  const ordered = inOrder(runs, added, 'seed').map(({ id }) => id);
  for (const run of runs) if (run.parent !== null) expect(ordered.indexOf(run.parent)).toBeLessThan(ordered.indexOf(run.id));
});

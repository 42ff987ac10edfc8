/** What is queued with a cut, so that one can tell what the cut did. */
import { describe, expect, it } from 'vitest';
import { armOf } from '../../src/shared/spec/arms.ts';
import { PruningSpec } from '../../src/shared/spec/pruning.ts';
import { addPruning } from '../../src/workbench/plan-pruning.ts';
import { finishTinyStudy, openStore, temporaryFolder } from '../store/fixtures.ts';

const cut = (spec: object) => PruningSpec.parse({ backbone: 0.5, capsules: 0.5, ...spec });

function prunable() {
  const store = openStore(temporaryFolder());
  const [unpruned, source, pruned] = finishTinyStudy(store);
  const { training } = pruned.spec;
  const prune = (settings: PruningSpec[], controls: Parameters<typeof addPruning>[1]['controls'], parent = source.id) =>
    addPruning(store, { parent, settings, training, controls, engine: null });
  return { store, unpruned, source, pruned, prune };
}

describe('controls queued with a cut', () => {
  it('have as many epochs in all, and the unpruned network as their twin', () => {
    const { store, unpruned, source, prune } = prunable();
    const runs = prune([cut({ criterion: 'l1' })], ['ccm', 'scratch', 'random']);
    const line = runs.map(({ name, parent, spec: { firstEpoch, training } }) => [
      name,
      parent,
      firstEpoch,
      firstEpoch + training.epochs,
      training.ccm,
    ]);
    expect(line).toEqual([
      ['source, CCM alone', source.id, 2, 3, 0],
      ['source, pruned', source.id, 2, 3, 0],
      ['source, random cut', source.id, 2, 3, 0],
      ['source, from scratch', null, 0, 3, 0],
    ]);
    expect(runs.map(armOf)).toEqual(['ccm', 'pruned', 'random', 'scratch']);
    for (const { id } of runs) expect(store.twinOf(id)).toBe(unpruned.id);
    expect(runs[3]!.spec.network.primary.types).toBe(1);
    expect(runs[3]!.params).toBeLessThan(source.params);
  });

  it('are not queued again when they are there', () => {
    const { prune } = prunable();
    const names = (settings: PruningSpec[]) => prune(settings, ['unpruned', 'ccm', 'scratch', 'random']).map(({ name }) => name);
    // The study has trained an unpruned twin already.
    expect(names([cut({ criterion: 'l1' })])).toEqual([
      'source, CCM alone',
      'source, pruned',
      'source, random cut',
      'source, from scratch',
    ]);
    expect(names([cut({ criterion: 'activation' })])).toEqual(['source, pruned']);
  });

  it('serve all cuts that leave the same network', () => {
    const { prune } = prunable();
    const runs = prune([cut({}), cut({ criterion: 'l1' }), cut({ criterion: 'random' })], ['scratch', 'random']);
    expect(runs.map(armOf)).toEqual(['pruned', 'pruned', 'random', 'scratch']);
  });

  it('go back to the network before all cuts when a pruned one is cut again', () => {
    const { store, source, pruned, prune } = prunable();
    const [again, scratch] = prune([cut({ backbone: 0.5, capsules: 0 })], ['scratch'], pruned.id);
    expect(scratch!.spec.control!.network).toEqual(source.spec.network);
    expect([again, scratch].map((run) => run!.spec.firstEpoch + run!.spec.training.epochs)).toEqual([4, 4]);
    const [twin] = prune([cut({ backbone: 0.25, capsules: 0 })], ['unpruned'], pruned.id);
    expect([store.twinOf(again!.id), store.twinOf(scratch!.id)]).toEqual([twin!.id, twin!.id]);
  });

  it('are refused where they would rule nothing out', () => {
    const { unpruned, prune } = prunable();
    expect(() => prune([cut({})], ['ccm'], unpruned.id)).toThrow(
      'run "unpruned" was trained without the CCM term: the control "CCM alone" would be the unpruned network again; leave it out',
    );
  });
});

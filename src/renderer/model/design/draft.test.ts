import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { StudySpec } from '../../../shared/spec/study.ts';
import { planStudy } from '../../../shared/study-plan.ts';
import {
  added,
  alsoSet,
  emptyDraft,
  folded,
  hasCut,
  impossible,
  singlesOf,
  toggled,
  toldStudy,
  valuesOf,
  withCut,
  withoutCut,
  withoutEntry,
  withoutImpossible,
  withSingle,
  type Raw,
} from './draft.ts';
import { networkFactors, pruningFactors, type FactorKey } from './factors.ts';
import { printStudy } from './study-text.ts';

const factor = (key: FactorKey) => [...networkFactors, ...pruningFactors].find((one) => one.key === key)!;
const read = (draft: Raw, key: FactorKey) => valuesOf(draft, factor(key));
const folder = new URL('../../../../resources/studies/', import.meta.url);
const presets = readdirSync(folder).map((file) => [file, JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Raw] as const);

describe('chips of a study', () => {
  it('choose and leave out values, in their order', () => {
    let draft = toggled(emptyDraft, factor('types'), 32);
    draft = added(draft, factor('types'), [16, 8]);
    expect(read(draft, 'types')).toEqual([8, 16, 32]);
    expect(draft['networks']).toEqual([{ types: [8, 16, 32], dim: 4, depth: 3 }]);
    draft = toggled(toggled(draft, factor('types'), 8), factor('types'), 32);
    expect(draft['networks']).toEqual([{ types: 16, dim: 4, depth: 3 }]);
    expect(toggled(draft, factor('types'), 16), 'the last one stays').toBe(draft);
  });

  it('write down no default that nobody has chosen', () => {
    const both = toggled(emptyDraft, factor('squash'), 'sensitive');
    expect(both['networks']).toEqual([{ types: 8, dim: 4, depth: 3, squash: ['squash', 'sensitive'] }]);
    expect(toggled(both, factor('squash'), 'sensitive')).toEqual(emptyDraft);
    const gain = added(emptyDraft, factor('initialisation'), [{ gain: 2 }]);
    expect(read(gain, 'initialisation')).toEqual(['paper', { gain: 2 }]);
  });

  it('cut, and cut no more', () => {
    const cut = withCut(emptyDraft);
    expect([hasCut(emptyDraft), hasCut(cut), read(emptyDraft, 'capsules'), read(cut, 'capsules')]).toEqual([false, true, [], [0.5]]);
    expect(toggled(emptyDraft, factor('capsules'), 0.25)['pruning']).toEqual({ criterion: 'chip', backbone: 0.25, capsules: 0.25 });
    expect(cut['arms']).toEqual(['unpruned', 'ccm', 'pruned', 'scratch']);
    expect(withCut({ ...emptyDraft, arms: ['random'] })['arms']).toEqual(['unpruned', 'ccm', 'pruned', 'scratch', 'random']);
    expect(withoutCut(cut)).toEqual(emptyDraft);
  });

  it('leave what they do not know where it is, and say that it is set', () => {
    const draft: Raw = {
      ...emptyDraft,
      training: { batch: 16, measure: { threshold: 0.02 } },
      networks: [{ types: 8, dim: 4, decoder: true }],
      pruning: { capsules: 0.5, batches: 3 },
    };
    expect(toggled(toggled(draft, factor('depth'), 5), factor('depth'), 5)).toEqual({
      ...draft,
      networks: [{ types: 8, dim: 4, decoder: true, depth: 3 }],
    });
    expect(alsoSet(draft)).toEqual([
      { path: 'decoder', value: 'true' },
      { path: 'pruning.batches', value: '3' },
      { path: 'training.batch', value: '16' },
      { path: 'training.measure.threshold', value: '0.02' },
    ]);
  });

  it('say which networks cannot be, and leave them out when asked', () => {
    const draft: Raw = { ...emptyDraft, networks: [{ types: [4, 5], dim: [4, 6], depth: 1, bias: true }] };
    expect(impossible(draft)).toEqual([{ types: 5, dim: 6 }]);
    expect(StudySpec.safeParse(draft).success).toBe(false);
    const possible = withoutImpossible(draft);
    expect(impossible(possible)).toEqual([]);
    expect(planStudy(StudySpec.parse(possible))).toHaveLength(3 * 3);
    expect((possible['networks'] as unknown[])[0]).toEqual({ types: 4, dim: 4, depth: 1, bias: true });
  });

  it('stand beside single networks', () => {
    const single = { types: 16, dim: 12, depth: 5 };
    const draft = withSingle(emptyDraft, single);
    expect(withSingle(draft, single)).toBe(draft);
    expect(singlesOf(draft)).toEqual([{ at: 1, entry: single }]);
    expect(withoutEntry(draft, 1)).toEqual(emptyDraft);
    expect(withoutEntry(emptyDraft, 0), 'some network stays').toBe(emptyDraft);
  });
});

describe('a study file', () => {
  it.each(presets)('%s is the same study as chips show it', (_, file) => {
    const keyless = (draft: Raw) =>
      planStudy(StudySpec.parse(draft))
        .map(({ name, role, spec }) => JSON.stringify([name, role, spec]))
        .sort();
    expect(keyless(folded(file))).toEqual(keyless(file));
  });

  it('with networks one by one is told by lists as far as they are all combinations', () => {
    const list = (depths: number[], types: number[]) => types.flatMap((n) => depths.map((depth) => ({ types: n, dim: 4, depth })));
    expect(folded({ ...emptyDraft, networks: [...list([1, 3], [8, 16]), { types: 32, dim: 4, depth: 1 }] })['networks']).toEqual([
      { types: [8, 16], dim: 4, depth: [1, 3] },
      { types: 32, dim: 4, depth: 1 },
    ]);
    const odd = [...list([1, 3], [8]), { types: 16, dim: 4, depth: 1, classDim: 8 }];
    expect(folded({ ...emptyDraft, networks: odd })['networks']).toEqual([{ types: 8, dim: 4, depth: [1, 3] }, odd[2]]);
  });

  it('with listed cuts is told by lists where they are all combinations and nothing else', () => {
    const cut = (backbone: number, more = {}) => ({ backbone, capsules: 0.5, ...more });
    expect(folded({ ...emptyDraft, pruning: [cut(0.25), cut(0.5)] })['pruning']).toEqual({
      criterion: 'chip',
      backbone: [0.25, 0.5],
      capsules: 0.5,
    });
    for (const pruning of [[cut(0.25), { backbone: 0.5 }], [cut(0.25, { batches: 3 })], [cut(0.25), cut(0.25)]])
      expect(folded({ ...emptyDraft, pruning })['pruning']).toEqual(pruning);
  });

  it.each(presets)('%s is printed so that it reads back', (_, file) => {
    expect(JSON.parse(printStudy(file))).toEqual(file);
  });

  it.each(presets)('%s comes back from the store as it was written', (_, file) => {
    const { $schema, ...written } = file;
    expect($schema).toBe('../study.schema.json');
    const told = toldStudy(StudySpec.parse(file));
    expect(planStudy(StudySpec.parse(told))).toEqual(planStudy(StudySpec.parse(file)));
    expect(Object.keys(told).every((key) => key in written)).toBe(true);
    expect(printStudy(told['epochs'])).toBe(printStudy(file['epochs']));
  });

  it('has lists on one line', () => {
    expect(printStudy({ name: 'a', networks: [{ types: [8, 16], dim: 4 }], training: { measure: { rate: null } } })).toBe(
      '{\n  "name": "a",\n  "networks": [\n    { "types": [8, 16], "dim": 4 }\n  ],\n  "training": {\n    "measure": { "rate": null }\n  }\n}',
    );
  });
});

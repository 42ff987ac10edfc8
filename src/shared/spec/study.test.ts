import { describe, expect, it } from 'vitest';
import { networkOf } from './network.ts';
import { planStudy, StudySpec } from './study.ts';

const base = { name: 'test', networks: [{ types: 4, dim: 4, depth: 1 }], epochs: { train: 2, fineTune: 3 } };

describe('planStudy', () => {
  it('gives the unpruned run as many epochs as the pruned one has in total', () => {
    const runs = planStudy(StudySpec.parse({ ...base, pruning: [{ backbone: 0.5, capsules: 0.5 }] }));
    expect(runs.map(({ name, role, training, firstEpoch }) => [name, role, firstEpoch, training.epochs])).toEqual([
      ['unpruned', 'unpruned', 0, 5],
      ['source', 'source', 0, 2],
      ['pruned', 'pruned', 2, 3],
    ]);
  });

  it('trains only the source with the CCM term', () => {
    const runs = planStudy(StudySpec.parse({ ...base, ccm: 0.02, pruning: [{ backbone: 0.5 }] }));
    expect(runs.map(({ training }) => training.ccm)).toEqual([0, 0.02, 0]);
  });

  it('expands a grid over networks and seeds, parents first, with unique keys', () => {
    const study = StudySpec.parse({
      ...base,
      networks: [{ types: 4 }, networkOf({ types: 2, dim: 2 })],
      seeds: [1, 2],
      pruning: { criterion: ['chip', 'l1'], backbone: [0.25, 0.5], capsules: 0.5 },
    });
    const runs = planStudy(study);
    expect(runs).toHaveLength(2 * 2 * (2 + 4));
    expect(new Set(runs.map(({ key }) => key)).size).toBe(runs.length);
    for (const [i, { parent }] of runs.entries()) if (parent) expect(runs.findIndex(({ key }) => key === parent)).toBeLessThan(i);
    expect(runs.map(({ name }) => name)).toContain('pruned l1 b0.5 c0.5 (N4 D12 L3, seed 2)');
  });

  it('plans nothing but the unpruned run without pruning settings', () => {
    expect(planStudy(StudySpec.parse(base)).map(({ role }) => role)).toEqual(['unpruned']);
  });

  it('refuses a combination that contradicts itself', () => {
    const study = StudySpec.parse({ ...base, pruning: { capsules: 0.5, capsuleLayers: 'inherit' } });
    expect(() => planStudy(study)).toThrow(/granularity/);
  });

  it('refuses a family whose first backbone block would have a broken number of channels', () => {
    expect(() => StudySpec.parse({ ...base, networks: [{ types: 3, dim: 3 }] })).toThrow(
      /backbone\.0 would have types · dim \/ 4 = 2\.25 channels/,
    );
  });

  it('refuses unknown fields', () => {
    expect(() => StudySpec.parse({ ...base, epoch: 3 })).toThrow(/epoch/);
  });
});

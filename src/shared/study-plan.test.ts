import { describe, expect, it } from 'vitest';
import { armOf } from './spec/arms.ts';
import { networkOf } from './spec/network.ts';
import { StudySpec } from './spec/study.ts';
import { planStudy } from './study-plan.ts';

const base = { name: 'test', networks: [{ types: 4, dim: 4, depth: 1 }], epochs: { train: 2, fineTune: 3 } };

describe('planStudy', () => {
  const plan = (spec: object) => planStudy(StudySpec.parse({ ...base, ...spec }));
  const cut = { backbone: 0.5, capsules: 0.5 };

  it('trains every arm for as many epochs in all, and only the source with the CCM term', () => {
    const runs = plan({ ccm: 0.02, pruning: [cut], arms: ['unpruned', 'ccm', 'pruned', 'scratch', 'random'] });
    expect(
      runs.map(({ key, name, parent, spec: { firstEpoch, training } }) => [key, name, parent, firstEpoch, training.epochs, training.ccm]),
    ).toEqual([
      ['network 0/seed 1/unpruned', 'unpruned', null, 0, 5, 0],
      ['network 0/seed 1/source', 'source', null, 0, 2, 0.02],
      ['network 0/seed 1/ccm', 'CCM alone', 'network 0/seed 1/source', 2, 3, 0],
      ['network 0/seed 1/pruned 0', 'pruned', 'network 0/seed 1/source', 2, 3, 0],
      ['network 0/seed 1/random 0', 'random cut', 'network 0/seed 1/source', 2, 3, 0],
      ['network 0/seed 1/scratch 0', 'from scratch', null, 0, 5, 0],
    ]);
    expect(runs.map(armOf)).toEqual(['unpruned', 'source', 'ccm', 'pruned', 'random', 'scratch']);
    expect(runs[4]!.spec.pruning).toEqual({ ...runs[3]!.spec.pruning, criterion: 'random' });
  });

  it('does once what is listed twice, under the number that it has first', () => {
    const twice = plan({
      networks: [{ types: [4, 4], dim: 4, depth: 1 }, networkOf({ types: 4, dim: 4, depth: 1 }), { types: 8, dim: 4, depth: 1 }],
      pruning: [cut, cut, { ...cut, backbone: 0.25 }],
      arms: ['pruned'],
      seeds: [3, 3],
    });
    expect(twice.map(({ key, name }) => [key, name])).toEqual([
      ['network 0/seed 3/source', 'source (N4 D4 L1)'],
      ['network 0/seed 3/pruned 0', 'pruned chip b0.5 c0.5 (N4 D4 L1)'],
      ['network 0/seed 3/pruned 2', 'pruned chip b0.25 c0.5 (N4 D4 L1)'],
      ['network 3/seed 3/source', 'source (N8 D4 L1)'],
      ['network 3/seed 3/pruned 0', 'pruned chip b0.5 c0.5 (N8 D4 L1)'],
      ['network 3/seed 3/pruned 2', 'pruned chip b0.25 c0.5 (N8 D4 L1)'],
    ]);
  });

  it('trains from scratch what the cut leaves, and remembers of what it is the control', () => {
    const [scratch] = plan({ pruning: [cut], arms: ['scratch'] });
    const { network, control, pruning } = scratch!.spec;
    expect([network.primary.types, network.intermediate[0]!.types, network.backbone.map(({ channels }) => channels)]).toEqual([
      2,
      2,
      [2, 4, 8],
    ]);
    expect(control).toMatchObject({ network: { primary: { types: 4 } }, pruning: cut });
    expect(pruning).toBeNull();
  });

  it('does shared work once: one control for all settings that it serves', () => {
    const runs = plan({
      pruning: { criterion: ['chip', 'l1', 'random'], backbone: [0.25, 0.5], capsules: 0.5 },
      arms: ['pruned', 'scratch', 'random'],
    });
    const names = runs.map(({ name }) => name).filter((name) => !name.startsWith('pruned'));
    expect(names).toEqual(['source', 'from scratch b0.25 c0.5', 'from scratch b0.5 c0.5']);
    expect(runs.filter((run) => armOf(run) === 'random')).toHaveLength(2);
    const separate = plan({ pruning: { criterion: ['chip', 'l1'], capsules: 0.5 }, arms: ['pruned', 'random'] });
    expect(separate.map(armOf)).toEqual(['source', 'pruned', 'pruned', 'random']);
  });

  it('plans no control that would be another arm again', () => {
    expect(plan({ ccm: 0, pruning: [cut] }).map(armOf)).toEqual(['unpruned', 'source', 'pruned', 'scratch']);
    expect(plan({ pruning: [cut], arms: ['unpruned', 'scratch'] }).map(armOf)).toEqual(['unpruned', 'scratch']);
  });

  it('takes ratios per block in place of one for all, and names a cut by them', () => {
    const study = StudySpec.parse({
      name: 'blocks',
      networks: [{ types: 4, dim: 4, depth: 1 }],
      epochs: { train: 1, fineTune: 1 },
      pruning: { blocks: [[0.25, 0.5, 0.5], [0, 0.5, 0.75]], capsules: 0.5 },
      arms: ['pruned'],
    }); // prettier-ignore
    const cuts = planStudy(study).filter(({ role }) => role === 'pruned');
    expect(cuts.map(({ name }) => name)).toEqual(['pruned chip b0.25/0.5/0.5 c0.5', 'pruned chip b0/0.5/0.75 c0.5']);
    expect(cuts.map(({ spec }) => [spec.pruning?.backbone, spec.pruning?.blocks])).toEqual([
      [0, [0.25, 0.5, 0.5]],
      [0, [0, 0.5, 0.75]],
    ]);
  });

  it('expands a grid over networks and seeds, parents first, with unique keys', () => {
    const runs = plan({
      networks: [{ types: 4 }, networkOf({ types: 2, dim: 2 })],
      seeds: [1, 2],
      pruning: { criterion: ['chip', 'l1'], backbone: [0.25, 0.5], capsules: 0.5 },
    });
    expect(runs).toHaveLength(2 * 2 * (3 + 4) + 2 * (2 + 2));
    expect(new Set(runs.map(({ key }) => key)).size).toBe(runs.length);
    for (const [i, { parent }] of runs.entries()) if (parent) expect(runs.findIndex(({ key }) => key === parent)).toBeLessThan(i);
    expect(runs.map(({ name }) => name)).toContain('pruned l1 b0.5 c0.5 (N4 D12 L3, seed 2)');
  });

  it('names networks of one size by what else tells them apart', () => {
    const networks = [
      {},
      { initialisation: { gain: 1.6 } },
      { bias: true, residual: 2, iterations: 5 },
      { squash: 'sensitive', kind: 'full' },
    ];
    const study = StudySpec.parse({ ...base, networks: networks.map((more) => ({ types: 4, dim: 4, depth: 3, ...more })) });
    expect(planStudy(study).map(({ name }) => name)).toEqual([
      'unpruned (N4 D4 L3)',
      'unpruned (N4 D4 L3, gain 1.6)',
      'unpruned (N4 D4 L3, 5 iterations, bias, residual 2)',
      'unpruned (N4 D4 L3, fully connected, sensitive squash)',
    ]);
  });

  it('plans nothing but the unpruned run without pruning settings', () => {
    expect(plan({}).map(armOf)).toEqual(['unpruned']);
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

describe('a grid of networks', () => {
  const plan = (networks: object[]) => planStudy(StudySpec.parse({ ...base, networks, seeds: [1, 2] }));

  it('plans what its combinations plan one by one', () => {
    const one = { dim: 4, bias: true };
    expect(
      plan([
        { ...one, types: [4, 8], depth: [1, 2] },
        { types: 2, dim: 2 },
      ]),
    ).toEqual(
      plan([
        { ...one, types: 4, depth: 1 },
        { ...one, types: 4, depth: 2 },
        { ...one, types: 8, depth: 1 },
        { ...one, types: 8, depth: 2 },
        { types: 2, dim: 2 },
      ]),
    );
    expect(
      plan([{ types: 4, dim: 4, depth: 1, initialisation: ['paper', { gain: 2 }] }]).map(({ spec }) => spec.network.initialisation),
    ).toEqual(['paper', 'paper', { gain: 2 }, { gain: 2 }]);
  });

  it('refuses a combination without a backbone, by its numbers', () => {
    expect(() => plan([{ types: [4, 5], dim: 6 }])).toThrow(
      /with types 5 and dim 6, backbone\.0 would have types · dim \/ 4 = 7\.5 channels/,
    );
  });
});

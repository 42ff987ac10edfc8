import { describe, expect, it } from 'vitest';
import type { RunArm } from '../spec/arms.ts';
import { networkOf } from '../spec/network.ts';
import { PruningSpec } from '../spec/pruning.ts';
import type { RunSpec } from '../spec/run.ts';
import { TrainingSpec } from '../spec/training.ts';
import { seedGroups, type Seeded } from './seed-groups.ts';

const network = networkOf({ types: 4, dim: 4, depth: 2 });
const spec = (seed: number, change: Partial<RunSpec> = {}): RunSpec => ({
  network,
  training: TrainingSpec.parse({ epochs: 3 }),
  pruning: null,
  control: null,
  seed,
  firstEpoch: 0,
  ...change,
});
const pruning = PruningSpec.parse({ backbone: 0.5, capsules: 0.5 });
const cut = (seed: number, change: Partial<RunSpec> = {}) => spec(seed, { pruning, firstEpoch: 3, ...change });

interface Run extends Seeded {
  name: string;
}
const run = (name: string, lineage: RunSpec[], change: { arm?: RunArm; dataset?: string } = {}): Run => ({
  name,
  arm: 'pruned',
  dataset: 'a',
  lineage,
  ...change,
});
const namesOf = (...runs: Run[]) => seedGroups(runs, (one) => one).map((group) => group.map(({ name }) => name).join(' '));

describe('seedGroups', () => {
  it('puts runs together that differ in nothing but the seed, along their whole ancestry', () => {
    expect(namesOf(run('1', [spec(1), cut(1)]), run('2', [spec(2), cut(2)]), run('3', [spec(3), cut(3)]))).toEqual(['1 2 3']);
  });

  const other = {
    'another α of the source': [spec(2, { training: TrainingSpec.parse({ epochs: 3, ccm: 0.02 }) }), cut(2)],
    'another own training': [spec(2), cut(2, { training: TrainingSpec.parse({ epochs: 4 }) })],
    'a cut at another epoch': [spec(2), cut(2, { firstEpoch: 2 })],
    'another cut': [spec(2), cut(2, { pruning: PruningSpec.parse({ backbone: 0.3 }) })],
    'another network': [spec(2, { network: networkOf({ types: 4, dim: 4, depth: 3 }) }), cut(2)],
    'a cut in between': [spec(2), cut(2), cut(2)],
    'another cut in between': [spec(2, { pruning: PruningSpec.parse({ backbone: 0.1 }) }), cut(2)],
    'a source with a seed of its own': [spec(1), cut(2)],
  };
  it.each(Object.entries(other))('tells apart %s', (_, lineage) => {
    expect(namesOf(run('1', [spec(1), cut(1)]), run('other', lineage))).toEqual(['1', 'other']);
  });

  it('tells apart other data, and other arms', () => {
    const same = [spec(2), cut(2)];
    expect(namesOf(run('1', [spec(1), cut(1)]), run('data', same, { dataset: 'b' }), run('arm', same, { arm: 'source' }))).toHaveLength(3);
  });

  it('counts a seed once', () => {
    expect(namesOf(run('first', [spec(1)]), run('again', [spec(1)]), run('2', [spec(2)]))).toEqual(['first 2']);
  });

  it('joins runs that were cut from one and the same source with different seeds, and only with each other', () => {
    expect(namesOf(run('2', [spec(1), cut(2)]), run('3', [spec(1), cut(3)]), run('1', [spec(1), cut(1)]))).toEqual(['2 3', '1']);
  });

  it('takes a setting that was not written down for its default', () => {
    const { shift, ...older } = TrainingSpec.parse({ epochs: 3 });
    expect(shift).toBe(2);
    expect(namesOf(run('new', [spec(1)]), run('old', [spec(2, { training: older as TrainingSpec })]))).toEqual(['new old']);
  });
});

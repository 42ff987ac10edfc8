import { expect, it } from 'vitest';
import { networkOf } from './spec/network.ts';
import { PruningSpec } from './spec/pruning.ts';
import { TrainingSpec } from './spec/training.ts';
import { cutInWords, factorsOf, factorText } from './study-factors.ts';

const network = networkOf({ types: 16, dim: 4, depth: 3 });
const training = TrainingSpec.parse({ epochs: 3 });

it('a run is sorted by its network, and by its cut where it has one', () => {
  const plain = factorsOf({ name: 'N16', network, pruning: null, training, dataset: 'digits' });
  expect(plain).toMatchObject({
    dataset: 'digits',
    types: 16,
    dim: 4,
    ratio: 0.25,
    depth: 3,
    iterations: 3,
    squash: 'squash',
    residual: 0,
  });
  expect('backbone' in plain).toBe(false);
  const cut = factorsOf({
    name: 'N16',
    network,
    pruning: PruningSpec.parse({ backbone: 0.25, capsules: 0.5 }),
    training,
    dataset: 'digits',
  });
  expect(cut).toMatchObject({ backbone: 0.25, capsules: 0.5, criterion: 'channel independence (CHIP)', surgery: 'afresh' });
  const random = factorsOf({
    name: 'N16',
    network,
    pruning: PruningSpec.parse({ criterion: 'random', capsules: 0.5 }),
    training,
    dataset: 'digits',
  });
  expect('criterion' in random).toBe(false);
});

it.each([
  ['ratio', 0.125, '⅛'],
  ['ratio', 0.333333, '⅓'],
  ['ratio', 2, '2'],
  ['ratio', 0.18, '0.18'],
  ['backbone', 0.25, '25 %'],
  ['depth', 7, '7'],
  ['squash', 'sensitive', 'sensitive'],
] as const)('%s %s is read as %s', (name, value, text) => expect(factorText(name, value)).toBe(text));

it('a cut is spelled out', () => {
  expect(cutInWords(PruningSpec.parse({ backbone: 0.25, capsules: 0.5 }))).toBe(
    'cuts 25 % of the channels of every backbone block and 50 % of the primary capsules’ channels, by channel independence (CHIP); the capsule layers above start afresh',
  );
  expect(cutInWords(PruningSpec.parse({}))).toContain('cuts nothing');
});

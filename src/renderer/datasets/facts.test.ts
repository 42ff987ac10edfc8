import { expect, it } from 'vitest';
import type { DatasetSummary } from '../../shared/contract/index.ts';
import { PreparationSpec } from '../../shared/spec/preparation.ts';
import { factsOf } from './facts.ts';

const dataset: DatasetSummary = {
  fingerprint: 'a'.repeat(64),
  name: 'photos',
  input: { height: 32, width: 32, channels: 3, classes: 2 },
  classes: ['cat', 'dog'],
  train: 90,
  test: 10,
  trainPerClass: [45, 45],
  testPerClass: [5, 5],
  preparation: PreparationSpec.parse({ size: { height: 32, width: 32 }, limits: { train: 90 } }),
  standardisation: null,
  format: 'image folders',
  readings: [],
  leftOut: 0,
  preparable: true,
  source: '/photos',
  paths: ['/photos'],
  bundled: false,
  available: true,
  bytes: 307_200,
  runs: 0,
  opened: '2026-01-02T03:04:05Z',
};

it('says how the images were prepared, and how many runs there are now', () => {
  const facts = Object.fromEntries(factsOf(dataset, 36));
  expect(facts).toMatchObject({ Prepared: '32×32, fit in, pad the rest, limited', Split: 'as the data say', Runs: '36' });
  expect(Object.fromEntries(factsOf({ ...dataset, preparation: PreparationSpec.parse({}) }, 0))['Prepared']).toBe('as in the files');
});

it('does not say of forgotten images that they are as in the files', () => {
  // What the workbench answers of a data set that is only known from its runs.
  const forgotten = { ...dataset, available: false, preparation: PreparationSpec.parse({}), format: null, bytes: 0, opened: null };
  const facts = Object.fromEntries(factsOf(forgotten, 36));
  expect(facts).toMatchObject({ Prepared: 'known with the images only', Runs: '36' });
  expect(facts).not.toHaveProperty('Split');
  expect(facts).not.toHaveProperty('Stored');
});

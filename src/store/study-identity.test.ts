import { expect, it } from 'vitest';
import { StudySpec } from '../shared/spec/study.ts';
import { studyIdentity } from './study-identity.ts';

const base = { name: 'a', epochs: { train: 1, fineTune: 1 } };
const identity = (networks: object[]) => studyIdentity(StudySpec.parse({ ...base, networks }), 'f', null);

it('is the same for a grid of networks and for the same networks one by one', () => {
  const grid = identity([{ types: [4, 8], dim: 4, depth: 1 }]);
  expect(grid).toBe(identity([{ types: 4, dim: 4, depth: 1 }, { types: 8, dim: 4, depth: 1 }])); // prettier-ignore
  expect(grid).not.toBe(identity([{ types: [4, 16], dim: 4, depth: 1 }]));
});

it('is what it was before there were grids', () => {
  expect(identity([{ types: 4, dim: 4, depth: 1 }])).toBe('ef5a1d5f2fd596c7c33f80f5acc535b1c3c312d015a8432d607a6203816e1c97');
});

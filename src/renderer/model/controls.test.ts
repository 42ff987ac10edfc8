import { expect, it } from 'vitest';
import { networkOf } from '../../shared/spec/network.ts';
import { PruningSpec } from '../../shared/spec/pruning.ts';
import { summary } from '../../../test/renderer/example.ts';
import { controlsOf, runCount, usualControls } from './controls.ts';

it('offers CCM alone where the CCM term has had a part in it, however long ago', () => {
  const source = summary('s', { role: 'source' });
  const pruned = summary('p', { role: 'pruned', parent: 's' });
  const plain = summary('u');
  const runs = new Map([source, pruned, plain].map((run) => [run.id, run]));
  expect(controlsOf(pruned, runs)).toContain('ccm');
  expect(controlsOf(plain, runs)).not.toContain('ccm');
  expect(usualControls(controlsOf(source, runs))).toEqual(['unpruned', 'ccm', 'scratch']);
});

it('counts a control once for all cuts that it serves', () => {
  const cuts = ['chip', 'l1'].flatMap((criterion) =>
    [0.25, 0.5].map((backbone) => PruningSpec.parse({ criterion, backbone, capsules: 0.5 })),
  );
  const network = networkOf({ types: 4, dim: 4, depth: 1 });
  expect(runCount(cuts, [], network)).toBe(4);
  expect(runCount(cuts, ['unpruned', 'ccm', 'scratch', 'random'], network)).toBe(4 + 1 + 1 + 2 + 2);
});

import { expect, it } from 'vitest';
import { studyRuns } from '../../../../test/renderer/study-runs.ts';
import { deviationSentences, deviationsOf } from './collapse.ts';

const runs = studyRuns({ types: [8, 16, 32], dims: [4, 8], depths: [6], seeds: 2, arms: ['unpruned', 'ccm', 'pruned'] });

it('counts networks on either side of the critical gain, and those that are not as it says', () => {
  const [unpruned, ccm] = deviationsOf(runs);
  expect(unpruned).toEqual({ arm: 'unpruned', below: unpruned!.below, active: 0, above: 6 - unpruned!.below, inactive: 0 });
  expect(unpruned!.below).toBeGreaterThan(0);
  expect(ccm!.active).toBeGreaterThan(0);
  const failed = runs.map((run) => ({ ...run, result: null }));
  expect(deviationsOf(failed)).toEqual([]);
});

it('says which arm leaves the curve', () => {
  const said = deviationSentences(runs);
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(
    /^CCM: below the critical gain in \d networks, and active in \d of them: few layers, or what is not in the initial gain, keep them so\.$/,
  );
  const dying = runs.map((run) => (run.overCritical! > 1 ? { ...run, result: { accuracy: 0.1, inactiveShare: 1, collapsed: true } } : run));
  expect(deviationSentences(dying)[0]).toContain('unpruned: above the critical gain in');
});

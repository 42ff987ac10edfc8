import { expect, it } from 'vitest';
import { questionOf } from './question.ts';

it('asks in the singular of one factor that changes', () => {
  const study = { arms: ['unpruned' as const], ccm: 0, pruning: [] };
  expect(questionOf(study, ['depth'])).toBe('Where do capsules vanish, as L changes?');
  expect(questionOf(study, ['dim', 'depth'])).toBe('Where do capsules vanish, as D and L change?');
  expect(questionOf(study, ['iterations'])).toBe('Do capsules stay active, as the routing iterations change?');
});

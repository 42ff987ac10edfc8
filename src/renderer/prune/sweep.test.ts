import { expect, it } from 'vitest';
import { PruningSpec } from '../../shared/spec/pruning.ts';
import { planStudy } from '../../shared/study-plan.ts';
import { detail } from '../../../test/renderer/example.ts';
import { sweepStudy } from './sweep.ts';

it('makes a study of the cuts of a run, with its network, its term and its epochs, over three seeds', () => {
  const run = detail('a');
  run.spec.training = { ...run.spec.training, ccm: 0.02, epochs: 4 };
  const settings = [0.25, 0.5].map((capsules) => PruningSpec.parse({ capsules, backbone: 0.5 }));
  const training = { ...run.spec.training, epochs: 2, ccm: 0 };
  const study = sweepStudy(run, { settings, training, controls: ['unpruned', 'scratch'] });
  expect(study).toMatchObject({ networks: [run.spec.network], epochs: { train: 4, fineTune: 2 }, ccm: 0.02, pruning: settings });
  expect(study.arms).toEqual(['unpruned', 'scratch', 'pruned']);
  // An unpruned run, a source, two cuts and two small networks from scratch for each seed.
  expect(planStudy(study)).toHaveLength(3 * 6);
});

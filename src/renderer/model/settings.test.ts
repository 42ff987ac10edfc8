import { expect, it } from 'vitest';
import { networkOf } from '../../shared/spec/network.ts';
import { PruningSpec } from '../../shared/spec/pruning.ts';
import { TrainingSpec } from '../../shared/spec/training.ts';
import { networkSettings, pruningSettings, trainingSettings } from './settings.ts';

it('names every setting of a run once', () => {
  const network = networkOf({ types: 8, dim: 8, depth: 2, kind: 'full' });
  const conv = networkOf({ types: 8, dim: 8, depth: 1 }).intermediate;
  const settings = [
    ...networkSettings({ ...network, intermediate: [...conv, ...network.intermediate] }),
    ...trainingSettings(TrainingSpec.parse({ epochs: 3 })),
    ...pruningSettings(PruningSpec.parse({ backbone: 0.5 })),
  ];
  const labels = settings.map(({ label }) => label);
  expect(new Set(labels).size).toBe(labels.length);
  const value = (label: string) => settings.find((one) => one.label === label)?.value;
  expect(value('Backbone: channels')).toBe('16, 32, 64');
  expect(value('Intermediate capsules: kind')).toBe('convolutional, fully connected, fully connected');
  expect(value('Intermediate capsules: kernel')).toBe(3);
  expect(value('Learning rate')).toBe(0.001);
  expect(value('Inactive by')).toBe('mean vector');
  expect(value('Pruning: batch size')).toBe(128);
  expect(value('Pruning: intermediate types')).toBe('as the primary capsules');
  expect(value('Decoder')).toBe('none');
});

it('calls the settings of a run without a cut as those of one with it', () => {
  const labels = new Set(pruningSettings(PruningSpec.parse({})).map(({ label }) => label));
  for (const { label } of pruningSettings(null)) expect(labels).toContain(label);
});

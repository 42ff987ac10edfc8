import { expect, it } from 'vitest';
import type { EpochMetrics } from '../../../shared/results.ts';
import { MeasureSpec } from '../../../shared/spec/training.ts';
import { prognoses, prognosisText } from './prognosis.ts';

const measure = MeasureSpec.parse({ criterion: 'mean-vector', threshold: 0.01 });

/** One layer whose types have these activations, epoch by epoch. */
const epochs = (...ofEpochs: number[][]) =>
  ofEpochs.map((meanVector, i) => ({
    epoch: i + 1,
    test: {
      activity: [
        { layer: 'primary', meanVector: meanVector.map(() => 0.5) },
        { layer: 'capsules.0', meanVector },
      ],
    },
  })) as unknown as EpochMetrics[];

it('follows every type that falls until the run ends', () => {
  // The first halves and is at 0.02 after epoch 3: at 0.01 after epoch 4. The second stays, the third is gone already.
  const falling = epochs([0.08, 0.3, 0.001], [0.04, 0.3, 0.001], [0.02, 0.3, 0.001]);
  expect(prognoses(falling, measure, 30)).toEqual([{ layer: 'capsules.0', more: 1, by: 4, all: false }]);
  expect(prognosisText(prognoses(falling, measure, 30)[0]!)).toBe('1 more by epoch 4');
  expect(prognoses(falling, measure, 3)).toEqual([]);
});

it('says when a layer will be out', () => {
  const falling = epochs([0.32, 0.16], [0.16, 0.08], [0.08, 0.04]);
  expect(prognosisText(prognoses(falling, measure, 30)[0]!)).toBe('all by epoch 6, at this rate');
});

it('says nothing of what rises again, or after two epochs', () => {
  expect(prognoses(epochs([0.08], [0.02], [0.03]), measure, 30)).toEqual([]);
  expect(prognoses(epochs([0.08], [0.04]), measure, 30)).toEqual([]);
});

import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { fieldIssues, firstIssue } from './issues.ts';
import { NetworkSpec } from './spec/network.ts';
import { PruningSpec } from './spec/pruning.ts';
import { StudySpec } from './spec/study.ts';

const study = { name: 'a', networks: [{ types: 4 }], epochs: { train: 1, fineTune: 1 } };

describe('first issue of a zod error', () => {
  it.each<[z.ZodType, unknown, string]>([
    [StudySpec, [], 'Invalid input: expected object, received array'],
    [StudySpec, { ...study, colour: 1 }, 'unknown field "colour"'],
    [StudySpec, { ...study, training: { batch: 0 } }, 'training.batch: Too small: expected number to be >=1'],
    [StudySpec, { ...study, networks: [{ typs: 4 }] }, 'networks[0]: unknown field "typs"'],
    [StudySpec, { ...study, pruning: { backbone: [0.5, 1.5] } }, 'pruning.backbone[1]: Too big: expected number to be <1'],
    [StudySpec, { ...study, pruning: [{}, { ratio: 1, by: 2 }] }, 'pruning[1]: unknown fields "ratio", "by"'],
    [
      NetworkSpec,
      { backbone: [], primary: { types: 1 }, intermediate: [] },
      'primary.dim: Invalid input: expected number, received undefined',
    ],
    [
      PruningSpec,
      { capsuleLayers: 'inherit', capsules: 0.5 },
      'granularity: inheriting capsule weights needs whole capsule types (granularity "type"), because regrouped channels change what a capsule means',
    ],
  ])('%#', (schema, value, message) => {
    expect(firstIssue(schema.safeParse(value).error!)).toBe(message);
  });
});

it('says at every field what it takes', () => {
  const training = { batch: 0, learningRate: 3, shift: 1.5, weightDecay: -1 };
  const { error } = StudySpec.safeParse({ ...study, training, pruning: { backbone: 1 } });
  expect(Object.fromEntries(fieldIssues(error!))).toMatchObject({
    'training.batch': 'At least 1',
    'training.learningRate': 'At most 1',
    'training.shift': 'A whole number',
    'training.weightDecay': 'At least 0',
  });
  expect(fieldIssues(PruningSpec.safeParse({ backbone: 1 }).error!).get('backbone')).toBe('Less than 1');
});

import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { fieldIssues, firstIssue, issuesOf } from './issues.ts';
import { NetworkSpec } from './spec/network.ts';
import { PruningSpec } from './spec/pruning.ts';
import { StudySpec } from './spec/study.ts';

const study = { name: 'a', networks: [{ types: 4 }], epochs: { train: 1, fineTune: 1 } };

describe('first issue of a zod error', () => {
  it.each<[z.ZodType, unknown, string]>([
    [StudySpec, [], 'expected an object'],
    [StudySpec, { ...study, colour: 1 }, 'unknown field "colour"'],
    [StudySpec, { ...study, training: { batch: 0 } }, 'training.batch: expected at least 1'],
    [StudySpec, { ...study, networks: [{ typs: 4 }] }, 'networks[0]: unknown field "typs"'],
    [StudySpec, { ...study, pruning: { backbone: [0.5, 1.5] } }, 'pruning.backbone[1]: expected less than 1'],
    [StudySpec, { ...study, pruning: [{}, { ratio: 1, by: 2 }] }, 'pruning[1]: unknown fields "ratio", "by"'],
    [NetworkSpec, { backbone: [], primary: { types: 1 }, intermediate: [] }, 'primary.dim: missing, expected a number'],
    [
      PruningSpec,
      { capsuleLayers: 'inherit', capsules: 0.5 },
      'granularity: inheriting capsule weights needs whole capsule types (granularity "type"), because regrouped channels change what a capsule means',
    ],
  ])('%#', (schema, value, message) => {
    expect(firstIssue(schema.safeParse(value).error!)).toBe(message);
  });
});

it('tells everything that is wrong, with what was found', () => {
  const wrong = {
    name: '',
    networks: [{ types: 'many' }, 5, { backbone: [{ channels: 0 }], primary: { types: 1, dim: 1 }, intermediate: [] }],
    training: { batch: 0, shift: 1.5, optimiser: 'adam' },
    pruning: { criterion: 'chp', backbone: [0.5, 1.5] },
    seeds: [-1],
  };
  expect(issuesOf(StudySpec.safeParse(wrong, { reportInput: true }).error!)).toEqual([
    'name: expected at least 1 character, found ""',
    'networks[0].types: expected a number or a list, found "many"',
    'networks[1]: expected an object, found 5',
    'networks[2].backbone[0].channels: expected at least 1, found 0',
    'epochs: missing, expected an object',
    'training.batch: expected at least 1, found 0',
    'training.shift: expected a whole number, found 1.5',
    'training: unknown field "optimiser"',
    'pruning.criterion: expected "chip", "l1", "random", "ccm", "activation" or a list, found "chp"',
    'pruning.backbone[1]: expected less than 1, found 1.5',
    'seeds[0]: expected at least 0, found -1',
  ]);
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

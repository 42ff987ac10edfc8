import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { firstIssue } from './issues.ts';
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
      'granularity: inheriting capsule weights needs granularity "type", because regrouped channels change what a capsule means',
    ],
  ])('%#', (schema, value, message) => {
    expect(firstIssue(schema.safeParse(value).error!)).toBe(message);
  });
});

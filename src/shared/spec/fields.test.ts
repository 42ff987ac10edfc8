import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fieldAt, fieldsIn, fieldsOf, valueAt, withValue } from './fields.ts';
import { NetworkFamily, NetworkSpec } from './network.ts';
import { PreparationSpec } from './preparation.ts';
import { PruningSpec } from './pruning.ts';
import { StudySpec } from './study.ts';
import { TrainingSpec } from './training.ts';

describe('fieldsOf', () => {
  it('reads through defaults, prefaults, nulls, refinements and shared schemas', () => {
    const ratio = z.number().min(0).lt(1);
    const Spec = z
      .strictObject({
        share: ratio.default(0).meta({ title: 'Share', description: 'Of it.', step: 0.05, slider: true }),
        inner: z
          .strictObject({
            types: z
              .int()
              .min(1)
              .nullable()
              .default(null)
              .meta({ title: 'Types', description: 'Kept.', choices: { null: { label: 'as many' } } }),
          })
          .prefault({}),
        name: z.string().meta({ title: 'Name', description: 'Its name.' }),
      })
      .superRefine(() => undefined);
    const [share, types, name] = fieldsOf(Spec);
    expect(share).toMatchObject({ path: 'share', kind: 'number', min: 0, max: null, below: 1, step: 0.05, slider: true, default: 0 });
    expect(share).toMatchObject({ title: 'Share', description: 'Of it.', required: false, nullable: false });
    expect(types).toMatchObject({ path: 'inner.types', kind: 'integer', min: 1, max: null, nullable: true, default: null });
    expect(types!.choices).toEqual([{ value: null, label: 'as many' }]);
    expect(name).toMatchObject({ path: 'name', kind: 'other', required: true, default: undefined });
  });

  it('joins the kinds of a layer', () => {
    const kind = fieldAt(NetworkSpec, 'intermediate[].kind');
    expect(kind.choices.map(({ value }) => value)).toEqual(['conv', 'full']);
    expect(fieldAt(NetworkSpec, 'intermediate[].kernel')).toMatchObject({ kind: 'integer', min: 1, max: 15, default: 3 });
  });

  it('shows choices in the order of their labels', () => {
    expect(fieldAt(PreparationSpec, 'fit').choices.map(({ value }) => value)).toEqual(['pad', 'crop', 'stretch', 'centre']);
    expect(fieldAt(NetworkFamily, 'decoder').choices.map(({ value }) => value)).toEqual([false, true]);
    expect(fieldAt(NetworkSpec, 'decoder').kind).toBe('other');
    expect(fieldAt(PreparationSpec, 'standardise').choices.map(({ value }) => value)).toEqual([false, true]);
  });

  it('names a path that is not there', () => {
    expect(() => fieldAt(TrainingSpec, 'learningrate')).toThrow('learningrate');
  });
});

it('settings inside a list are found from there', () => {
  expect(fieldsIn(fieldsOf(NetworkSpec), 'backbone[].').map(({ path }) => path)).toEqual(['channels', 'kernel', 'stride', 'padding']);
});

it('a value deep inside is read and changed without touching the rest', () => {
  const spec = TrainingSpec.parse({ epochs: 3 });
  const changed = withValue(spec, 'measure.threshold', 0.5);
  expect(valueAt(changed, 'measure.threshold')).toBe(0.5);
  expect(changed).toEqual({ ...spec, measure: { ...spec.measure, threshold: 0.5 } });
  expect(valueAt(spec, 'measure.threshold')).toBe(0.01);
});

describe.each([
  ['network', fieldsOf(NetworkSpec)],
  ['family', fieldsOf(NetworkFamily)],
  ['training', fieldsOf(TrainingSpec)],
  ['pruning', fieldsOf(PruningSpec)],
  ['preparation', fieldsOf(PreparationSpec)],
  ['study', fieldsOf(StudySpec, 'networks', 'pruning').filter(({ path }) => path !== '$schema')],
])('every setting of the %s', (_, fields) => {
  it('has a label and says what it means in sentences', () => {
    expect(fields.length).toBeGreaterThan(7);
    for (const { path, title, description } of fields) {
      expect(title, path).toMatch(/^\S.*[^.\s]$/);
      expect(description, path).toMatch(/^\S.*\.$/);
    }
  });
});

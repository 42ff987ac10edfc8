import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { StudySpec } from '../../../shared/spec/study.ts';
import { fieldSuggestions, valueSuggestions, type Schema } from './schema-help.ts';

const schema = z.toJSONSchema(StudySpec, { io: 'input' }) as Schema;
const fields = (path: (string | number)[], present: string[] = []) =>
  fieldSuggestions(schema, path, new Set(present)).map(({ label }) => label);
const values = (path: (string | number)[]) => valueSuggestions(schema, path).map(({ label }) => label);

describe('completion of study files', () => {
  it('knows the fields of a study, of a network in its list, and of what is deeper', () => {
    expect(fields([], ['name', 'networks'])).toEqual(expect.arrayContaining(['epochs', 'seeds', 'pruning', 'arms']));
    expect(fields([], ['name'])).not.toContain('name');
    // By the paper's numbers, or layer by layer.
    expect(fields(['networks', 0])).toEqual(expect.arrayContaining(['types', 'dim', 'depth', 'backbone', 'intermediate']));
    expect(fields(['training', 'measure'])).toContain('threshold');
    expect(fields(['nowhere'])).toEqual([]);
    expect(fieldSuggestions(schema, ['epochs'], new Set())[0]).toMatchObject({
      label: 'train',
      detail: 'Epochs before pruning',
      info: 'With the CCM term.',
    });
  });

  it('knows values where there are few of them', () => {
    expect(values(['arms', 0])).toEqual(['"unpruned"', '"ccm"', '"pruned"', '"scratch"', '"random"']);
    expect(values(['networks', 0, 'squash'])).toEqual(expect.arrayContaining(['"squash"', '"sensitive"']));
    expect(values(['networks', 0, 'squash', 1])).toEqual(expect.arrayContaining(['"squash"', '"sensitive"']));
    expect(values(['stopCollapsed'])).toEqual(['true', 'false']);
    expect(values(['name'])).toEqual([]);
  });
});

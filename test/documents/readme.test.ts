/** The README's tables of study fields say exactly what the schemas say: every field, and its default. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { StudySpec } from '../../src/shared/spec/study.ts';
import { NetworkFamily, NetworkSpec } from '../../src/shared/spec/network.ts';
import { PruningGrid } from '../../src/shared/spec/study.ts';
import { PreparationSpec } from '../../src/shared/spec/preparation.ts';
import { PruningSpec } from '../../src/shared/spec/pruning.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The first two columns of the table under a heading. */
function documented(heading: string): Record<string, string> {
  const section = readme.split(new RegExp(`^### ${heading}$`, 'm'))[1]!.split(/^#/m)[0]!;
  const rows = [...section.matchAll(/^\| `([^`]+)` +\| (.*?) *\|/gm)];
  return Object.fromEntries(rows.map(([, field, value]) => [field!, value!.replaceAll('`', '')]));
}

interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  default?: unknown;
  type?: string;
}

/** Every field that holds a value, by its path, with its default as JSON; "required" or "" where there is none. */
function fields(schema: JsonSchema, whole: readonly string[], path = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const at = `${path}${name}`;
    const alternatives = property.anyOf ?? [property];
    const object = alternatives.find((s) => s.properties);
    const list = property.items?.properties || property.items?.oneOf ? property.items : null;
    if (!whole.includes(at) && list) for (const kind of list.oneOf ?? [list]) Object.assign(found, fields(kind, whole, `${at}[].`));
    else if (!whole.includes(at) && object) Object.assign(found, fields(object, whole, `${at}.`));
    if (whole.includes(at) || !(list ?? object) || alternatives.length > 1)
      found[at] = property.default === undefined ? (schema.required?.includes(name) ? 'required' : '') : JSON.stringify(property.default);
  }
  return found;
}

const described = (schema: z.ZodType, ...whole: string[]) => fields(z.toJSONSchema(schema, { io: 'input' }) as JsonSchema, whole);

/** Numbers and JSON in one spelling. */
const spelt = (table: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(table).map(([field, value]) => [field, /^[[{"\d]/.test(value) ? JSON.stringify(JSON.parse(value)) : value]),
  );

describe('README', () => {
  it.each([
    ['Study', described(StudySpec, 'networks', 'training', 'pruning', 'data.preparation')],
    ['Preparation', described(PreparationSpec, 'size')],
    ["Network by the paper's numbers", described(NetworkFamily)],
    ['Network layer by layer', described(NetworkSpec)],
    ['Training', described(StudySpec.shape.training.unwrap())],
    ['Pruning setting', described(PruningSpec)],
  ])('documents every field of "%s" with its default', (heading, expected) => {
    expect(Object.keys(expected).length).toBeGreaterThan(5);
    expect(spelt(documented(heading))).toEqual(expected);
  });

  it('names the fields that a grid may list', () => {
    const sentence = /In a grid, ([^;]*) may each be a list/.exec(readme)![1]!;
    expect([...sentence.matchAll(/`(\w+)`/g)].map(([, field]) => field)).toEqual(Object.keys(PruningGrid.shape));
  });

  it('shows a study file that is one', () => {
    const example = /```json\n([^]*?)```/.exec(readme)![1]!;
    expect(StudySpec.parse(JSON.parse(example)).networks).toHaveLength(2);
  });
});

it('links to files that are there', () => {
  const links = [...readme.matchAll(/\]\((?!https?:|#)([^)]+)\)/g)].map(([, path]) => path!);
  expect(links.length).toBeGreaterThan(3);
  for (const path of links) expect(existsSync(new URL(`../../${path}`, import.meta.url)), path).toBe(true);
});

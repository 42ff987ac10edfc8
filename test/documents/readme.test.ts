/** README.md says what is so; its tables of settings are checked by settings.test.ts. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PruningGrid, StudySpec } from '../../src/shared/spec/study.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

describe('README', () => {
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

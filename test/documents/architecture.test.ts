/** docs/architecture.md draws the arrows that dependency-cruiser holds, and names files that are there. */
import { globSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { codeIn, page, tableOf } from './pages.ts';

interface Rule {
  name: string;
  to: { pathNot?: string };
}
const { forbidden } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as { forbidden: Rule[] };
const architecture = page('architecture.md');

/** By room, the rooms that it may import from: what a rule lets through, without the room itself. */
const held = (rules: readonly Rule[], rooms: RegExp) =>
  Object.fromEntries(
    rules.map(({ to }) => {
      const [room, ...others] = rooms.exec(to.pathNot!)![1]!.split('|');
      return [room!, others];
    }),
  );

const drawn = (...head: string[]) =>
  Object.fromEntries(tableOf(architecture, ...head).map(([room, , arrows]) => [codeIn(room!)[0]!, codeIn(arrows!)]));

const isOfEngine = ({ name }: Rule) => /^engine-.+-imports$/.test(name);

it('has the rooms and their arrows', () => {
  const rules = forbidden.filter((rule) => rule.name.endsWith('-imports') && !isOfEngine(rule));
  expect(drawn('room', 'what is in it', 'may import')).toEqual(held(rules, /^\^src\/\(([^)]*)\)\//));
});

it('has the rooms of the engine and their arrows', () => {
  const arrows = held(forbidden.filter(isOfEngine), /^\^src\/engine\/\(\(([^)]*)\)\//);
  expect(drawn('room of the engine', 'what is in it', 'may import')).toEqual(arrows);
});

it('walks through files that are there', () => {
  const files = globSync('src/**/*.{ts,svelte}', { cwd: fileURLToPath(new URL('../../', import.meta.url)) });
  const walks = architecture.text.slice(architecture.text.indexOf('## A dropped file'));
  const named = codeIn(walks).filter((code) => /\.(ts|svelte)$/.test(code));
  expect(named.length).toBeGreaterThan(10);
  for (const name of named)
    expect(
      files.map((file) => `/${file.replaceAll('\\', '/')}`).some((file) => file.endsWith(`/${name}`)),
      name,
    ).toBe(true);
});

/** What every page says of the repository is so: links, npm scripts, paths. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { renderMarkdown } from '../../scripts/show-documents.ts';
import { page, pages } from './pages.ts';

const root = new URL('../../', import.meta.url);
const named = pages.map((one) => [one.name, one] as const);

/** Ids that links may point to. */
const idsOf = (file: URL) => new Set([...renderMarkdown(readFileSync(file, 'utf8')).matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!));

it.each(named)('%s links to what is there', (_, { file, text }) => {
  const links = [...text.replaceAll(/```[^]*?```/g, '').matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, link]) => link!);
  for (const link of links) {
    const target = new URL(link, file);
    const anchor = target.hash.slice(1);
    target.hash = '';
    expect(existsSync(target), link).toBe(true);
    if (anchor) expect(idsOf(target), link).toContain(anchor);
  }
});

it.each(named)('%s names npm scripts that there are', (_, { text }) => {
  const scripts = [...text.matchAll(/npm run (?:-s |--silent )?([\w:-]+)/g)].map(([, script]) => script!);
  expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining([...new Set(scripts)]));
});

it.each(named)('%s names files and folders that there are', (_, { text }) => {
  const paths = [...text.matchAll(/`((?:src|test|bench|scripts|resources|docs)\/[\w./-]*)`/g)].map(([, path]) => path!);
  for (const path of paths) expect(existsSync(new URL(path, root)), path).toBe(true);
});

describe('README.md', () => {
  const { text } = page('README.md');

  it('is short', () => {
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(150);
  });

  it('has the two commands', () => {
    const commands = [...text.matchAll(/^ {4}(npm ci && .*)$/gm)].map(([, command]) => command);
    expect(commands).toEqual(['npm ci && npm run study', 'npm ci && npm test']);
  });

  it('leads to every other page', () => {
    const others = pages.filter(({ name }) => name !== 'README.md').map(({ file }) => file.href);
    const links = [...text.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, link]) => new URL(link!, root).href);
    expect(links).toEqual(expect.arrayContaining(others));
  });
});

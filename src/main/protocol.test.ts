import { describe, expect, it, vi } from 'vitest';

vi.mock('electron', () => ({ net: {}, protocol: {} }));
const { fileOf, isOwnPage } = await import('./protocol.ts');

describe('fileOf', () => {
  const root = '/srv/renderer';
  it('maps URLs of the scheme to files under the root', () => {
    expect(fileOf(root, 'app://capscope/')).toBe('/srv/renderer/index.html');
    expect(fileOf(root, 'app://capscope/assets/index.js?x=1')).toBe('/srv/renderer/assets/index.js');
  });
  it.each([
    'app://elsewhere/index.html',
    'app://capscope/..%2f..%2fetc/passwd',
    'app://capscope/%2e%2e%2f%2e%2e%2fetc/passwd',
    'app://capscope/a%00b',
    'app://capscope/%zz',
    'app://capscope/..%2frenderer-other/x',
  ])('refuses %s', (url) => {
    expect(fileOf(root, url)).toBeNull();
  });
});

it('knows its own pages', () => {
  expect(isOwnPage('app://capscope/index.html')).toBe(true);
  for (const url of ['https://capscope/', 'app://capscope.example/', 'file:///index.html', '']) expect(isOwnPage(url)).toBe(false);
});

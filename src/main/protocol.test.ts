import { expect, it, vi } from 'vitest';

vi.mock('electron', () => ({ protocol: {} }));
const { isOwnPage } = await import('./protocol.ts');

it('knows its own pages', () => {
  expect(isOwnPage('app://capscope/index.html')).toBe(true);
  for (const url of ['https://capscope/', 'app://capscope.example/', 'file:///index.html', '']) expect(isOwnPage(url)).toBe(false);
});

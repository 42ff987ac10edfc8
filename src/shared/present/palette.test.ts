import { describe, expect, it } from 'vitest';
import { background, colours, neutral, runStyle } from './palette.ts';

/** Relative luminance, WCAG 2.2. */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = parseInt(colour.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

describe('run colours', () => {
  it.each(['light', 'dark'] as const)('stand out from the %s page by 3:1', (scheme) => {
    for (const colour of [...colours, neutral]) expect(contrast(colour[scheme], background[scheme])).toBeGreaterThanOrEqual(3);
  });
  it('never look the same for 32 runs, and are the same every time', () => {
    const looks = Array.from({ length: 32 }, (_, n) => runStyle(n, 'compared'));
    expect(new Set(looks.map(({ colour, dash }) => colour.light + dash)).size).toBe(32);
    expect(runStyle(7, 'compared')).toEqual(looks[7]);
  });
});

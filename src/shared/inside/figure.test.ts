import { expect, it } from 'vitest';
import { lookFigure } from './figure.ts';
import type { LayerLook, Look, PathStep } from './look.ts';

const layer = (name: string, lengths: number[]): LayerLook => ({
  ...{ layer: name, height: 1, width: 1, types: lengths.length, dim: 1 },
  ...{ vectors: Float32Array.from(lengths), lengths: Float32Array.from(lengths) },
});
const step = (l: number, type: number, length: number): PathStep => ({ layer: l, type, y: 0, x: 0, length, coupling: 1, next: null });

/** Two primary capsules, and so many classes; the path begins at the second primary capsule. */
function figureOf(primary: [number, number], classes: number[], longest: number[]): string {
  const to = classes.length;
  const path = [step(1, longest[0]!, classes[longest[0]!]!), step(0, 1, primary[1])];
  const routing = {
    ...{ layer: 'classes', iterations: 1, from: 2, to, entropy: new Float32Array([1]), agreement: new Float32Array(to) },
    ...{ coupling: new Float32Array(2 * to).fill(1 / to), flow: new Float32Array(2 * to) },
  };
  const look: Look = {
    ...{ pixels: new Uint8Array(1), layers: [layer('primary', primary), layer('classes', classes)], routing: [routing] },
    ...{ longest, paths: [path], reconstruction: null, took: 1 },
  };
  return lookFigure({ look, title: 'a \u0001 <b>', classes: classes.map((_, i) => `class${i}`) });
}
const orange = /stroke-width="4"/g;

it('counts types from 0, and draws the strongest path', () => {
  const svg = figureOf([0.4, 0.8], [0.1, 0.9], [1]);
  expect([...svg.matchAll(/text-anchor="middle"[^>]*>(\d+)</g)].map(([, type]) => type)).toEqual(['0', '1']);
  expect(svg.match(orange)).toHaveLength(1);
  // A title may hold what XML cannot.
  expect(svg).toContain('a   &#60;b&#62;');
});

it('follows no path through what has no length, and frames none of several classes that tie', () => {
  const svg = figureOf([0, 0], [0, 0], [0, 1]);
  expect(svg).not.toMatch(orange);
  expect(svg).not.toContain('font-weight="600" fill=');
});

it('has of many classes the longest', () => {
  const lengths = Array.from({ length: 100 }, (_, i) => i / 100);
  const svg = figureOf([0.4, 0.8], lengths, [99]);
  expect(svg).toContain('12 longest of 100');
  expect([...svg.matchAll(/>class(\d+) /g)].map(([, c]) => Number(c))).toEqual(Array.from({ length: 12 }, (_, i) => 88 + i));
  expect(Number(/height="(\d+)"/.exec(svg)![1])).toBeLessThan(1000);
});

/** The fused kernel in a real browser, with Workers for threads. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBuiltPage, type BuiltPage } from '../built-page.ts';
import { lackOfChromium, launchOptions } from '../chromium.ts';
import { needs } from '../needs.ts';
import { readGoldens } from './cases.ts';
import type { LayerInputs, LayerResults } from './page/layer.ts';

describe('the fused kernel in a page', needs(lackOfChromium), () => {
  let built: BuiltPage;

  beforeAll(async () => {
    built = await openBuiltPage(new URL('page/', import.meta.url), launchOptions);
  });
  afterAll(async () => {
    await built.close();
  });

  it('agrees with PyTorch with three threads', async () => {
    const some = readGoldens()
      .filter(({ u, w, dv }) => u.length + w.length + dv.length < 4000)
      .slice(0, 40);
    expect(some.length).toBeGreaterThan(20);
    for (const golden of some) {
      const layer: LayerInputs = { shape: golden.shape, u: [...golden.u], w: [...golden.w], dv: [...golden.dv] };
      const results = await built.page.evaluate<LayerResults, LayerInputs>((inputs) => globalThis.runLayer(inputs), layer);
      expect(results.threads).toBe(3);
      const errors = golden.errors(results);
      expect(Math.max(...Object.values(errors)), JSON.stringify(golden.shape)).toBeLessThanOrEqual(2e-6);
    }
    expect(built.said.filter((text) => !text.includes('TensorFlow.js'))).toEqual([]);
  });
});

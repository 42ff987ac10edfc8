/** A layer's inputs and results as messages carry them, and what the page offers to the test. */
import type { LayerShape } from '../../../src/engine/ops/capsule-kernel.ts';

export interface LayerInputs {
  shape: LayerShape;
  u: number[];
  w: number[];
  dv: number[];
}

export type LayerResults = Record<'v' | 'du' | 'dw', number[]> & { threads: number };

declare global {
  var runLayer: (layer: LayerInputs) => Promise<LayerResults>;
}

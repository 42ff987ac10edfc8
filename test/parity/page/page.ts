/** Computes the problem of the parity suite on the browser's WebGPU. */
import { useWebgpuBackend } from '../../../src/engine/backends/webgpu/engine.ts';
import { parityResults } from '../problem.ts';
import type {} from './results.ts';

globalThis.parity = async () => {
  const engine = await useWebgpuBackend(navigator.gpu);
  const results = await parityResults(engine);
  return { description: engine.description, results: [...results].map(([name, values]) => [name, [...values]]) };
};

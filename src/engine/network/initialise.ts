/** Seeded initial weights, distributed as PyTorch's layers and the paper's capsule layers are. */
import { parametersOf } from '../../shared/describe.ts';
import type { InputShape, NetworkSpec } from '../../shared/spec/network.ts';
import type { Weights } from '../../shared/weights.ts';
import { randomStream } from '../../shared/random.ts';

/** Initial weights in stored axis order. Every tensor has its own stream, so a change in one layer leaves the others alone. */
export function initialWeights(spec: NetworkSpec, input: InputShape, seed: number): Weights {
  const weights: Weights = new Map();
  for (const { name, shape, init } of parametersOf(spec, input)) {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    if ('constant' in init) data.fill(init.constant);
    else {
      const random = randomStream(seed, 'initialise', name);
      if ('normal' in init) for (let i = 0; i < data.length; i++) data[i] = init.normal * random.normal();
      else for (let i = 0; i < data.length; i++) data[i] = init.uniform * (2 * random.float() - 1);
    }
    weights.set(name, { shape, data });
  }
  return weights;
}

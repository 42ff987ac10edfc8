/** One capsule layer with routing, and its gradients, against PyTorch in float64: strides, windows, iterations, vanished capsules. */
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CapsuleKernel, LayerShape } from '../../src/engine/ops/capsule-kernel.ts';
import { couplingCoefficients } from '../../src/engine/backends/reference/capsules.ts';
import { capsuleLayer } from '../../src/engine/ops/routing.ts';
import type { RoutingShape } from '../../src/shared/describe.ts';
import { backends, closeBackends, useBackend } from './backends.ts';
import { readGolden, relativeError } from './golden.ts';

const TOLERANCE = 1e-5;
const { tensors, metadata } = readGolden('routing.safetensors');
const cases = JSON.parse(metadata['cases']!) as { name: string; shape: RoutingShape & { batch: number } }[];
const combinations = cases.flatMap(({ name, shape }) => (['squash', 'sensitive'] as const).map((squash) => ({ name, squash, shape })));

describe.each(backends)('routing on %s', (backend) => {
  let kernel: CapsuleKernel;
  beforeAll(async () => {
    kernel = (await useBackend(backend)).capsules;
  });
  afterAll(closeBackends);

  it.each(combinations)('$name with $squash', ({ name, squash, shape }) => {
    const stored = (key: string) => tensors.get(`${name}.${squash}.${key}`)!;
    const layer: LayerShape = { ...shape, squash };
    const error = (actual: tf.Tensor, key: string) => {
      expect(actual.shape).toEqual(stored(key).shape);
      return relativeError(actual.dataSync(), stored(key).data);
    };
    tf.tidy(() => {
      const [u, w, dv] = ['u', 'w', 'dv'].map((key): tf.Tensor => tf.tensor(stored(key).data, stored(key).shape)) as [
        tf.Tensor5D,
        tf.Tensor4D,
        tf.Tensor5D,
      ];
      const [du, dw] = tf.grads((x, y) => capsuleLayer(x as tf.Tensor5D, { weight: y as tf.Tensor4D, bias: undefined }, layer, kernel))(
        [u, w],
        dv,
      ) as [tf.Tensor, tf.Tensor];
      const errors = {
        v: error(capsuleLayer(u, { weight: w, bias: undefined }, layer, kernel), 'v'),
        du: error(du, 'du'),
        dw: error(dw, 'dw'),
        coupling: error(couplingCoefficients(u, w, undefined, layer), 'c'),
      };
      for (const [key, value] of Object.entries(errors)) expect(value, key).toBeLessThanOrEqual(TOLERANCE);
    });
  });
});

/**
 * Gradients against central differences of the loss, for networks unlike those of the goldens: the loss moves along a
 * random direction of one tensor as the gradient says. Float32 and ReLU leave an error of less than a percent.
 */
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kernels } from '../../src/engine/ops/kernels.ts';
import { CapsNet } from '../../src/engine/network/capsnet.ts';
import { initialWeights } from '../../src/engine/network/initialise.ts';
import { randomStream } from '../../src/shared/random.ts';
import { objective } from '../../src/engine/training/objective.ts';
import { NetworkSpec } from '../../src/shared/spec/network.ts';
import { closeBackends, useBackend } from './backends.ts';

const input = { height: 11, width: 9, channels: 3, classes: 4 };
const batch = 6;
const weighting = { reconstruction: 1, ccm: 0.05 };
const networks = {
  'without backbone and decoder': NetworkSpec.parse({
    backbone: [],
    primary: { types: 3, dim: 2, kernel: 5, stride: 2 },
    intermediate: [],
  }),
  'with strides, a window that reaches beyond the map and two full layers': NetworkSpec.parse({
    backbone: [{ channels: 5, kernel: 4, stride: 1, padding: 2 }],
    primary: { types: 2, dim: 5, kernel: 2, stride: 2, padding: 1 },
    intermediate: [
      { kind: 'conv', types: 4, dim: 3, kernel: 5, stride: 2, padding: 2, iterations: 2 },
      { kind: 'full', types: 3, dim: 4, iterations: 4 },
      { kind: 'full', types: 5, dim: 2, iterations: 1 },
    ],
    classes: { dim: 6, iterations: 2 },
    squash: 'sensitive',
    decoder: { hidden: [] },
  }),
  'with biases, and shortcuts of which one begins where another ends': NetworkSpec.parse({
    backbone: [],
    primary: { types: 3, dim: 4, kernel: 5, stride: 2 },
    intermediate: [1, 2, 3].map((iterations) => ({ kind: 'conv', types: 3, dim: 3, iterations })),
    classes: { dim: 5, iterations: 2 },
    bias: true,
    residual: 1,
  }),
};

describe.each(Object.entries(networks))('a network %s', (_, spec) => {
  let kernels: Kernels;
  beforeAll(async () => {
    kernels = await useBackend('wasm');
  });
  afterAll(closeBackends);

  it('has gradients that agree with differences of the loss', () => {
    const random = randomStream(3, 'finite differences');
    const weights = initialWeights(spec, input, 5);
    for (const [name, { data }] of weights) {
      // Larger than initial values, or the loss hardly depends on what is below the class capsules.
      if (/^(capsules|classes)\./.test(name)) for (const i of data.keys()) data[i] = 0.6 * random.normal();
      // Away from ReLU's kink, where most values would otherwise be.
      if (name.endsWith('.bn.bias')) data.fill(2);
    }
    const net = new CapsNet(spec, input, kernels, weights);
    const pixels = Float32Array.from({ length: batch * input.height * input.width * input.channels }, () => random.float());
    const images = tf.tensor4d(pixels, [batch, input.height, input.width, input.channels]);
    const labels = tf.tensor1d([0, 1, 2, 3, 1, 0], 'int32');
    const loss = () => objective(net, images, labels, weighting).total;
    const lossAt = (variable: tf.Variable, values: tf.Tensor) => {
      variable.assign(values);
      return tf.tidy(() => loss().dataSync()[0]!);
    };
    const { value, grads } = tf.variableGrads(loss);
    for (const [name, variable] of net.variables) {
      if (!variable.trainable) continue;
      tf.tidy(() => {
        const gradient = grads[variable.name]!;
        const noise = tf.tensor(
          Float32Array.from({ length: variable.size }, () => random.normal()),
          variable.shape,
        );
        // Half noise, half downhill: a direction of pure noise is nearly at right angles to the gradient of a large tensor.
        const direction = tf.add(tf.div(noise, tf.norm(noise)), tf.div(gradient, tf.norm(gradient)));
        const expected = tf.sum(tf.mul(gradient, direction)).dataSync()[0]!;
        // Far enough for the difference to be much larger than what float32 resolves, near enough for a straight line,
        // and nearer where ReLU has its kinks.
        const step = Math.min(name.startsWith('backbone') ? 0.001 : 0.1, 2e-3 / Math.abs(expected));
        const start = tf.clone(variable);
        const [up, down] = [1, -1].map((sign) => lossAt(variable, tf.add(start, tf.mul(direction, sign * step)))) as [number, number];
        variable.assign(start);
        const measured = (up - down) / (2 * step);
        expect(Math.abs(measured - expected), `${name}: ${measured} against ${expected}`).toBeLessThanOrEqual(0.01 * Math.abs(expected));
      });
    }
    tf.dispose([value, grads, images, labels]);
    net.dispose();
  });
});

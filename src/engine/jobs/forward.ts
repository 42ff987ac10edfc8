/** The forward pass of a stored network on given images: class capsules and the capsules of every layer. */
import * as tf from '@tensorflow/tfjs-core';
import type { InputShape, NetworkSpec } from '../../shared/spec/network.ts';
import type { Standardisation } from '../../shared/spec/preparation.ts';
import type { HostTensor, Weights } from '../../shared/weights.ts';
import type { Engine } from '../engine.ts';
import { CapsNet } from '../network/capsnet.ts';
import { readBack } from '../ops/read-back.ts';
import { standardised } from '../training/network-values.ts';

export interface ForwardJob {
  network: NetworkSpec;
  input: InputShape;
  weights: Weights;
  /** (B, height, width, channels), values in [0, 1]. */
  images: HostTensor;
  /** Of the images that the network was trained on. */
  standardisation?: Standardisation | undefined;
}

/** Images per pass, so that memory does not grow with their number. */
const BATCH = 128;

/**
 * "primary" and "capsules.<l>" (B, height, width, types, dim) and "classes" (B, classes, dim).
 * Rejects when the images or weights do not fit the network.
 */
export async function forward({ network, input, weights, images, standardisation }: ForwardJob, engine: Engine): Promise<Weights> {
  const expected = [input.height, input.width, input.channels];
  if (images.shape.length !== 4 || images.shape.slice(1).join() !== expected.join())
    throw new Error(`The images have the shape (${images.shape.join(', ')}); the network needs (images, ${expected.join(', ')}).`);
  const count = images.shape[0]!;
  if (count === 0) throw new Error('There are no images in the input.');
  const size = images.data.length / count;
  const net = new CapsNet(network, input, engine.kernels, weights);
  const parts = new Map<string, { shape: number[]; data: Float32Array[] }>();
  try {
    for (let start = 0; start < count; start += BATCH) {
      const batch = Math.min(BATCH, count - start);
      const pixels = images.data.slice(start * size, (start + batch) * size);
      const layers: { layer: string; shape: number[] }[] = [];
      const values = await readBack(() => {
        const intensity = tf.tensor4d(pixels, [batch, input.height, input.width, input.channels]);
        const { capsules, classes } = net.forward(standardised(intensity, standardisation), 'test');
        const named = [...capsules, { layer: 'classes', vectors: classes as tf.Tensor }];
        layers.push(...named.map(({ layer, vectors }) => ({ layer, shape: vectors.shape.slice(1) })));
        return named.map(({ vectors }) => vectors);
      });
      for (const [l, { layer, shape }] of layers.entries()) {
        const part = parts.get(layer) ?? { shape, data: [] };
        part.data.push(values[l]!);
        parts.set(layer, part);
      }
    }
  } finally {
    net.dispose();
  }
  return new Map([...parts].map(([layer, { shape, data }]) => [layer, { shape: [count, ...shape], data: concatenate(data) }]));
}

function concatenate(parts: Float32Array[]): Float32Array {
  const result = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}

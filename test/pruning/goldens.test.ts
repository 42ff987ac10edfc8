/** Channel independence, the CCM term, activity and routing measures against PyTorch in float64. */
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activityOf, ActivityMeter } from '../../src/engine/analysis/activity.ts';
import { layerCorrelation } from '../../src/engine/analysis/correlation.ts';
import { CouplingMeter } from '../../src/engine/analysis/coupling.ts';
import { importance } from '../../src/engine/pruning/importance/index.ts';
import { readBack } from '../../src/engine/ops/read-back.ts';
import { planPruning } from '../../src/shared/pruning-plan.ts';
import { randomStream } from '../../src/shared/random.ts';
import { ccmTerm } from '../../src/engine/training/ccm.ts';
import { NetworkSpec } from '../../src/shared/spec/network.ts';
import { PruningSpec } from '../../src/shared/spec/pruning.ts';
import { relativeError } from '../network/golden.ts';
import { backends, closeBackends, useBackend } from '../network/backends.ts';
import { golden } from './golden.ts';

describe('CHIP', () => {
  it.each(golden.chip)('scores and cuts $channels channels of $positions positions as PyTorch does', (layer) => {
    const { channels, positions, ratio, kept } = layer;
    const maps = layer.maps.map((data) => ({ channels, positions, data: Float64Array.from(data) }));
    const filters = { shape: [channels, 1, 1, 1], data: new Float32Array(channels) };
    const scores = importance.chip({ maps, filters, random: randomStream(1) });
    expect(relativeError(scores, layer.scores)).toBeLessThan(1e-8);

    const spec = NetworkSpec.parse({ backbone: [{ channels }], primary: { types: 2, dim: 2 }, intermediate: [] });
    const input = { height: 8, width: 8, channels: 1, classes: 2 };
    const { cuts } = planPruning(spec, PruningSpec.parse({ backbone: ratio }), new Map([['backbone.0', scores]]), input);
    expect(cuts[0]!.kept).toEqual(kept);
  });

  it('gives the same scores for maps in single precision', () => {
    const { channels, positions, maps, scores } = golden.chip[2]!;
    const single = maps.map((data) => ({ channels, positions, data: Float32Array.from(data) }));
    const filters = { shape: [channels, 1, 1, 1], data: new Float32Array(channels) };
    expect(relativeError(importance.chip({ maps: single, filters, random: randomStream(1) }), scores)).toBeLessThan(1e-4);
  });
});

describe.each(backends)('on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });
  afterAll(closeBackends);

  it('computes the CCM term, its gradient and the correlation matrix', async () => {
    const { shape, maps, matrix, value, gradient } = golden.ccm;
    const channels = shape[3];
    const before = tf.memory().numTensors;
    const x = tf.tensor4d(maps, shape);
    const result = tf.valueAndGrad((input: tf.Tensor4D) => ccmTerm(input))(x);
    expect(result.value.dataSync()[0]).toBeCloseTo(value, 5);
    expect(relativeError(result.grad.dataSync(), gradient)).toBeLessThan(1e-5);
    const correlation = await layerCorrelation('backbone.0', x);
    expect(relativeError(correlation.matrix.flat(), matrix)).toBeLessThan(1e-5);
    expect(correlation.matrix).toHaveLength(channels);
    expect(correlation.meanAbsolute).toBeCloseTo(value, 5);
    tf.dispose([x, result.value, result.grad]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('measures the activity of capsule types', async () => {
    const { shapes, batches, threshold, imageLengths, ...expected } = golden.activity;
    const before = tf.memory().numTensors;
    const meter = new ActivityMeter('capsules.0', threshold);
    for (const [i, batch] of batches.entries()) {
      const vectors = tf.tensor5d(batch, shapes[i]);
      meter.add(await readBack(() => activityOf(vectors, 'squash')));
      vectors.dispose();
    }
    const activity = meter.result();
    expect(activity.layer).toBe('capsules.0');
    for (const measure of ['meanVector', 'meanLength', 'maxLength', 'activationRate'] as const)
      expect(relativeError(activity[measure], expected[measure]), measure).toBeLessThan(1e-5);
    const lengths = meter.imageLengths();
    expect(lengths.shape).toEqual([imageLengths.length / 5, 5]);
    expect(relativeError(lengths.data, imageLengths)).toBeLessThan(1e-5);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('measures entropy and spread of coupling, children in the padding left out', async () => {
    const { shape, dims, coupling, entropy, spread } = golden.coupling;
    const { inHeight, inWidth, inTypes, outTypes, kernel, padding } = shape;
    const meter = new CouplingMeter('capsules.0', {
      inHeight,
      inWidth,
      inTypes,
      inDim: 4,
      outHeight: inHeight,
      outWidth: inWidth,
      outTypes,
      outDim: 4,
      kernelHeight: kernel,
      kernelWidth: kernel,
      stride: 1,
      padding,
      iterations: 3,
    });
    const before = tf.memory().numTensors;
    const c = tf.tensor3d(coupling, dims);
    const values = await readBack(() => meter.measure(c));
    meter.add(2, values);
    meter.add(2, values); // the mean of two equal batches is that of one
    c.dispose();
    const measured = meter.result();
    expect(measured.layer).toBe('capsules.0');
    expect(measured.entropy).toBeCloseTo(entropy, 5);
    expect(measured.spread).toBeCloseTo(spread, 5);
    expect(tf.memory().numTensors).toBe(before);
  });
});

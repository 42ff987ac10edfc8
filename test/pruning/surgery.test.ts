/** A network with channels zeroed by hand and the same network with those channels cut compute the same. */
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kernels } from '../../src/engine/ops/kernels.ts';
import { CapsNet } from '../../src/engine/network/capsnet.ts';
import { initialWeights } from '../../src/engine/network/initialise.ts';
import { planPruning, type PruningPlan } from '../../src/shared/pruning-plan.ts';
import { cutWeights } from '../../src/engine/pruning/surgery.ts';
import { randomStream } from '../../src/shared/random.ts';
import { NetworkSpec } from '../../src/shared/spec/network.ts';
import { PruningSpec } from '../../src/shared/spec/pruning.ts';
import type { HostTensor, Weights } from '../../src/shared/weights.ts';
import { backends, closeBackends, useBackend } from '../network/backends.ts';
import { relativeError } from '../network/golden.ts';
import { barringKernel } from './barring-kernel.ts';

const TOLERANCE = 1e-5;
const input = { height: 12, width: 10, channels: 2, classes: 3 };
const spec = NetworkSpec.parse({
  backbone: [
    { channels: 5, stride: 2 },
    { channels: 6, kernel: 2 },
  ],
  primary: { types: 4, dim: 3, kernel: 2 },
  intermediate: [
    { kind: 'conv', types: 5, dim: 4 },
    { kind: 'full', types: 4, dim: 3 },
  ],
  classes: { dim: 4 },
  decoder: { hidden: [8] },
});
const inherit = { capsuleLayers: 'inherit', granularity: 'type' } as const;

/** As if the network had been trained: batch norm that does something, and capsules that do not vanish on the way up. */
function trainedWeights(): Weights {
  const weights = initialWeights(spec, input, 5);
  const random = randomStream(11, 'weights');
  for (const [name, { data }] of weights) {
    const gain = name.startsWith('primary') ? 4 : name.startsWith('capsules.0') ? 2 : /^(capsules|classes)/.test(name) ? 10 : 1;
    data.forEach((value, i) => (data[i] = gain * value));
    if (/bn\.(weight|running_var)$/.test(name)) data.forEach((_, i) => (data[i] = 0.5 + random.float()));
    if (/bn\.(bias|running_mean)$/.test(name)) data.forEach((_, i) => (data[i] = 0.3 * random.normal()));
  }
  return weights;
}

function planOf(pruning: object): PruningPlan {
  const settings = PruningSpec.parse({ ...inherit, ...pruning });
  const random = randomStream(11, 'scores');
  const scoresOf = (count: number) => Array.from({ length: count }, () => random.float());
  const scores = new Map([
    ...spec.backbone.map(({ channels }, i) => [`backbone.${i}`, scoresOf(channels)] as const),
    ['primary', scoresOf(spec.primary.types * spec.primary.dim)] as const,
    ...spec.intermediate.map(({ types }, l) => [`capsules.${l}`, scoresOf(types)] as const),
  ]);
  return planPruning(spec, settings, scores, input);
}

/** Sets everything at `lost` along an axis to zero. */
function zero({ shape, data }: HostTensor, axis: number, lost: number[]): void {
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  for (let i = 0; i < data.length; i++) if (lost.includes(Math.floor(i / inner) % shape[axis]!)) data[i] = 0;
}

/** The uncut weights, with zeros where `plan` cuts; a backbone channel's map is zero when its affine terms are. */
function zeroed(weights: Weights, plan: PruningPlan): Weights {
  const result: Weights = new Map([...weights].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]));
  const { dim } = spec.primary;
  for (const { layer, scores, kept } of plan.cuts) {
    const lost = scores.flatMap((_, i) => (kept.includes(i) ? [] : [i]));
    const tensor = (suffix: string) => result.get(`${layer}.${suffix}`)!;
    if (layer.startsWith('backbone')) for (const suffix of ['bn.weight', 'bn.bias']) zero(tensor(suffix), 0, lost);
    else if (layer === 'primary') {
      const channels = lost.flatMap((type) => Array.from({ length: dim }, (_, d) => type * dim + d));
      for (const suffix of ['conv.weight', 'conv.bias']) zero(tensor(suffix), 0, channels);
    } else zero(tensor('weight'), 1, lost);
  }
  return result;
}

/** Class capsules and reconstruction of the same images. */
function outputs(network: NetworkSpec, weights: Weights, kernels: Kernels): number[] {
  const net = new CapsNet(network, input, kernels, weights);
  const values = tf.tidy(() => {
    const images = tf.randomUniform<tf.Rank.R4>([3, input.height, input.width, input.channels], 0, 1, 'float32', 9);
    const { classes } = net.forward(images, 'test');
    const drawn = net.decode(classes, tf.tensor1d([0, 1, 2], 'int32'));
    return [...classes.dataSync(), ...drawn.dataSync()];
  });
  net.dispose();
  return values;
}

describe.each(backends)('on %s', (backend) => {
  let kernels: Kernels;
  beforeAll(async () => {
    kernels = await useBackend(backend);
  });
  afterAll(closeBackends);

  /** Error of the cut network against the zeroed one, and against the untouched one. */
  function compare(pruning: object, zeroedKernels = kernels) {
    const weights = trainedWeights();
    const plan = planOf(pruning);
    const cut = outputs(plan.network, cutWeights({ spec, weights, input, plan, fresh: new Map() }), kernels);
    return {
      layers: plan.cuts.map(({ layer }) => layer),
      error: relativeError(cut, outputs(spec, zeroed(weights, plan), zeroedKernels)),
      change: relativeError(cut, outputs(spec, weights, kernels)),
    };
  }

  it('cut backbone channels equal zeroed ones', () => {
    const { layers, error, change } = compare({ backbone: 0.5 });
    expect(layers).toEqual(['backbone.0', 'backbone.1']);
    expect(error).toBeLessThan(TOLERANCE);
    expect(change).toBeGreaterThan(1e-3);
  });

  it('cut primary capsule types equal zeroed ones', () => {
    const { layers, error, change } = compare({ capsules: 0.5 });
    expect(layers).toEqual(['primary']);
    expect(error).toBeLessThan(TOLERANCE);
    expect(change).toBeGreaterThan(1e-3);
  });

  it('cut intermediate types equal zeroed ones that are barred from the softmax over parents', () => {
    const { layers, error, change } = compare({ intermediate: { ratio: 0.5 } }, { ...kernels, capsules: barringKernel });
    expect(layers).toEqual(['capsules.0', 'capsules.1']);
    expect(error).toBeLessThan(TOLERANCE);
    expect(change).toBeGreaterThan(1e-3);
  });

  it('everything cut at once equals everything zeroed at once', () => {
    const { layers, error } = compare(
      { backbone: 0.4, capsules: 0.5, intermediate: { ratio: 0.3 } },
      { ...kernels, capsules: barringKernel },
    );
    expect(layers).toHaveLength(5);
    expect(error).toBeLessThan(TOLERANCE);
  });
});

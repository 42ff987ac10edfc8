/** Cuts that are tried out: with the reference kernels, by which every engine is tested. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { referenceKernels } from '../../src/engine/backends/reference/kernels.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { JobStopped } from '../../src/engine/io.ts';
import { forward } from '../../src/engine/jobs/forward.ts';
import { sampleOf, tryCuts, type Left } from '../../src/engine/jobs/trial.ts';
import { initialWeights } from '../../src/engine/network/initialise.ts';
import { silence } from '../../src/engine/pruning/silence.ts';
import { cutWeights } from '../../src/engine/pruning/surgery.ts';
import { inputShape } from '../../src/shared/dataset.ts';
import { planPruning } from '../../src/shared/pruning-plan.ts';
import { NetworkFamily, networkOf } from '../../src/shared/spec/network.ts';
import { PruningSpec } from '../../src/shared/spec/pruning.ts';
import { seedsOf } from '../../src/shared/spec/training.ts';
import { meanOf } from '../../src/shared/statistics/moments.ts';
import type { Weights } from '../../src/shared/weights.ts';
import { blobs } from './blobs.ts';

beforeAll(() => tf.setBackend('cpu'));

const engine = { kernels: referenceKernels } as Engine;
const dataset = blobs(20, 30);
const input = inputShape(dataset);
const network = networkOf(NetworkFamily.parse({ types: 4, dim: 4, depth: 1, initialisation: { gain: 20 } }));
/** Fresh, with running statistics that leave of the maps what a trained network has: class capsules say something. */
const weights: Weights = new Map(
  [...initialWeights(network, input, 3)].map(([name, { shape, data }]) => [
    name,
    { shape, data: name.endsWith('running_var') ? data.map(() => 1e-3) : data },
  ]),
);
const rising = (count: number) => Array.from({ length: count }, (_, i) => i);
const scores = new Map([
  ...network.backbone.map(({ channels }, i) => [`backbone.${i}`, rising(channels)] as const),
  ['primary', rising(16)] as const,
  ['capsules.0', rising(4)] as const,
]);
const go = { shouldStop: () => false };
const job = { network, weights, scores, seeds: seedsOf(1), images: 30 };

async function accuracies(cuts: Parameters<typeof tryCuts>[0]['cuts'], images = 30): Promise<number[]> {
  const told: number[] = [];
  await tryCuts({ ...job, cuts, images }, dataset, engine, go, (index, { accuracy }) => (told[index] = accuracy));
  return told;
}

describe('silence', () => {
  it('is the same as a cut, of backbone channels and of whole primary types', async () => {
    const pruning = PruningSpec.parse({ backbone: 0.5, capsules: 0.5, granularity: 'type', capsuleLayers: 'inherit' });
    const plan = planPruning(network, pruning, scores, input);
    const gone = (layer: string, count: number, size = 1) => {
      const kept = plan.cuts.find((cut) => cut.layer === layer)!.kept;
      return rising(count).filter((unit) => !kept.includes(unit)).flatMap((unit) => rising(size).map((d) => unit * size + d)); // prettier-ignore
    };
    const silenced = Object.fromEntries(network.backbone.map(({ channels }, i) => [`backbone.${i}`, gone(`backbone.${i}`, channels)]));
    const images = { shape: [6, input.height, input.width, 1], data: Float32Array.from(dataset.test.images.subarray(0, 6 * input.height * input.width), (v) => v / 255) }; // prettier-ignore
    const classes = async (spec: typeof network, of: typeof weights) => {
      const found = await forward({ network: spec, input, weights: of, images }, engine);
      return found.get('classes')!.data;
    };
    const cut = await classes(plan.network, cutWeights({ spec: network, weights, input, plan, fresh: new Map() }));
    const silent = await classes(network, silence(weights, { ...silenced, primary: gone('primary', 4, 4) }));
    expect(Math.max(...cut)).toBeGreaterThan(1e-3);
    for (const [i, value] of silent.entries()) expect(value).toBeCloseTo(cut[i]!, 5);
  });

  it('leaves the weights that it is given alone, and names a channel that is not there', () => {
    const before = weights.get('primary.conv.bias')!.data.slice();
    silence(weights, { primary: [0] });
    expect(weights.get('primary.conv.bias')!.data).toEqual(before);
    expect(() => silence(weights, { primary: [16] })).toThrow('primary.conv.weight has no channel 16; expected one of 0 to 15.');
  });
});

describe('tryCuts', () => {
  it('gives the accuracy of every cut in turn: that of the whole network, of a cut, and of a network that says nothing', async () => {
    const nothing = Object.fromEntries(network.backbone.map(({ channels }, i) => [`backbone.${i}`, rising(channels)]));
    const cut = PruningSpec.parse({ backbone: 0.5, capsules: 0.5, granularity: 'type', capsuleLayers: 'inherit' });
    const before = tf.memory().numTensors;
    const [whole, none, half, alike] = await accuracies([
      { kind: 'silent', channels: {} },
      { kind: 'silent', channels: { ...nothing, primary: rising(16) } },
      { kind: 'cut', pruning: cut },
      { kind: 'silent', channels: { 'backbone.0': [0, 1], 'backbone.1': rising(4), 'backbone.2': rising(8), primary: rising(8) } },
    ]);
    expect(tf.memory().numTensors).toBe(before);
    // Every class is as long as every other, and each image counts for what a guess among them gets right.
    expect(none).toBeCloseTo(1 / dataset.classes.length, 12);
    expect(half).toBe(alike);
    expect(whole).not.toBe(none);
  });

  it('tells how long the capsules of every type are that a cut leaves, and then what their forecast is', async () => {
    const cut = { kind: 'cut' as const, pruning: PruningSpec.parse({ capsules: 0.5, granularity: 'type', capsuleLayers: 'inherit' }) };
    const told: Left[] = [];
    await tryCuts({ ...job, cuts: [cut] }, dataset, engine, go, (_, left) => told.push(left));
    expect(told.map(({ probe }) => probe !== null)).toEqual([false, true]);
    const { lengths, probe } = told[1]!;
    expect(told[0]!.lengths).toEqual(lengths);
    expect(lengths!.map(({ layer, lengths }) => [layer, lengths.length])).toEqual([
      ['primary', 2],
      ['capsules.0', 4],
      ['classes', dataset.classes.length],
    ]);
    // Held against the network that the cut leaves.
    const plan = planPruning(network, cut.pruning, scores, input);
    const left = cutWeights({ spec: network, weights, input, plan, fresh: new Map() });
    const images = { shape: [30, input.height, input.width, 1], data: Float32Array.from(dataset.test.images, (value) => value / 255) };
    const { data } = (await forward({ network: plan.network, input, weights: left, images }, engine)).get('classes')!;
    const dim = data.length / 30 / dataset.classes.length;
    const ofClass = (c: number) => rising(30).map((image) => Math.hypot(...data.subarray((image * dataset.classes.length + c) * dim).subarray(0, dim))); // prettier-ignore
    for (const [c, length] of lengths![2]!.lengths.entries()) expect(length).toBeCloseTo(meanOf(ofClass(c)), 5);
    expect(probe!.layers[2]!.mean).toBeCloseTo(meanOf(lengths![2]!.lengths), 12);
  });

  it('stops between batches', async () => {
    const stopped = tryCuts(
      { ...job, cuts: [{ kind: 'silent', channels: {} }] },
      dataset,
      engine,
      { shouldStop: () => true },
      () => undefined,
    );
    await expect(stopped).rejects.toThrow(JobStopped);
  });

  it('looks at images from the whole of the test images', () => {
    const { images, labels } = dataset.test;
    const some = sampleOf({ images, labels }, 10);
    expect([...some.labels]).toEqual(rising(10).map((i) => labels[3 * i]));
    const size = images.length / labels.length;
    expect(some.images.subarray(size, 2 * size)).toEqual(images.subarray(3 * size, 4 * size));
    expect(sampleOf({ images, labels }, 99)).toEqual({ images, labels });
  });
});

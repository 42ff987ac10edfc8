/** The pruning job: importance of every channel over training images → plan → surgery. Deterministic for its seeds, so it can be repeated. */
import * as tf from '@tensorflow/tfjs-core';
import { inputShape, trainingImages, type Dataset } from '../../shared/dataset.ts';
import { planPruning, sumByType, type Scores } from '../../shared/pruning-plan.ts';
import type { LayerCut } from '../../shared/results.ts';
import type { NetworkSpec } from '../../shared/spec/network.ts';
import type { PruningSpec } from '../../shared/spec/pruning.ts';
import type { Seeds } from '../../shared/spec/training.ts';
import type { ChannelMaps } from '../../shared/trial.ts';
import type { Weights } from '../../shared/weights.ts';
import { ACTIVITY_TENSORS, activityOf, ActivityMeter } from '../analysis/activity.ts';
import type { Engine } from '../engine.ts';
import { CapsNet } from '../network/capsnet.ts';
import { initialWeights } from '../network/initialise.ts';
import { averageMaps, featureMapsOf } from '../pruning/feature-maps.ts';
import { channelIndependence } from '../pruning/importance/chip.ts';
import { importance, type FeatureMaps } from '../pruning/importance/index.ts';
import { meanOverBatches } from '../pruning/importance/input.ts';
import { cutWeights } from '../pruning/surgery.ts';
import { readBack } from '../ops/read-back.ts';
import { randomStream } from '../../shared/random.ts';
import { trainingBatches } from '../training/batches.ts';
import { breathe, JobStopped, type HostIO } from '../io.ts';

export interface PruneJob {
  /** The network before the cut. */
  network: NetworkSpec;
  weights: Weights;
  pruning: PruningSpec;
  seeds: Seeds;
}

export interface PruneResult {
  /** The smaller network, and its weights with which fine-tuning starts. */
  network: NetworkSpec;
  weights: Weights;
  cut: LayerCut[];
}

/** Prunes a network by what it does on training images. Throws JobStopped when the host says so. */
export async function prune(job: PruneJob, dataset: Dataset, engine: Engine, io: Pick<HostIO, 'shouldStop'>): Promise<PruneResult> {
  const { network, weights, pruning, seeds } = job;
  const input = inputShape(dataset);
  const plan = planPruning(network, pruning, await scoreLayers(job, dataset, engine, io), input);
  const fresh = initialWeights(plan.network, input, seeds.weights);
  return { network: plan.network, weights: cutWeights({ spec: network, weights, input, plan, fresh }), cut: plan.cuts };
}

/** What channels are judged by, and their maps. */
export interface Judged {
  scores: Scores;
  /** Of the backbone and the primary capsules, each averaged over the judged images. */
  maps: ChannelMaps[];
}

/** Importance alone. */
export async function scoreLayers(...job: Parameters<typeof judgeLayers>): Promise<Scores> {
  return (await judgeLayers(...job)).scores;
}

/**
 * Importance per channel of the backbone and primary capsules and, where intermediate types are pruned, per type there.
 * How large the ratios are has no influence. Throws JobStopped when the host says so.
 */
export async function judgeLayers(
  { network, weights, pruning, seeds }: PruneJob,
  dataset: Dataset,
  engine: Engine,
  io: Pick<HostIO, 'shouldStop'>,
): Promise<Judged> {
  const net = new CapsNet(network, inputShape(dataset), engine.kernels, weights);
  const withCapsules = pruning.intermediate.ratio > 0;
  const maps = new Map<string, FeatureMaps[]>();
  const meters = new Map<string, ActivityMeter>();
  try {
    await forEachBatch(pruning, seeds.data, dataset, io, async (pixels, imagesShape) => {
      const averaged: { layer: string; shape: [number, number] }[] = [];
      const measured: string[] = [];
      const values = await readBack(() => {
        const images = tf.tensor4d(pixels, imagesShape);
        const features = withCapsules ? net.forward(images, 'test') : { ...net.features(images, 'test'), capsules: [] };
        const intermediate = features.capsules.filter(({ layer }) => layer.startsWith('capsules.'));
        const all = [...features.featureMaps, ...intermediate.map(({ layer, vectors }) => ({ layer, maps: vectors }))];
        const averages = all.map(({ maps: ofLayer }) => averageMaps(ofLayer));
        averaged.push(...all.map(({ layer }, l) => ({ layer, shape: averages[l]!.shape })));
        measured.push(...intermediate.map(({ layer }) => layer));
        return [...averages, ...intermediate.flatMap(({ vectors }) => activityOf(vectors, network.squash))];
      });
      for (const [l, { layer, shape }] of averaged.entries()) append(maps, layer, featureMapsOf(shape, values[l]!));
      for (const [l, layer] of measured.entries()) {
        const meter = meters.get(layer) ?? new ActivityMeter(layer, 0);
        meters.set(layer, meter);
        meter.add(values.slice(averaged.length + ACTIVITY_TENSORS * l, averaged.length + ACTIVITY_TENSORS * (l + 1)));
      }
    });
  } finally {
    net.dispose();
  }
  const scores = new Map<string, number[]>();
  for (const [layer, averaged] of maps) {
    const filters = weights.get(`${layer}.conv.weight`);
    const random = randomStream(seeds.own, 'importance', layer);
    if (filters) scores.set(layer, importance[pruning.criterion]({ maps: averaged, filters, random }));
    else if (pruning.intermediate.by === 'activation') scores.set(layer, meters.get(layer)!.result().meanVector);
    else {
      const { dim } = network.intermediate[Number(layer.split('.')[1])]!;
      scores.set(layer, sumByType(meanOverBatches(averaged, channelIndependence), dim));
    }
  }
  const judged = [...maps].filter(([layer]) => weights.has(`${layer}.conv.weight`));
  return { scores, maps: judged.map(([layer, averaged]) => ({ layer, channels: averaged[0]!.channels, data: meanOfMaps(averaged) })) };
}

function meanOfMaps(averaged: readonly FeatureMaps[]): Float32Array {
  return Float32Array.from(averaged[0]!.data, (_, i) => averaged.reduce((sum, { data }) => sum + data[i]!, 0) / averaged.length);
}

function append(lists: Map<string, FeatureMaps[]>, layer: string, value: FeatureMaps): void {
  const list = lists.get(layer);
  if (list) list.push(value);
  else lists.set(layer, [value]);
}

/** Seeded batches of training images, not shifted; a new pass begins when the data set is used up. */
async function forEachBatch(
  { batches, batch }: PruningSpec,
  seed: number,
  dataset: Dataset,
  io: Pick<HostIO, 'shouldStop'>,
  use: (images: Float32Array, shape: [number, number, number, number]) => Promise<void>,
): Promise<void> {
  const { height, width, channels } = dataset.shape;
  const perPass = Math.max(1, Math.floor(trainingImages(dataset) / batch));
  for (let i = 0; i < batches; i++) {
    if (io.shouldStop()) throw new JobStopped('Stopped while judging channels.');
    // Pass 0, -1, …: training counts its epochs from 1, so the order is one that no epoch uses.
    const { images, size } = trainingBatches(dataset, { batch, shift: 0, seed, epoch: -Math.floor(i / perPass) })(i % perPass);
    await use(images, [size, height, width, channels]);
    await breathe();
  }
}

/**
 * A look at the real network before its first step: fresh weights, real images, the mean length of the capsules of every
 * layer. shared/forecast/ makes its verdict from it.
 *
 * Batch norm goes by the statistics of these images, as in the first training step: fresh running statistics say nothing yet,
 * and with them the backbone's maps would be almost zero.
 */
import * as tf from '@tensorflow/tfjs-core';
import { inputShape, trainingImages, type Dataset } from '../../shared/dataset.ts';
import { describe } from '../../shared/describe.ts';
import type { Probe, ProbeOptions } from '../../shared/forecast/probe.ts';
import { MARGIN } from '../../shared/forecast/verdict.ts';
import type { InputShape, NetworkSpec } from '../../shared/spec/network.ts';
import { deviationOf, meanOf } from '../../shared/statistics/moments.ts';
import type { Weights } from '../../shared/weights.ts';
import { breathe, JobStopped, type HostIO } from '../io.ts';
import { CapsNet } from '../network/capsnet.ts';
import { initialWeights } from '../network/initialise.ts';
import type { Kernels } from '../ops/kernels.ts';
import { readBack } from '../ops/read-back.ts';
import { trainingBatches, type Batch } from '../training/batches.ts';

export type LayerLength = { layer: string; length: number };

/** Draws weights, and images for them, several times. Throws JobStopped when the host says so. */
export async function probe(
  spec: NetworkSpec,
  dataset: Dataset,
  kernels: Kernels,
  { draws, images, seed }: ProbeOptions,
  { shouldStop }: Pick<HostIO, 'shouldStop'>,
): Promise<Probe> {
  const input = inputShape(dataset);
  const size = Math.min(images, trainingImages(dataset));
  const drawn: LayerLength[][] = [];
  const last: Probe['last'] = { weaker: [], stronger: [] };
  for (let draw = 0; draw < draws; draw++) {
    const batch = trainingBatches(dataset, { batch: size, shift: 0, seed: seed + draw, epoch: 0 })(0);
    const weights = initialWeights(spec, input, seed + draw);
    const lengths = async (factor: number) => {
      if (shouldStop()) throw new JobStopped('Stopped while looking at a fresh network.');
      await breathe();
      return lengthsOf(new CapsNet(spec, input, kernels, withGains(factor, weights, spec, input)), batch);
    };
    drawn.push(await lengths(1));
    if (spec.intermediate.length === 0) continue;
    // "primary" stands before the intermediate layers.
    const lastOf = (measured: LayerLength[]) => measured[spec.intermediate.length]!.length;
    last.weaker.push(lastOf(await lengths(1 - MARGIN)));
    last.stronger.push(lastOf(await lengths(1 + MARGIN)));
  }
  const layers = drawn[0]!.map(({ layer }, l) => {
    const ofDraws = drawn.map((measured) => measured[l]!.length);
    return { layer, mean: meanOf(ofDraws), sd: deviationOf(ofDraws) };
  });
  return { draws, images: size, layers, last };
}

/** These weights with all gains times `factor`: a gain goes as the square of the matrices. */
export function withGains(factor: number, weights: Weights, spec: NetworkSpec, input: InputShape): Weights {
  if (factor === 1) return weights;
  const scaled = new Map(weights);
  for (const { name, routing } of describe(spec, input).layers) {
    if (!routing) continue;
    const { shape, data } = weights.get(`${name}.weight`)!;
    scaled.set(`${name}.weight`, { shape, data: data.map((value) => Math.sqrt(factor) * value) });
  }
  return scaled;
}

/** Mean lengths of "primary", the intermediate capsules and "classes". */
export function meanLengths({ capsules, classes }: ReturnType<CapsNet['forward']>): { layer: string; length: tf.Scalar }[] {
  return [...capsules, { layer: 'classes', vectors: classes as tf.Tensor }].map(({ layer, vectors }) => ({
    layer,
    length: tf.mean(tf.sqrt(tf.sum(tf.square(vectors), -1))),
  }));
}

/** The same of every capsule type. */
export function typeLengths({ capsules, classes }: ReturnType<CapsNet['forward']>): { layer: string; lengths: tf.Tensor1D }[] {
  return [...capsules, { layer: 'classes', vectors: classes as tf.Tensor }].map(({ layer, vectors }) => {
    const lengths = tf.sqrt(tf.sum(tf.square(vectors), -1));
    return { layer, lengths: tf.mean(lengths, [...Array(lengths.rank - 1).keys()]) };
  });
}

/** Mean lengths of a batch. Disposes of `net`, whose running statistics move. */
async function lengthsOf(net: CapsNet, batch: Batch): Promise<LayerLength[]> {
  const { height, width, channels } = net.input;
  const layers: string[] = [];
  try {
    const values = await readBack(() => {
      const images = tf.tensor4d(batch.images, [batch.size, height, width, channels]);
      const found = meanLengths(net.forward(images, 'train'));
      layers.push(...found.map(({ layer }) => layer));
      return found.map(({ length }) => length);
    });
    return layers.map((layer, l) => ({ layer, length: values[l]![0]! }));
  } finally {
    net.dispose();
  }
}

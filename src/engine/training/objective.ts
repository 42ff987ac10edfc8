/** The loss of a batch from its terms, as one differentiable scalar and as numbers to report. */
import * as tf from '@tensorflow/tfjs-core';
import type { Dataset } from '../../shared/dataset.ts';
import type { TrainingSpec } from '../../shared/spec/training.ts';
import type { CapsNet, Forward, Mode } from '../network/capsnet.ts';
import { ccmTerm } from './ccm.ts';
import { classLengths, marginLoss, reconstructionLoss } from './losses.ts';
import { intensities } from './network-values.ts';

export interface Objective {
  /** margin + weight · reconstruction − α · Σ CCM. */
  total: tf.Scalar;
  /** (4): margin, reconstruction, CCM sum, number of correctly classified images; see `hits`. */
  report: tf.Tensor1D;
  forward: Forward;
}

export interface ObjectiveReport {
  loss: number;
  margin: number;
  reconstruction: number;
  ccm: number;
  correct: number;
}

type Weighting = Pick<TrainingSpec, 'reconstruction' | 'ccm'>;
type InputForm = Pick<Dataset, 'standardisation'>;

/**
 * Runs the network on a batch, in training mode unless its lower part is frozen. images (B, height, width, channels), labels (B) int32.
 * The CCM term is summed over the backbone blocks and the primary capsules (Wang et al. 2023) and costs nothing at α = 0.
 */
export function objective(
  net: CapsNet,
  images: tf.Tensor4D,
  labels: tf.Tensor1D,
  weighting: Weighting,
  { standardisation }: InputForm = {},
  mode: Mode = 'train',
): Objective {
  const forward = net.forward(images, mode);
  const lengths = classLengths(forward.classes);
  const margin = marginLoss(lengths, labels);
  const none = tf.scalar(0);
  const reconstruction = net.spec.decoder
    ? reconstructionLoss(net.decode(forward.classes, labels), intensities(images, standardisation))
    : none;
  const ccm = weighting.ccm > 0 ? forward.featureMaps.map(({ maps }) => ccmTerm(maps)).reduce((a, b) => tf.add(a, b)) : none;
  const total: tf.Scalar = tf.sub(tf.add(margin, tf.mul(reconstruction, weighting.reconstruction)), tf.mul(ccm, weighting.ccm));
  const correct = tf.sum(hits(lengths, labels));
  return { total, report: tf.stack([margin, reconstruction, ccm, correct]) as tf.Tensor1D, forward };
}

/** 1 for every image whose label has the longest class capsule, 1/k where k classes tie for it, else 0. (B), from lengths (B, classes). */
function hits(lengths: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  const longest = tf.cast(tf.equal(lengths, tf.max(lengths, 1, true)), 'float32');
  const label = tf.cast(tf.oneHot(labels, lengths.shape[1]), 'float32');
  return tf.div(tf.sum(tf.mul(longest, label), 1), tf.sum(longest, 1));
}

/** From the values of a report. The loss is summed here as `total` is there. */
export function reportOf(values: Float32Array, weighting: Weighting): ObjectiveReport {
  const [margin, reconstruction, ccm, correct] = values as unknown as [number, number, number, number];
  return { loss: margin + weighting.reconstruction * reconstruction - weighting.ccm * ccm, margin, reconstruction, ccm, correct };
}

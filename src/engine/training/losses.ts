/** The terms of the training loss (method: Sabour et al. 2017, eq. 4 and section 4.1). */
import * as tf from '@tensorflow/tfjs-core';

const PRESENT_MARGIN = 0.9;
const ABSENT_MARGIN = 0.1;
const ABSENT_WEIGHT = 0.5;
/** Keeps the gradient of a length finite at zero; far below what float32 resolves at the margins. */
const LENGTH_EPSILON = 1e-12;

/** Lengths of class capsules, the class probabilities: (B, classes, dim) → (B, classes). */
export function classLengths(classes: tf.Tensor3D): tf.Tensor2D {
  return tf.sqrt(tf.add(tf.sum(tf.square(classes), 2), LENGTH_EPSILON));
}

/** Margin loss: summed over classes, mean over the batch. `lengths` (B, classes), `labels` (B) class indices. */
export function marginLoss(lengths: tf.Tensor2D, labels: tf.Tensor1D): tf.Scalar {
  const target = tf.cast(tf.oneHot(tf.cast(labels, 'int32'), lengths.shape[1]), 'float32');
  const present = tf.mul(target, tf.square(tf.relu(tf.sub(PRESENT_MARGIN, lengths))));
  const absent = tf.mul(tf.sub(1, target), tf.square(tf.relu(tf.sub(lengths, ABSENT_MARGIN))));
  return tf.div(tf.sum(tf.add(present, tf.mul(absent, ABSENT_WEIGHT))), lengths.shape[0]);
}

/** Mean squared error over batch, pixels and channels; both (B, height, width, channels). */
export function reconstructionLoss(reconstruction: tf.Tensor4D, images: tf.Tensor4D): tf.Scalar {
  return tf.mean(tf.square(tf.sub(reconstruction, images)));
}

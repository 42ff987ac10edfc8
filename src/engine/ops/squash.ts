/**
 * The two squash functions, with gradients. Both have the form v = g(|s|²) · s, so one derivation serves:
 * ds = g · dv + 2 g′ · (s · dv) · s, where g′ is the derivative of g by |s|².
 *
 * - squash: g = |s|² / (1 + |s|²) / √(|s|² + ε) (Sabour et al. 2017, eq. 1)
 * - sensitive squash: g = (1 − e^−|s|) / √(|s|² + ε) (code of Sahu & Altahhan 2024)
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Squash } from '../../shared/spec/network.ts';
import { withGradient } from './gradient.ts';
import type { SquashKernel } from './kernels.ts';

export const SQUASH_EPSILON = 1e-6;
/** Keeps 1/|s| finite where a capsule is exactly zero; the term it stands in is multiplied by s there. */
const SMALLEST_LENGTH = 1e-12;

const squaredLength = (s: tf.Tensor): tf.Tensor => tf.sum(tf.square(s), -1, true);

/** Squashes along the last axis. Not differentiable by tfjs; see `squash` for that. */
export function squashForward(s: tf.Tensor, kind: Squash): tf.Tensor {
  return tf.tidy(() => {
    const n2 = squaredLength(s);
    const length = tf.sqrt(tf.add(n2, SQUASH_EPSILON));
    if (kind === 'squash') return tf.mul(s, tf.div(n2, tf.mul(tf.add(n2, 1), length)));
    return tf.mul(s, tf.div(tf.sub(1, tf.exp(tf.neg(tf.sqrt(n2)))), length));
  });
}

/** Gradient by s of a loss whose gradient by squash(s) is dv. Same shapes as s. */
export function squashBackward(s: tf.Tensor, dv: tf.Tensor, kind: Squash): tf.Tensor {
  return tf.tidy(() => {
    const n2 = squaredLength(s);
    const shifted = tf.add(n2, SQUASH_EPSILON);
    const length = tf.sqrt(shifted);
    let g: tf.Tensor;
    let slope: tf.Tensor;
    if (kind === 'squash') {
      const onePlus = tf.add(n2, 1);
      g = tf.div(n2, tf.mul(onePlus, length));
      // g′ = 1/((1+q)²·√(q+ε)) − q/(2(1+q)(q+ε)^1.5)
      slope = tf.sub(tf.div(1, tf.mul(tf.square(onePlus), length)), tf.div(g, tf.mul(shifted, 2)));
    } else {
      const norm = tf.maximum(tf.sqrt(n2), SMALLEST_LENGTH);
      const decay = tf.exp(tf.neg(norm));
      g = tf.div(tf.sub(1, decay), length);
      slope = tf.sub(tf.div(decay, tf.mul(tf.mul(norm, 2), length)), tf.div(g, tf.mul(shifted, 2)));
    }
    const along = tf.sum(tf.mul(s, dv), -1, true);
    return tf.add(tf.mul(g, dv), tf.mul(s, tf.mul(tf.mul(slope, along), 2)));
  });
}

/** Differentiable squash along the last axis. */
export function squash<T extends tf.Tensor>(s: T, kind: Squash, kernel: SquashKernel): T {
  return withGradient([s], {
    forward: () => ({ value: kernel.forward(s, kind), saved: [s] }),
    backward: (dv, [input]) => [kernel.backward(input!, dv, kind)],
  }) as T;
}

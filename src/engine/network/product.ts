/** Matrix product whose gradient transposes explicitly; the wasm backend multiplies with transpose flags in a scalar loop. */
import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from '../gradient.ts';

/** (m, k) · (k, n) → (m, n). */
export function product(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return withGradient([a, b], {
    forward: () => ({ value: tf.matMul(a, b), saved: [a, b] }),
    backward: (dy, [left, right]) => {
      const d = dy as tf.Tensor2D;
      return tf.tidy(() => [tf.matMul(d, tf.transpose(right as tf.Tensor2D)), tf.matMul(tf.transpose(left as tf.Tensor2D), d)]);
    },
  }) as tf.Tensor2D;
}

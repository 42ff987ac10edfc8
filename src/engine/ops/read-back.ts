/** Reading tensors. A GPU answers later, so nothing in the engine reads synchronously. */
import * as tf from '@tensorflow/tfjs-core';

/** Values of float32 tensors, read together; they stay the caller's. Rejects when what computed them went wrong. */
export function valuesOf(tensors: readonly tf.Tensor[]): Promise<Float32Array[]> {
  // The backend may hand out its own memory, which nobody here writes to.
  return Promise.all(tensors.map((tensor) => tensor.data<'float32'>()));
}

/** Values of the tensors that `compute` returns; they and all others that it makes are disposed of. */
export async function readBack(compute: () => tf.Tensor[]): Promise<Float32Array[]> {
  const tensors = tf.tidy(compute);
  try {
    return await valuesOf(tensors);
  } finally {
    tf.dispose(tensors);
  }
}

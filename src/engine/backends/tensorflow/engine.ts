/** TensorFlow as a tfjs backend: makes the one that the host has loaded the current one, and gives it convolutions with any padding. */
import * as tf from '@tensorflow/tfjs-core';
import { registerConvolutions } from './convolutions.ts';

/** May be called once per process. */
export async function useTensorflowBackend(backend: tf.KernelBackend): Promise<void> {
  tf.registerBackend('tensorflow', () => backend);
  await tf.setBackend('tensorflow');
  registerConvolutions();
}

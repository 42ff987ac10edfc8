/**
 * Makes tfjs's wasm matrix product safe. It packs the right operand once per buffer and keeps that for as long as the
 * buffer lives, whatever its shape: a second product with the same buffer reshaped gives wrong numbers and may write
 * outside its output. Here, such a second shape is multiplied from a copy.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';

/** Replaces the backend's kernel. */
export function registerMatrixProduct(): void {
  const packed = new WeakMap<object, string>();
  const original = tf.getKernel('BatchMatMul', 'wasm');
  tf.unregisterKernel('BatchMatMul', 'wasm');
  tf.registerKernel({
    ...original,
    kernelFunc: (call) => {
      const b = call.inputs['b']!;
      const shape = b.shape.join();
      const known = packed.get(b.dataId);
      if (known === undefined) packed.set(b.dataId, shape);
      if (known === undefined || known === shape) return original.kernelFunc(call);
      const backend = call.backend as Pick<KernelBackend, 'disposeData'>;
      const copy = copyOf(b, backend);
      const result = original.kernelFunc({ ...call, inputs: { ...call.inputs, b: copy } });
      backend.disposeData(copy.dataId);
      return result;
    },
  });
}

function copyOf(x: TensorInfo, backend: object): TensorInfo {
  const slice = tf.getKernel('Slice', 'wasm');
  return slice.kernelFunc({ inputs: { x }, attrs: { begin: x.shape.map(() => 0), size: x.shape }, backend }) as TensorInfo;
}

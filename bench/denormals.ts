/**
 * Counts denormal numbers in the tensors that kernels and tfjs's ops read and write, by what the tensors are. Processors of some
 * makers take a hundred times as long for such a number; on others only a count tells that there are any.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Kernels } from '../src/engine/ops/kernels.ts';

/** Denormal numbers by kind of tensor; kinds without any are there, too. */
export type DenormalCounts = Record<string, number>;

/** Smallest normal float32. */
const SMALLEST = 2 ** -126;

export class DenormalCounter {
  readonly counts: DenormalCounts = {};

  /** Adds the tensors of an operation by their names; what is not float32 counts as nothing. */
  add(operation: string, tensors: Readonly<Record<string, TensorInfo | null | undefined>>): void {
    for (const [name, tensor] of Object.entries(tensors)) if (tensor) this.#addTo(`${operation}: ${name}`, tensor);
  }

  addAll(kind: string, tensors: readonly TensorInfo[]): void {
    for (const tensor of tensors) this.#addTo(kind, tensor);
  }

  #addTo(kind: string, { dataId, dtype }: TensorInfo): void {
    if (dtype !== 'float32') return;
    this.counts[kind] = (this.counts[kind] ?? 0) + denormals(tf.engine().backend.readSync(dataId) as Float32Array);
  }
}

export function denormals(values: Float32Array): number {
  let count = 0;
  for (const value of values) if (value !== 0 && Math.abs(value) < SMALLEST) count++;
  return count;
}

/** The same kernels, whose tensors are counted. */
export function countingKernels({ capsules, squash, batchNorm, adam }: Kernels, counter: DenormalCounter): Kernels {
  return {
    capsules: {
      name: capsules.name,
      forward(u, w, bias, shape) {
        const result = capsules.forward(u, w, bias, shape);
        counter.add('capsules', { u, w, bias, v: result.v, s: result.saved[0] });
        return result;
      },
      backward(dv, inputs, saved, shape) {
        const result = capsules.backward(dv, inputs, saved, shape);
        counter.add('capsules', { dv, ...result });
        return result;
      },
    },
    squash: {
      forward(s, kind) {
        const v = squash.forward(s, kind);
        counter.add('squash', { s, v });
        return v;
      },
      backward(s, dv, kind) {
        const ds = squash.backward(s, dv, kind);
        counter.add('squash', { dv, ds });
        return ds;
      },
    },
    batchNorm: {
      moments(x) {
        const result = batchNorm.moments(x);
        counter.add('batch norm', { x, ...result });
        return result;
      },
      forward(x, gamma, beta, mean, variance) {
        const y = batchNorm.forward(x, gamma, beta, mean, variance);
        counter.add('batch norm', { gamma, beta, y });
        return y;
      },
      backward(dy, saved) {
        const result = batchNorm.backward(dy, saved);
        counter.add('batch norm', { dy, ...result });
        return result;
      },
    },
    adam: {
      update(parameters, step) {
        adam.update(parameters, step);
        for (const { parameter, first, second, gradient } of parameters) counter.add('Adam', { parameter, first, second, gradient });
      },
    },
  };
}

/** Counts the tensors of all ops of the current backend, too, from now on. */
export function countOps(counter: DenormalCounter): void {
  const backendName = tf.getBackend();
  for (const kernel of tf.getKernelsForBackend(backendName)) {
    const kernelFunc: tf.KernelFunc = (parameters) => {
      const results = kernel.kernelFunc(parameters);
      counter.addAll(`op ${kernel.kernelName}: read`, Object.values(parameters.inputs) as TensorInfo[]);
      counter.addAll(`op ${kernel.kernelName}: written`, [results].flat());
      return results;
    };
    tf.unregisterKernel(kernel.kernelName, backendName);
    tf.registerKernel({ ...kernel, kernelFunc });
  }
}

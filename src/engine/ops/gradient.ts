/** tf.customGrad with plain types: an op given by its forward pass, what that keeps, and its backward pass. */
import * as tf from '@tensorflow/tfjs-core';
// Only for its side effect: it registers the gradients of tfjs's own ops, whose files in tfjs-core Node cannot import.
import '@tensorflow/tfjs-layers';

export interface GradientOp {
  /** Value of the op, and the tensors that the backward pass will need. */
  forward: () => { value: tf.Tensor; saved: tf.Tensor[] };
  /** One gradient per input, given the gradient by the value and the saved tensors in order. */
  backward: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor[];
}

/**
 * Runs the op on its inputs and records it for differentiation, which may be done once: then the saved tensors are let go, so
 * that memory shrinks on the way back. tfjs alone would keep them to the end.
 */
export function withGradient(inputs: tf.Tensor[], { forward, backward }: GradientOp): tf.Tensor {
  const backwardOnce = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
    const gradients = backward(dy, saved);
    tf.dispose(saved);
    return gradients;
  };
  const op = tf.customGrad((...args) => {
    const save = args.at(-1) as unknown as (tensors: tf.Tensor[]) => void;
    const { value, saved } = forward();
    save(saved);
    return { value, gradFunc: (dy: tf.Tensor, kept: tf.Tensor[]) => backwardOnce(dy, kept) };
  });
  return op(...inputs);
}

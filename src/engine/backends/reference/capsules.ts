/**
 * Routing by agreement in plain tf ops, forward and backward (Sabour et al. 2017, procedure 1). It writes all votes û
 * to memory, so it is slow and large: it is the definition that the fused kernels are tested against, runs on every
 * backend, and gives access to the coupling coefficients.
 *
 * Shapes inside: P = batch · positions parents, K children each, N types of D dimensions. Votes û are (P, K, N, D),
 * coupling coefficients c and logits b (P, K, N), s and v (P, N, D).
 */
import * as tf from '@tensorflow/tfjs-core';
import { squashBackward, squashForward } from '../../ops/squash.ts';
import type { CapsuleKernel, LayerShape } from '../../ops/capsule-kernel.ts';
import { gatherChildren, matrices, scatterChildren, sizes } from '../../ops/windows.ts';

interface Routing {
  /** c, s and v of every iteration. */
  coupling: tf.Tensor[];
  sums: tf.Tensor[];
  outputs: tf.Tensor[];
}

/** û[p, k, n] = W[k, n] · u[p, k]. */
function votesOf(x: tf.Tensor, w: tf.Tensor, shape: LayerShape): tf.Tensor {
  const { parents, children } = sizes(shape);
  const products = tf.matMul(x, matrices(w, shape));
  return tf.reshape(tf.transpose(products, [1, 0, 2]), [parents, children, shape.outTypes, shape.outDim]);
}

function route(votes: tf.Tensor, bias: tf.Tensor | undefined, shape: LayerShape): Routing {
  const routing: Routing = { coupling: [], sums: [], outputs: [] };
  const [parents, children, types] = votes.shape as [number, number, number];
  let logits: tf.Tensor = tf.zeros([parents, children, types]);
  for (let iteration = 0; iteration < shape.iterations; iteration++) {
    if (iteration > 0) {
      const previous = tf.expandDims(routing.outputs[iteration - 1]!, 1);
      logits = tf.add(logits, tf.sum(tf.mul(votes, previous), 3));
    }
    const coupling = tf.softmax(logits, 2);
    const weighted = tf.sum(tf.mul(tf.expandDims(coupling, 3), votes), 1);
    const sum = bias ? tf.add(weighted, bias) : weighted;
    routing.coupling.push(coupling);
    routing.sums.push(sum);
    routing.outputs.push(squashForward(sum, shape.squash));
  }
  return routing;
}

/** Gradients by the votes and by s of all iterations together, which a bias takes part in. */
function routeBackward(
  dv: tf.Tensor,
  votes: tf.Tensor,
  { coupling, sums, outputs }: Routing,
  shape: LayerShape,
): { dVotes: tf.Tensor; dSums: tf.Tensor } {
  let dVotes = tf.zerosLike(votes);
  let dSums = tf.zerosLike(dv);
  let dOutput = dv;
  let dLogits: tf.Tensor | null = null;
  for (let iteration = shape.iterations - 1; iteration >= 0; iteration--) {
    const ofParent = squashBackward(sums[iteration]!, dOutput, shape.squash);
    dSums = tf.add(dSums, ofParent);
    const dSum = tf.expandDims(ofParent, 1);
    const c = coupling[iteration]!;
    dVotes = tf.add(dVotes, tf.mul(tf.expandDims(c, 3), dSum));
    if (iteration === 0) break; // the first logits are constants
    const dCoupling = tf.sum(tf.mul(votes, dSum), 3);
    const weighted = tf.mul(c, dCoupling);
    const throughSoftmax = tf.sub(weighted, tf.mul(c, tf.sum(weighted, 2, true)));
    dLogits = dLogits ? tf.add(dLogits, throughSoftmax) : throughSoftmax;
    // b of this iteration = b of the one before + û · v of the one before
    const spread = tf.expandDims(dLogits, 3);
    dVotes = tf.add(dVotes, tf.mul(spread, tf.expandDims(outputs[iteration - 1]!, 1)));
    dOutput = tf.sum(tf.mul(spread, votes), 1);
  }
  return { dVotes, dSums };
}

export const referenceKernel: CapsuleKernel = {
  name: 'reference',

  forward(u, w, bias, shape) {
    const v = tf.tidy(() => {
      const { outputs } = route(votesOf(gatherChildren(u, shape), w, shape), bias, shape);
      return tf.reshape(outputs.at(-1)!, [shape.batch, shape.outHeight, shape.outWidth, shape.outTypes, shape.outDim]);
    });
    return { v, saved: [] };
  },

  backward(dv, { u, w, bias }, _saved, shape) {
    return tf.tidy(() => {
      const { parents, children, out } = sizes(shape);
      const x = gatherChildren(u, shape);
      const votes = votesOf(x, w, shape);
      const ofParents = tf.reshape(dv, [parents, shape.outTypes, shape.outDim]);
      const { dVotes, dSums } = routeBackward(ofParents, votes, route(votes, bias, shape), shape);
      const perChild = tf.reshape(dVotes, [parents, children, out]);
      // Explicit transposes: not every backend is fast with the flags for them.
      const dx = tf.matMul(tf.transpose(perChild, [1, 0, 2]), tf.reshape<tf.Rank.R3>(w, [children, out, shape.inDim]));
      const dw = tf.matMul(tf.transpose(perChild, [1, 2, 0]), x);
      return { du: scatterChildren(dx, shape), dw: tf.reshape(dw, w.shape), dbias: bias && tf.sum(dSums, 0) };
    });
  },
};

/** Coupling coefficients of the last iteration: (batch · positions, K, outTypes). Arguments as in CapsuleKernel. */
export function couplingCoefficients(u: tf.Tensor, w: tf.Tensor, bias: tf.Tensor | undefined, shape: LayerShape): tf.Tensor3D {
  return tf.tidy(() => route(votesOf(gatherChildren(u, shape), w, shape), bias, shape).coupling.at(-1) as tf.Tensor3D);
}

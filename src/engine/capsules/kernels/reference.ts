/**
 * Routing by agreement in plain tf ops, forward and backward (Sabour et al. 2017, procedure 1). It writes all votes û
 * to memory, so it is slow and large: it is the definition that the fused kernels are tested against, runs on every
 * backend, and gives access to the coupling coefficients.
 *
 * Shapes inside: P = batch · positions parents, K children each, N types of D dimensions. Votes û are (P, K, N, D),
 * coupling coefficients c and logits b (P, K, N), s and v (P, N, D).
 */
import * as tf from '@tensorflow/tfjs-core';
import { squashBackward, squashForward } from '../squash.ts';
import type { CapsuleKernel, LayerShape } from './kernel.ts';

interface Routing {
  /** c, s and v of every iteration. */
  coupling: tf.Tensor[];
  sums: tf.Tensor[];
  outputs: tf.Tensor[];
}

/**
 * 0/1 matrix (positions · window, inHeight · inWidth) that picks every parent's window; rows for padding are zero.
 * Gathering is a product with it, and scattering gradients a product with its transpose.
 */
function windowSelection(shape: LayerShape): tf.Tensor2D {
  const { inHeight, inWidth, outHeight, outWidth, kernelHeight, kernelWidth, stride, padding } = shape;
  const columns = inHeight * inWidth;
  const selection = new Float32Array(outHeight * outWidth * kernelHeight * kernelWidth * columns);
  let row = 0;
  for (let y = 0; y < outHeight; y++)
    for (let x = 0; x < outWidth; x++)
      for (let ky = 0; ky < kernelHeight; ky++)
        for (let kx = 0; kx < kernelWidth; kx++, row++) {
          const [inY, inX] = [y * stride + ky - padding, x * stride + kx - padding];
          if (inY >= 0 && inY < inHeight && inX >= 0 && inX < inWidth) selection[row * columns + inY * inWidth + inX] = 1;
        }
  return tf.tensor2d(selection, [selection.length / columns, columns]);
}

function sizes({ batch, outHeight, outWidth, kernelHeight, kernelWidth, inTypes, inDim, inHeight, inWidth, outTypes, outDim }: LayerShape) {
  const positions = outHeight * outWidth;
  const window = kernelHeight * kernelWidth;
  return {
    positions,
    window,
    parents: batch * positions,
    children: window * inTypes,
    cells: inHeight * inWidth,
    units: inTypes * inDim,
    out: outTypes * outDim,
  };
}

/** Child capsules under every window: (B, H, W, n, d) → (K, P, d). */
function gatherChildren(u: tf.Tensor, shape: LayerShape): tf.Tensor3D {
  const { batch, inTypes, inDim } = shape;
  const { positions, window, parents, children, cells, units } = sizes(shape);
  const cellsFirst = tf.reshape(tf.transpose(tf.reshape(u, [batch, cells, units]), [1, 0, 2]), [cells, batch * units]);
  const picked = tf.reshape(tf.matMul(windowSelection(shape), cellsFirst as tf.Tensor2D), [positions, window, batch, inTypes * inDim]);
  // (positions, window, B, n·d) → (window, n, B, positions, d)
  const split = tf.reshape(tf.transpose(picked, [1, 3, 2, 0]), [window * inTypes, inDim, batch * positions]);
  return tf.reshape(tf.transpose(split, [0, 2, 1]), [children, parents, inDim]);
}

/** Adjoint of gatherChildren: (K, P, d) → (B, H, W, n, d), adding up what a child gets from its parents. */
function scatterChildren(dx: tf.Tensor, shape: LayerShape): tf.Tensor {
  const { batch, inHeight, inWidth, inTypes, inDim } = shape;
  const { positions, window, parents, children, cells, units } = sizes(shape);
  const split = tf.transpose(tf.reshape(dx, [children, parents, inDim]), [0, 2, 1]);
  const picked = tf.transpose(tf.reshape(split, [window, units, batch, positions]), [3, 0, 2, 1]);
  const selection = tf.transpose(windowSelection(shape));
  const cellsFirst = tf.matMul(selection, tf.reshape<tf.Rank.R2>(picked, [positions * window, batch * units]));
  const batchFirst = tf.transpose(tf.reshape(cellsFirst, [cells, batch, units]), [1, 0, 2]);
  return tf.reshape(batchFirst, [batch, inHeight, inWidth, inTypes, inDim]);
}

/** Transformation matrices as (K, d, N·D), ready to be multiplied from the right. */
function matrices(w: tf.Tensor, shape: LayerShape): tf.Tensor {
  const { children, out } = sizes(shape);
  return tf.transpose(tf.reshape(w, [children, out, shape.inDim]), [0, 2, 1]);
}

/** û[p, k, n] = W[k, n] · u[p, k]. */
function votesOf(x: tf.Tensor, w: tf.Tensor, shape: LayerShape): tf.Tensor {
  const { parents, children } = sizes(shape);
  const products = tf.matMul(x, matrices(w, shape));
  return tf.reshape(tf.transpose(products, [1, 0, 2]), [parents, children, shape.outTypes, shape.outDim]);
}

function route(votes: tf.Tensor, shape: LayerShape): Routing {
  const routing: Routing = { coupling: [], sums: [], outputs: [] };
  const [parents, children, types] = votes.shape as [number, number, number];
  let logits: tf.Tensor = tf.zeros([parents, children, types]);
  for (let iteration = 0; iteration < shape.iterations; iteration++) {
    if (iteration > 0) {
      const previous = tf.expandDims(routing.outputs[iteration - 1]!, 1);
      logits = tf.add(logits, tf.sum(tf.mul(votes, previous), 3));
    }
    const coupling = tf.softmax(logits, 2);
    const sum = tf.sum(tf.mul(tf.expandDims(coupling, 3), votes), 1);
    routing.coupling.push(coupling);
    routing.sums.push(sum);
    routing.outputs.push(squashForward(sum, shape.squash));
  }
  return routing;
}

/** Gradient by the votes, through all iterations. */
function routeBackward(dv: tf.Tensor, votes: tf.Tensor, { coupling, sums, outputs }: Routing, shape: LayerShape): tf.Tensor {
  let dVotes = tf.zerosLike(votes);
  let dOutput = dv;
  let dLogits: tf.Tensor | null = null;
  for (let iteration = shape.iterations - 1; iteration >= 0; iteration--) {
    const dSum = tf.expandDims(squashBackward(sums[iteration]!, dOutput, shape.squash), 1);
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
  return dVotes;
}

export const referenceKernel: CapsuleKernel = {
  name: 'reference',

  forward(u, w, shape) {
    const v = tf.tidy(() => {
      const { outputs } = route(votesOf(gatherChildren(u, shape), w, shape), shape);
      return tf.reshape(outputs.at(-1)!, [shape.batch, shape.outHeight, shape.outWidth, shape.outTypes, shape.outDim]);
    });
    return { v, saved: [] };
  },

  backward(dv, u, w, _saved, shape) {
    return tf.tidy(() => {
      const { parents, children, out } = sizes(shape);
      const x = gatherChildren(u, shape);
      const votes = votesOf(x, w, shape);
      const dVotes = routeBackward(tf.reshape(dv, [parents, shape.outTypes, shape.outDim]), votes, route(votes, shape), shape);
      const perChild = tf.reshape(dVotes, [parents, children, out]);
      // Explicit transposes: the wasm backend multiplies with transpose flags in a scalar loop.
      const dx = tf.matMul(tf.transpose(perChild, [1, 0, 2]), tf.reshape<tf.Rank.R3>(w, [children, out, shape.inDim]));
      const dw = tf.matMul(tf.transpose(perChild, [1, 2, 0]), x);
      return { du: scatterChildren(dx, shape), dw: tf.reshape(dw, w.shape) };
    });
  },
};

/** Coupling coefficients of the last iteration: (batch · positions, K, outTypes). Arguments as in CapsuleKernel. */
export function couplingCoefficients(u: tf.Tensor, w: tf.Tensor, shape: LayerShape): tf.Tensor3D {
  return tf.tidy(() => route(votesOf(gatherChildren(u, shape), w, shape), shape).coupling.at(-1) as tf.Tensor3D);
}

/**
 * Windows of a capsule layer in tf ops: from the capsules of the layer below to the children of every parent, and back.
 * P = batch · positions parents, K children each.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { LayerShape } from './capsule-kernel.ts';

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

/** Numbers that follow from a layer's shape. */
export function sizes({
  batch,
  outHeight,
  outWidth,
  kernelHeight,
  kernelWidth,
  inTypes,
  inDim,
  inHeight,
  inWidth,
  outTypes,
  outDim,
}: LayerShape) {
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
export function gatherChildren(u: tf.Tensor, shape: LayerShape): tf.Tensor3D {
  const { batch, inTypes, inDim } = shape;
  const { positions, window, parents, children, cells, units } = sizes(shape);
  const cellsFirst = tf.reshape(tf.transpose(tf.reshape(u, [batch, cells, units]), [1, 0, 2]), [cells, batch * units]);
  const picked = tf.reshape(tf.matMul(windowSelection(shape), cellsFirst as tf.Tensor2D), [positions, window, batch, inTypes * inDim]);
  // (positions, window, B, n·d) → (window, n, B, positions, d)
  const split = tf.reshape(tf.transpose(picked, [1, 3, 2, 0]), [window * inTypes, inDim, batch * positions]);
  return tf.reshape(tf.transpose(split, [0, 2, 1]), [children, parents, inDim]);
}

/** Adjoint of gatherChildren: (K, P, d) → (B, H, W, n, d), adding up what a child gets from its parents. */
export function scatterChildren(dx: tf.Tensor, shape: LayerShape): tf.Tensor {
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
export function matrices(w: tf.Tensor, shape: LayerShape): tf.Tensor {
  const { children, out } = sizes(shape);
  return tf.transpose(tf.reshape(w, [children, out, shape.inDim]), [0, 2, 1]);
}

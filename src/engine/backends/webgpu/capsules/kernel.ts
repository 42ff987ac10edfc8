/** The fused capsule kernel for graphics cards: votes, routing and their gradients in WGSL. Votes are never written to memory. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Gpu } from '../gpu.ts';
import { addUp } from '../add-up.ts';
import type { CapsuleKernel, LayerShape } from '../../../ops/capsule-kernel.ts';
import { childGradient, matrixGradient, outputGradient, softmaxGradient, squashGradient, tilesOf } from './backward.ts';
import { softmaxScale, squash, sums, together } from './forward.ts';
import { gridOf, groupsOf, layerOf, partsOf, sizesOf, type Layer } from './layer.ts';

/** Fewest types of a part of the gradient by children, and parents of one of the gradient by matrices. */
const LEAST_TYPES = 2;
const LEAST_PARENTS = 256;

export function webgpuKernel(gpu: Gpu): CapsuleKernel {
  return {
    name: 'fused WebGPU',

    forward(u, w, bias, shape) {
      return tf.tidy(() => {
        const layer = layerOf(shape);
        const v = gpu.output([shape.batch, shape.outHeight, shape.outWidth, shape.outTypes, shape.outDim]);
        const operands = [childrenLast(u, shape), matrices(w, layer)] as const;
        const saved = route(gpu, layer, operands, bias && filledUp(bias, layer), v);
        // Without anybody who differentiates, nothing needs to be kept.
        return { v, saved: tf.engine().state.gradientDepth > 0 ? saved : [] };
      });
    },

    backward(dv, { u, w, bias }, saved, shape) {
      return tf.tidy(() => {
        const layer = layerOf(shape);
        const operands = { u: childrenLast(u, shape), w: matrices(w, layer), sums: saved[0]!, routing: saved.slice(1) };
        const { dsums, weighted } = routeBackward(gpu, layer, operands, dv);
        const votes = { ...operands, dsums, routing: [...operands.routing, ...weighted] };
        return { du: byChildren(gpu, layer, votes), dw: byMatrices(gpu, layer, votes), dbias: bias && byBias(layer, dsums) };
      });
    },
  };
}

/** (B, H, W, n, d) → (H · W · n · d, B). */
function childrenLast(u: Tensor, { batch }: LayerShape): Tensor {
  return tf.transpose(tf.reshape(u, [batch, u.size / batch]));
}

/** (K, N, D, d) → (K, N, d, D filled up with zeros to a multiple of four). */
function matrices(w: Tensor, { shape: { outDim }, outVectors }: Layer): Tensor {
  const turned = tf.transpose(w as tf.Tensor4D, [0, 1, 3, 2]);
  return outDim % 4 === 0 ? turned : tf.pad(turned, [[0, 0], [0, 0], [0, 0], [0, 4 * outVectors - outDim]]); // prettier-ignore
}

/** (N, D) → (N, D filled up with zeros to a multiple of four). */
function filledUp(bias: Tensor, { shape: { outDim }, outVectors }: Layer): Tensor {
  return tf.pad(bias, [[0, 0], [0, 4 * outVectors - outDim]]); // prettier-ignore
}

/** Children per chunk. */
const chunkShare = ({ children, chunks }: Layer): number => Math.ceil(children / chunks);

/** Writes v to `result`. Returns s of every iteration and, with more than one, what all but the first compared votes with and the scale of their softmax. */
function route(gpu: Gpu, layer: Layer, [u, w]: readonly [Tensor, Tensor], bias: Tensor | undefined, result: Tensor): Tensor[] {
  const { parents, children, outVectors, chunks } = layer;
  const { iterations, outTypes } = layer.shape;
  const ofParents = [outTypes, outVectors, parents, 4];
  const summed = gpu.output([iterations, ...ofParents]);
  const partial = gpu.output([chunks, ...ofParents]);
  // Without a second iteration nothing is written here, but a binding needs memory.
  const outputs = gpu.output([Math.max(1, iterations - 1), ...ofParents]);
  const softmax = iterations > 1 ? gpu.output([iterations - 1, children, parents, 2]) : null;
  const tiles = groupsOf(parents);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const sizes = sizesOf(layer, { iteration, share: chunkShare(layer) });
    if (iteration > 0) gpu.run(softmaxScale(layer), sizes, [u, w, outputs, softmax!], [tiles, Math.ceil(children / together(layer)), 1]);
    const routing = iteration > 0 ? [outputs, softmax!] : [];
    gpu.run(sums(layer, iteration > 0), sizes, [u, w, partial, ...routing], [tiles, outTypes, chunks]);
    const squashed = [partial, summed, outputs, result, ...(bias ? [bias] : [])];
    gpu.run(squash(layer, bias !== undefined), sizesOf(layer, { iteration, share: chunks }), squashed, [tiles, outTypes, 1]);
  }
  return softmax ? [summed, outputs, softmax] : [summed];
}

interface Operands {
  u: Tensor;
  w: Tensor;
  sums: Tensor;
  /** Outputs and softmax scales as route() returns them; empty with a single iteration. */
  routing: Tensor[];
}

/** ds of every iteration, and Σ c · dc of all but the first. */
function routeBackward(gpu: Gpu, layer: Layer, { u, w, sums: summed, routing }: Operands, dv: Tensor) {
  const { parents, children, outVectors, chunks } = layer;
  const { iterations, outTypes } = layer.shape;
  const ofParents = [outTypes, outVectors, parents, 4];
  const dsums = gpu.output([iterations, ...ofParents]);
  const doutputs = gpu.output(ofParents);
  const partial = gpu.output([chunks, ...ofParents]);
  const weighted = iterations > 1 ? [gpu.output([iterations - 1, children, parents])] : [];
  const tiles = groupsOf(parents);
  for (let iteration = iterations - 1; iteration >= 0; iteration--) {
    const sizes = sizesOf(layer, { iteration, share: chunkShare(layer) });
    const ofChunks = sizesOf(layer, { iteration, share: chunks });
    gpu.run(squashGradient(layer), ofChunks, [dv, summed, partial, doutputs, dsums], [tiles, outTypes, 1]);
    if (iteration === 0) break; // the first logits are constants
    const operands = [u, w, ...routing, dsums, ...weighted];
    gpu.run(softmaxGradient(layer), sizes, operands, [tiles, Math.ceil(children / together(layer)), 1]);
    gpu.run(outputGradient(layer), sizes, [...operands, partial], [tiles, outTypes, chunks]);
  }
  return { dsums, weighted };
}

type VoteOperands = Operands & { dsums: Tensor };

function byChildren(gpu: Gpu, layer: Layer, { u, w, dsums, routing }: VoteOperands): Tensor {
  const { rows } = layer;
  const { batch, inHeight, inWidth, inTypes, inDim, outTypes } = layer.shape;
  const groups = groupsOf(rows * batch);
  const parts = partsOf(outTypes, groups, LEAST_TYPES);
  const partial = gpu.output([parts, rows * inDim, batch]);
  const sizes = sizesOf(layer, { share: Math.ceil(outTypes / parts) });
  gpu.run(childGradient(layer), sizes, [u, w, dsums, partial, ...routing], [groups, parts, 1]);
  const whole = parts > 1 ? addUp(gpu, partial, parts, [rows * inDim, batch]) : tf.reshape(partial, [rows * inDim, batch]);
  return tf.reshape(tf.transpose(whole), [batch, inHeight, inWidth, inTypes, inDim]);
}

function byMatrices(gpu: Gpu, layer: Layer, { u, w, dsums, routing }: VoteOperands): Tensor {
  const { parents, children } = layer;
  const { outTypes, outDim, inDim } = layer.shape;
  const shape = [children, outTypes, outDim, inDim];
  const { blocks } = tilesOf(layer);
  const matricesGrid = gridOf(children * outTypes);
  const parts = partsOf(parents, children * outTypes * blocks, LEAST_PARENTS);
  const partial = gpu.output([parts, ...shape]);
  const sizes = sizesOf(layer, { share: Math.ceil(parents / parts) });
  gpu.run(matrixGradient(layer), sizes, [u, w, dsums, partial, ...routing], [matricesGrid[0], matricesGrid[1], parts * blocks]);
  return parts > 1 ? addUp(gpu, partial, parts, shape) : tf.reshape(partial, shape);
}

/** The bias is in s of every iteration and parent: (iterations, N, D / 4, P, 4) → (N, D). */
function byBias({ shape: { outTypes, outDim }, outVectors }: Layer, dsums: Tensor): Tensor {
  return tf.slice(tf.reshape(tf.sum(dsums, [0, 3]), [outTypes, 4 * outVectors]), [0, 0], [outTypes, outDim]);
}

/**
 * The capsule layer composed of batched matrix products, for a backend that is fast at those and has no kernel of its
 * own (TensorFlow on CUDA). A batch is done in chunks of images, so that votes take a bounded amount of memory.
 *
 * Shapes inside: P parents of a chunk, K children each, N types of D dimensions. Votes û are (P·N, K, D), coupling
 * coefficients c and logits b (P, N, K), s and v (P, N, D).
 */
import * as tf from '@tensorflow/tfjs-core';
import { squashBackward, squashForward } from '../../ops/squash.ts';
import type { CapsuleKernel, LayerShape } from '../../ops/capsule-kernel.ts';
import { gatherChildren, matrices, scatterChildren, sizes } from '../../ops/windows.ts';

/** Bytes that the votes of a chunk may take; all that is alive at once is about five times as much. */
const VOTE_BYTES = 256 * 2 ** 20;

/** What the iterations leave for the backward pass: c, s and v of each. */
interface Routing {
  coupling: tf.Tensor3D[];
  sums: tf.Tensor3D[];
  outputs: tf.Tensor3D[];
}

/** Votes (P·N, K, D) of children x (K, P, d): one product per child, then the children of a parent brought together. */
function votesOf(x: tf.Tensor3D, w: tf.Tensor, shape: LayerShape): tf.Tensor3D {
  const { parents, children } = sizes(shape);
  const products = tf.reshape(tf.matMul(x, matrices(w, shape) as tf.Tensor3D), [children, parents, shape.outTypes, shape.outDim]);
  return tf.reshape(tf.transpose(products, [1, 2, 0, 3]), [parents * shape.outTypes, children, shape.outDim]);
}

/** Softmax over N of logits (P, N, K). */
function couplingOf(logits: tf.Tensor3D): tf.Tensor3D {
  const exponentials = tf.exp(tf.sub(logits, tf.max(logits, 1, true)));
  return tf.div(exponentials, tf.sum(exponentials, 1, true));
}

/** Σ_k weight[p, n, k] · û[p, n, k]: (P, N, D). */
function weightedVotes(weight: tf.Tensor3D, votes: tf.Tensor3D): tf.Tensor3D {
  const [parents, types, children] = weight.shape;
  const sums = tf.matMul(tf.reshape(weight, [parents * types, 1, children]), votes);
  return tf.reshape(sums, [parents, types, votes.shape[2]]);
}

/** û[p, n, k] · vector[p, n]: (P, N, K). */
function agreement(votes: tf.Tensor3D, vector: tf.Tensor3D): tf.Tensor3D {
  const [parents, types, dim] = vector.shape;
  return tf.reshape(tf.matMul(votes, tf.reshape(vector, [parents * types, dim, 1])), [parents, types, votes.shape[1]]);
}

function route(votes: tf.Tensor3D, bias: tf.Tensor | undefined, shape: LayerShape): Routing {
  const { parents, children } = sizes(shape);
  const routing: Routing = { coupling: [], sums: [], outputs: [] };
  let logits: tf.Tensor3D = tf.zeros([parents, shape.outTypes, children]);
  for (let iteration = 0; iteration < shape.iterations; iteration++) {
    if (iteration > 0) logits = tf.add(logits, agreement(votes, routing.outputs[iteration - 1]!));
    const coupling = couplingOf(logits);
    const weighted = weightedVotes(coupling, votes);
    const sum: tf.Tensor3D = bias ? tf.add(weighted, bias) : weighted;
    routing.coupling.push(coupling);
    routing.sums.push(sum);
    routing.outputs.push(squashForward(sum, shape.squash) as tf.Tensor3D);
  }
  return routing;
}

/**
 * Gradients by the votes, (P·N, K, D), and by s of every iteration. To the votes' every iteration adds c ⊗ ds and db ⊗ v, outer products over K and D; all of them
 * together are one matrix product of their factors.
 */
function routeBackward(
  dv: tf.Tensor3D,
  votes: tf.Tensor3D,
  { coupling, sums, outputs }: Routing,
  shape: LayerShape,
): { dVotes: tf.Tensor3D; dSums: tf.Tensor3D[] } {
  const overChildren: tf.Tensor3D[] = [];
  const overDimensions: tf.Tensor3D[] = [];
  const dSums: tf.Tensor3D[] = [];
  let dOutput = dv;
  let dLogits: tf.Tensor3D | null = null;
  for (let iteration = shape.iterations - 1; iteration >= 0; iteration--) {
    const dSum = squashBackward(sums[iteration]!, dOutput, shape.squash) as tf.Tensor3D;
    const c = coupling[iteration]!;
    overChildren.push(c);
    overDimensions.push(dSum);
    dSums.push(dSum);
    if (iteration === 0) break; // the first logits are constants
    const weighted = tf.mul(c, agreement(votes, dSum));
    const throughSoftmax: tf.Tensor3D = tf.sub(weighted, tf.mul(c, tf.sum(weighted, 1, true)));
    dLogits = dLogits ? tf.add(dLogits, throughSoftmax) : throughSoftmax;
    // b of this iteration = b of the one before + û · v of the one before
    overChildren.push(dLogits);
    overDimensions.push(outputs[iteration - 1]!);
    dOutput = weightedVotes(dLogits, votes);
  }
  const stacked = (factors: tf.Tensor3D[]): tf.Tensor3D => {
    const [parents, types, length] = factors[0]!.shape;
    return tf.reshape(tf.stack(factors, 2), [parents * types, factors.length, length]);
  };
  return { dVotes: tf.matMul(stacked(overChildren), stacked(overDimensions), true), dSums };
}

function forwardChunk(u: tf.Tensor, w: tf.Tensor, bias: tf.Tensor | undefined, shape: LayerShape): tf.Tensor {
  const { outputs } = route(votesOf(gatherChildren(u, shape), w, shape), bias, shape);
  return tf.reshape(outputs.at(-1)!, [shape.batch, shape.outHeight, shape.outWidth, shape.outTypes, shape.outDim]);
}

type Gradients = ReturnType<CapsuleKernel['backward']>;

function backwardChunk(
  dv: tf.Tensor,
  { u, w, bias }: { u: tf.Tensor; w: tf.Tensor; bias: tf.Tensor | undefined },
  shape: LayerShape,
): Gradients {
  const { parents, children, out } = sizes(shape);
  const x = gatherChildren(u, shape);
  const { dVotes, dbias } = tf.tidy(() => {
    const votes = votesOf(x, w, shape);
    const ofParents = tf.reshape<tf.Rank.R3>(dv, [parents, shape.outTypes, shape.outDim]);
    const gradients = routeBackward(ofParents, votes, route(votes, bias, shape), shape);
    return { dVotes: gradients.dVotes, dbias: bias && tf.sum(tf.addN(gradients.dSums), 0) };
  });
  const perChild = tf.reshape(tf.transpose(tf.reshape(dVotes, [parents, shape.outTypes, children, shape.outDim]), [2, 0, 1, 3]), [
    children,
    parents,
    out,
  ]);
  const dx = tf.matMul(perChild, tf.reshape<tf.Rank.R3>(w, [children, out, shape.inDim]));
  return { du: scatterChildren(dx, shape), dw: tf.reshape(tf.matMul(perChild, x, true), w.shape), dbias };
}

/** @param voteBytes what the votes of a chunk may take; one image is always done at once. */
export function composedKernel(voteBytes = VOTE_BYTES): CapsuleKernel {
  /** First image and number of images of every chunk. */
  function chunksOf(shape: LayerShape): { first: number; images: number }[] {
    const { positions, children, out } = sizes(shape);
    const perChunk = Math.max(1, Math.floor(voteBytes / (4 * positions * children * out)));
    const chunks: { first: number; images: number }[] = [];
    for (let first = 0; first < shape.batch; first += perChunk) chunks.push({ first, images: Math.min(perChunk, shape.batch - first) });
    return chunks;
  }
  const part = (x: tf.Tensor, first: number, images: number): tf.Tensor =>
    tf.slice(x, [first, ...x.shape.slice(1).map(() => 0)], [images, ...x.shape.slice(1)]);
  const joined = (parts: tf.Tensor[]): tf.Tensor => (parts.length === 1 ? parts[0]! : tf.concat(parts, 0));

  return {
    name: 'composed',

    forward(u, w, bias, shape) {
      const v = tf.tidy(() =>
        joined(
          chunksOf(shape).map(({ first, images }) =>
            tf.tidy(() => forwardChunk(part(u, first, images), w, bias, { ...shape, batch: images })),
          ),
        ),
      );
      return { v, saved: [] };
    },

    backward(dv, { u, w, bias }, _saved, shape) {
      return tf.tidy(() => {
        const du: tf.Tensor[] = [];
        let sums: Pick<Gradients, 'dw' | 'dbias'> | null = null;
        for (const { first, images } of chunksOf(shape)) {
          const chunk = tf.tidy(() => {
            const inputs = { u: part(u, first, images), w, bias };
            const { du: ofChunk, dw, dbias } = backwardChunk(part(dv, first, images), inputs, { ...shape, batch: images });
            return { du: ofChunk, dw: sums ? tf.add(sums.dw, dw) : dw, dbias: dbias && sums?.dbias ? tf.add(sums.dbias, dbias) : dbias };
          });
          if (sums) tf.dispose([sums.dw, ...(sums.dbias ? [sums.dbias] : [])]);
          sums = { dw: chunk.dw, dbias: chunk.dbias };
          du.push(chunk.du);
        }
        return { du: joined(du), ...sums! };
      });
    },
  };
}

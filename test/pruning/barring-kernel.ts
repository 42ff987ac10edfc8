/**
 * Routing by agreement in plain loops and double precision (Sabour et al. 2017, procedure 1), in which parent types whose
 * transformation matrices are all zero take no part: they are left out of the softmax and give zero capsules.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { CapsuleKernel, LayerShape } from '../../src/engine/ops/capsule-kernel.ts';

type Vector = number[];

const dot = (a: Vector, b: Vector): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

function squash(s: Vector): Vector {
  const squared = dot(s, s);
  return s.map((x) => ((squared / (1 + squared)) * x) / Math.sqrt(squared + 1e-6));
}

/** votes[child][parent] → capsules of all parents. */
function route(votes: Vector[][], iterations: number, { outTypes, outDim }: LayerShape): Vector[] {
  const logits = votes.map((ofChild) => ofChild.map(() => 0));
  let capsules: Vector[] = [];
  for (let iteration = 0; iteration < iterations; iteration++) {
    const sums = Array.from({ length: outTypes }, () => new Array<number>(outDim).fill(0));
    for (const [k, ofChild] of votes.entries()) {
      const total = logits[k]!.reduce((sum, b) => sum + Math.exp(b), 0);
      for (const [n, vote] of ofChild.entries())
        for (const [d, x] of vote.entries()) sums[n]![d]! += (Math.exp(logits[k]![n]!) / total) * x;
    }
    capsules = sums.map(squash);
    for (const [k, ofChild] of votes.entries()) for (const [n, vote] of ofChild.entries()) logits[k]![n]! += dot(vote, capsules[n]!);
  }
  return capsules;
}

function forward(u: Float32Array, w: Float32Array, shape: LayerShape): Vector {
  const { batch, inHeight, inWidth, inTypes, inDim, outHeight, outWidth, outTypes, outDim } = shape;
  const { kernelHeight, kernelWidth, stride, padding, iterations } = shape;
  const matrixRow = (k: number, n: number, d: number) => {
    const start = ((k * outTypes + n) * outDim + d) * inDim;
    return Array.from(w.subarray(start, start + inDim));
  };
  const children = kernelHeight * kernelWidth * inTypes;
  const all = <T>(count: number, value: (i: number) => T) => Array.from({ length: count }, (_, i) => value(i));
  const taking = all(outTypes, (n) => n).filter((n) =>
    all(children, (k) => all(outDim, (d) => matrixRow(k, n, d)).flat()).some((matrix) => matrix.some((x) => x !== 0)),
  );
  const result: Vector = [];
  for (let b = 0; b < batch; b++)
    for (let y = 0; y < outHeight; y++)
      for (let x = 0; x < outWidth; x++) {
        const votes = all(children, (k) => {
          const [cell, type] = [Math.floor(k / inTypes), k % inTypes];
          const inY = y * stride + Math.floor(cell / kernelWidth) - padding;
          const inX = x * stride + (cell % kernelWidth) - padding;
          const inside = inY >= 0 && inY < inHeight && inX >= 0 && inX < inWidth;
          const start = (((b * inHeight + inY) * inWidth + inX) * inTypes + type) * inDim;
          const child = inside ? Array.from(u.subarray(start, start + inDim)) : new Array<number>(inDim).fill(0);
          return taking.map((n) => all(outDim, (d) => dot(matrixRow(k, n, d), child)));
        });
        const capsules = route(votes, iterations, { ...shape, outTypes: taking.length });
        for (let n = 0; n < outTypes; n++) result.push(...(capsules[taking.indexOf(n)] ?? new Array<number>(outDim).fill(0)));
      }
  return result;
}

export const barringKernel: CapsuleKernel = {
  name: 'barring',
  forward(u, w, _bias, shape) {
    const { batch, outHeight, outWidth, outTypes, outDim } = shape;
    const values = forward(u.dataSync() as Float32Array, w.dataSync() as Float32Array, shape);
    return { v: tf.tensor5d(values, [batch, outHeight, outWidth, outTypes, outDim]), saved: [] };
  },
  backward() {
    throw new Error('This kernel is for comparing forward passes.');
  },
};

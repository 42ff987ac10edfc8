/** Batch normalisation with ReLU in WGSL; see BatchNormKernel. Sums over images and positions are divided over workgroups, and added up in a second pass. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Gpu, Program } from './gpu.ts';
import { BATCH_NORM_EPSILON } from '../../ops/batch-norm.ts';
import type { BatchNormKernel } from '../../ops/kernels.ts';

/** A workgroup adds up 32 channels, eight rows at a time. */
const CHANNELS = 32;
const ROWS = 8;
/** Rows that make one part of a sum worth while, and most parts. */
const PART_ROWS = 256;
const MOST_PARTS = 128;
const LANES = 256;
const MOST_GROUPS = 65535;

const header = `
struct Sizes { rows: u32, channels: u32, parts: u32 }
@group(0) @binding(0) var<uniform> z: Sizes;
const EPSILON = ${BATCH_NORM_EPSILON};
`;

/**
 * Two sums per channel over x (rows, channels), a partial one per workgroup: (2, parts, channels). `terms` are statements that
 * give `first` and `second` of the element at `i` in channel `c`.
 */
const partialSums = (key: string, inputs: string[], terms: string): Program => ({
  key,
  access: [...inputs.map(() => 'read' as const), 'write'],
  code: () => `${header}
${inputs.map((name, i) => `@group(0) @binding(${i + 1}) var<storage, read> ${name}: array<f32>;`).join('\n')}
@group(0) @binding(${inputs.length + 1}) var<storage, read_write> partial: array<f32>;
var<workgroup> firsts: array<f32, ${CHANNELS * ROWS}>;
var<workgroup> seconds: array<f32, ${CHANNELS * ROWS}>;
@compute @workgroup_size(${CHANNELS}, ${ROWS})
fn main(@builtin(local_invocation_id) lane: vec3<u32>, @builtin(workgroup_id) group: vec3<u32>) {
  let c = group.x * ${CHANNELS}u + lane.x;
  var firstSum = 0.0;
  var secondSum = 0.0;
  if (c < z.channels) {
    for (var row = group.y * ${ROWS}u + lane.y; row < z.rows; row += z.parts * ${ROWS}u) {
      let i = row * z.channels + c;
      ${terms}
      firstSum += first;
      secondSum += second;
    }
  }
  let own = lane.y * ${CHANNELS}u + lane.x;
  firsts[own] = firstSum;
  seconds[own] = secondSum;
  workgroupBarrier();
  if (lane.y > 0u || c >= z.channels) { return; }
  for (var other = 1u; other < ${ROWS}u; other++) {
    firstSum += firsts[other * ${CHANNELS}u + lane.x];
    secondSum += seconds[other * ${CHANNELS}u + lane.x];
  }
  partial[group.y * z.channels + c] = firstSum;
  partial[(z.parts + group.y) * z.channels + c] = secondSum;
}`,
});

/** Adds partial sums up and makes two results per channel of them. */
const finish = (key: string, inputs: string[], results: string): Program => ({
  key,
  access: ['read', ...inputs.map(() => 'read' as const), 'write', 'write'],
  code: () => `${header}
@group(0) @binding(1) var<storage, read> partial: array<f32>;
${inputs.map((name, i) => `@group(0) @binding(${i + 2}) var<storage, read> ${name}: array<f32>;`).join('\n')}
@group(0) @binding(${inputs.length + 2}) var<storage, read_write> one: array<f32>;
@group(0) @binding(${inputs.length + 3}) var<storage, read_write> two: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3<u32>) {
  let c = thread.x;
  if (c >= z.channels) { return; }
  var first = 0.0;
  var second = 0.0;
  for (var part = 0u; part < z.parts; part++) {
    first += partial[part * z.channels + c];
    second += partial[(z.parts + part) * z.channels + c];
  }
  ${results}
}`,
});

/** One result per element at `i` in channel `c`. */
const perElement = (key: string, inputs: string[], result: string): Program => ({
  key,
  access: [...inputs.map(() => 'read' as const), 'write'],
  code: () => `${header}
${inputs.map((name, i) => `@group(0) @binding(${i + 1}) var<storage, read> ${name}: array<f32>;`).join('\n')}
@group(0) @binding(${inputs.length + 1}) var<storage, read_write> result: array<f32>;
@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) thread: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  for (var i = thread.x; i < z.rows * z.channels; i += groups.x * ${LANES}u) {
    let c = i % z.channels;
    ${result}
  }
}`,
});

// Differences from a value of the channel itself: sums of squares of the values would cancel where the mean is large.
const momentSums = partialSums('batch norm: moments', ['x'], 'let first = x[i] - x[c]; let second = first * first;');
const moments = finish(
  'batch norm: moments, second pass',
  ['x'],
  `let difference = first / f32(z.rows);
  one[c] = x[c] + difference;
  two[c] = max(0.0, second / f32(z.rows) - difference * difference);`,
);
const forward = perElement(
  'batch norm: forward',
  ['x', 'gamma', 'beta', 'mean', 'variance'],
  'result[i] = max(0.0, (x[i] - mean[c]) * (gamma[c] * inverseSqrt(variance[c] + EPSILON)) + beta[c]);',
);
const gradientSums = partialSums(
  'batch norm: gradient sums',
  ['dy', 'x', 'y', 'mean', 'variance'],
  `let first = select(0.0, dy[i], y[i] > 0.0);
      let second = first * (x[i] - mean[c]) * inverseSqrt(variance[c] + EPSILON);`,
);
const gradients = finish('batch norm: gradients', [], 'one[c] = first;\n  two[c] = second;');
const backward = perElement(
  'batch norm: backward',
  ['dy', 'x', 'y', 'gamma', 'mean', 'variance', 'sums'],
  `let inverse = inverseSqrt(variance[c] + EPSILON);
    let dz = select(0.0, dy[i], y[i] > 0.0);
    let projection = (x[i] - mean[c]) * inverse * sums[z.channels + c];
    result[i] = gamma[c] * inverse * (dz - (sums[c] + projection) / f32(z.rows));`,
);

export function webgpuBatchNorm(gpu: Gpu): BatchNormKernel {
  const sizesOf = (x: Tensor) => {
    const channels = x.shape.at(-1)!;
    const rows = x.size / channels;
    const parts = Math.max(1, Math.min(MOST_PARTS, Math.ceil(rows / PART_ROWS)));
    return { rows, channels, parts, uniform: Uint32Array.of(rows, channels, parts) };
  };
  /** Two results per channel. */
  const reduce = (program: Program, inputs: Tensor[], second: Program, secondInputs: Tensor[], x: Tensor): [tf.Tensor1D, tf.Tensor1D] => {
    const { channels, parts, uniform } = sizesOf(x);
    const partial = gpu.output([2, parts, channels]);
    const results: [tf.Tensor1D, tf.Tensor1D] = [gpu.output([channels]), gpu.output([channels])];
    gpu.run(program, uniform, [...inputs, partial], [Math.ceil(channels / CHANNELS), parts, 1]);
    gpu.run(second, uniform, [partial, ...secondInputs, ...results], [Math.ceil(channels / 64), 1, 1]);
    partial.dispose();
    return results;
  };
  const map = (program: Program, inputs: Tensor[], x: tf.Tensor4D): tf.Tensor4D => {
    const result = gpu.output<tf.Rank.R4>(x.shape);
    gpu.run(program, sizesOf(x).uniform, [...inputs, result], [Math.min(MOST_GROUPS, Math.ceil(x.size / LANES)), 1, 1]);
    return result;
  };
  return {
    moments: (x) => {
      const [mean, variance] = reduce(momentSums, [x], moments, [x], x);
      return { mean, variance };
    },
    forward: (x, gamma, beta, mean, variance) => map(forward, [x, gamma, beta, mean, variance], x),
    backward: (dy, { x, y, gamma, mean, variance }) => {
      const [dbeta, dgamma] = reduce(gradientSums, [dy, x, y, mean, variance], gradients, [], x);
      const sums = tf.concat1d([dbeta, dgamma]);
      const dx = map(backward, [dy, x, y, gamma, mean, variance, sums], x as tf.Tensor4D);
      sums.dispose();
      return { dx, dgamma, dbeta };
    },
  };
}

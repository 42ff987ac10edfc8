/** The second pass of every sum that is divided over workgroups: adds up its parts, always in the same order. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Gpu, Program } from './gpu.ts';

const LANES = 256;
const MOST_GROUPS = 65535;

const program: Program = {
  key: 'add up',
  access: ['read', 'write'],
  code: () => `
struct Sizes { count: u32, parts: u32 }
@group(0) @binding(0) var<uniform> z: Sizes;
@group(0) @binding(1) var<storage, read> partial: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;
@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) thread: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  for (var i = thread.x; i < z.count; i += groups.x * ${LANES}u) {
    var sum = 0.0;
    for (var part = 0u; part < z.parts; part++) { sum += partial[part * z.count + i]; }
    result[i] = sum;
  }
}`,
};

/** Adds (parts, …) up over the parts: a new tensor of the shape `shape`. */
export function addUp(gpu: Gpu, partial: Tensor, parts: number, shape: number[]): Tensor {
  const result = gpu.output(shape);
  const count = result.size;
  gpu.run(program, Uint32Array.of(count, parts), [partial, result], [Math.min(MOST_GROUPS, Math.ceil(count / LANES)), 1, 1]);
  return result;
}

/** Adam in WGSL: one dispatch per parameter, which changes it and both moments in place. */
import type { Gpu, Program } from './gpu.ts';
import type { AdamKernel } from '../../ops/kernels.ts';

const LANES = 256;
const MOST_GROUPS = 65535;

const program: Program = {
  key: 'adam',
  access: ['read', 'write', 'write', 'write'],
  code: () => `
struct Step { beta1: f32, beta2: f32, stepSize: f32, correction: f32, epsilon: f32, weightDecay: f32, shrinkage: f32 }
@group(0) @binding(0) var<uniform> z: Step;
@group(0) @binding(1) var<storage, read> gradient: array<f32>;
@group(0) @binding(2) var<storage, read_write> parameter: array<f32>;
@group(0) @binding(3) var<storage, read_write> first: array<f32>;
@group(0) @binding(4) var<storage, read_write> second: array<f32>;
@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) thread: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  for (var i = thread.x; i < arrayLength(&parameter); i += groups.x * ${LANES}u) {
    let g = gradient[i] + z.weightDecay * parameter[i];
    let m = z.beta1 * first[i] + (1.0 - z.beta1) * g;
    let v = z.beta2 * second[i] + (1.0 - z.beta2) * g * g;
    first[i] = m;
    second[i] = v;
    parameter[i] -= z.stepSize * m / (sqrt(v) / z.correction + z.epsilon) + z.shrinkage * parameter[i];
  }
}`,
};

export function webgpuAdam(gpu: Gpu): AdamKernel {
  return {
    update: (parameters, { beta1, beta2, stepSize, correction, epsilon, weightDecay, shrinkage }) => {
      const step = Float32Array.of(beta1, beta2, stepSize, correction, epsilon, weightDecay, shrinkage);
      for (const { parameter, first, second, gradient } of parameters) {
        const groups = Math.min(MOST_GROUPS, Math.ceil(parameter.size / LANES));
        gpu.run(program, step, [gradient, parameter, first, second], [groups, 1, 1]);
        for (const changed of [parameter, first, second]) gpu.changed(changed);
      }
    },
  };
}

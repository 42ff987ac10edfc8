/** Programs of the forward pass: sums of weighted votes, the softmax over types that weights them, and squash. */
import type { Program } from '../gpu.ts';
import { header, LANES, loadChild, repeat, vote, type Layer } from './layer.ts';

/**
 * s[n] = Σ_k c[k, n] û[k, n], a partial sum per chunk of children; a thread per parent, type and chunk. In the first
 * iteration all c are 1 / N; later, c = softmax of b[n] = û[k, n] · V[n], where V is the sum of v of the iterations before.
 */
export function sums(layer: Layer, routed: boolean): Program {
  const { outVectors, shape } = layer;
  const q = (statements: (index: string) => string) => repeat(layer, 'q', outVectors, statements);
  return {
    key: `capsules: sums, ${routed ? 'routed' : 'uniform'}, ${layer.key}`,
    access: routed ? ['read', 'read', 'write', 'read', 'read'] : ['read', 'read', 'write'],
    code: () => `${header(layer)}
@group(0) @binding(1) var<storage, read> u: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> partial: array<vec4<f32>>;
${
  routed
    ? `@group(0) @binding(4) var<storage, read> outputs: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read> softmax: array<vec2<f32>>;`
    : ''
}
@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) thread: vec3<u32>, @builtin(workgroup_id) group: vec3<u32>) {
  let p = thread.x;
  let n = group.y;
  if (p >= z.parents) { return; }
  var a: array<f32, ${shape.inDim}>;
  var t: array<vec4<f32>, ${outVectors}>;
  var sum: array<vec4<f32>, ${outVectors}>;
  var v: array<vec4<f32>, ${outVectors}>;
  ${routed ? q((i) => `v[${i}] = outputs[(((z.iteration - 1u) * z.types + n) * OUT + ${i}) * z.parents + p];`) : ''}
  let end = min(z.children, (group.z + 1u) * z.share);
  for (var k = group.z * z.share; k < end; k++) {
    let child = childOf(p, k);
    if (child == NONE) { continue; }
    ${loadChild(layer, 'a', 'child')}
    ${vote(layer, 'a')}
    ${
      routed
        ? `var b = 0.0;
    ${q((i) => `b += dot(t[${i}], v[${i}]);`)}
    let scale = softmax[((z.iteration - 1u) * z.children + k) * z.parents + p];
    let c = exp(b - scale.x) * scale.y;
    ${q((i) => `sum[${i}] += c * t[${i}];`)}`
        : q((i) => `sum[${i}] += t[${i}];`)
    }
  }
  ${q((i) => `partial[((group.z * z.types + n) * OUT + ${i}) * z.parents + p] = sum[${i}]${routed ? '' : ' / f32(z.types)'};`)}
}`,
  };
}

/** Children that a thread looks at together: they share what it reads of the parent. */
export const together = ({ shape }: Layer): number => Math.max(1, Math.min(4, Math.floor(48 / shape.inDim)));

/** Scale of the softmax over types: the greatest b[n], and 1 / Σ_n e^(b[n] − greatest). A thread per parent and few children. */
export function softmaxScale(layer: Layer): Program {
  const { outVectors, shape } = layer;
  const count = together(layer);
  const each = (statements: (j: number) => string) => Array.from({ length: count }, (_, j) => statements(j)).join('\n');
  return {
    key: `capsules: softmax, ${layer.key}`,
    access: ['read', 'read', 'read', 'write'],
    code: () => `${header(layer)}
@group(0) @binding(1) var<storage, read> u: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> outputs: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> softmax: array<vec2<f32>>;
@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) thread: vec3<u32>, @builtin(workgroup_id) group: vec3<u32>) {
  let p = thread.x;
  if (p >= z.parents) { return; }
  let first = group.y * ${count}u;
  var t: array<vec4<f32>, ${outVectors}>;
  var v: array<vec4<f32>, ${outVectors}>;
  ${each(
    (j) => `let k${j} = min(first + ${j}u, z.children - 1u);
  var a${j}: array<f32, ${shape.inDim}>;
  let child${j} = childOf(p, k${j});
  ${loadChild(layer, `a${j}`, `child${j}`)}
  var greatest${j} = -3.4e38;
  var sum${j} = 0.0;`,
  )}
  for (var n = 0u; n < z.types; n++) {
    ${repeat(layer, 'q', outVectors, (q) => `v[${q}] = outputs[(((z.iteration - 1u) * z.types + n) * OUT + ${q}) * z.parents + p];`)}
    ${each(
      (j) => `{
      let k = k${j};
      ${vote(layer, `a${j}`)}
      var b = 0.0;
      ${repeat(layer, 'q', outVectors, (q) => `b += dot(t[${q}], v[${q}]);`)}
      let greater = max(greatest${j}, b);
      sum${j} = sum${j} * exp(greatest${j} - greater) + exp(b - greater);
      greatest${j} = greater;
    }`,
    )}
  }
  ${each((j) => `softmax[((z.iteration - 1u) * z.children + k${j}) * z.parents + p] = vec2<f32>(greatest${j}, 1.0 / sum${j});`)}
}`,
  };
}

/** g(|s|²) of both squash functions, v = g · s; see squash.ts. */
const squashFactor = (kind: Layer['shape']['squash']): string =>
  kind === 'squash'
    ? 'fn factor(n2: f32) -> f32 { return n2 / ((1.0 + n2) * sqrt(n2 + 1e-6)); }'
    : 'fn factor(n2: f32) -> f32 { return (1.0 - exp(-sqrt(n2))) / sqrt(n2 + 1e-6); }';

/**
 * s of an iteration from its partial sums and the bias, if there is one, v = squash(s), and what the next iteration compares votes with: V + v. After
 * the last iteration, v itself in its own layout. A thread per parent and type.
 */
export function squash(layer: Layer, biased: boolean): Program {
  const { outVectors, shape } = layer;
  const q = (statements: (index: string) => string) => repeat(layer, 'q', outVectors, statements);
  return {
    key: `capsules: squash, ${biased ? 'with bias, ' : ''}${layer.key}`,
    access: ['read', 'write', 'write', 'write', ...(biased ? (['read'] as const) : [])],
    code: () => `${header(layer)}
@group(0) @binding(1) var<storage, read> partial: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> sums: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> outputs: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;
${biased ? '@group(0) @binding(5) var<storage, read> bias: array<vec4<f32>>;' : ''}
${squashFactor(shape.squash)}
@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) thread: vec3<u32>, @builtin(workgroup_id) group: vec3<u32>) {
  let p = thread.x;
  let n = group.y;
  if (p >= z.parents) { return; }
  var s: array<vec4<f32>, ${outVectors}>;
  for (var chunk = 0u; chunk < z.share; chunk++) {
    ${q((i) => `s[${i}] += partial[((chunk * z.types + n) * OUT + ${i}) * z.parents + p];`)}
  }
  ${biased ? q((i) => `s[${i}] += bias[n * OUT + ${i}];`) : ''}
  var n2 = 0.0;
  ${q((i) => `n2 += dot(s[${i}], s[${i}]);`)}
  let g = factor(n2);
  ${q((i) => `sums[((z.iteration * z.types + n) * OUT + ${i}) * z.parents + p] = s[${i}];`)}
  if (z.iteration + 1u < z.iterations) {
    ${q(
      (i) => `{
      let place = ((z.iteration * z.types + n) * OUT + ${i}) * z.parents + p;
      var v = g * s[${i}];
      if (z.iteration > 0u) { v += outputs[place - z.types * OUT * z.parents]; }
      outputs[place] = v;
    }`,
    )}
    return;
  }
  let place = ((p % z.batch * (z.outHeight * z.outWidth) + p / z.batch) * z.types + n) * ${shape.outDim}u;
  ${Array.from({ length: shape.outDim }, (_, d) => `result[place + ${d}u] = g * s[${Math.floor(d / 4)}].${'xyzw'[d % 4]!};`).join('\n')}
}`,
  };
}

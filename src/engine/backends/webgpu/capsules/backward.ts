/**
 * Programs of the backward pass. With b_i = û · V_i, c_i = softmax(b_i), s_i = Σ_k c_i û and V_i = Σ_{j<i} v_j, going back
 * from the last iteration to the first:
 *
 *   ds_i = squash′(s_i) dv_i,  db_i = c_i · (û · ds_i − Σ_m c_i[m] (û[m] · ds_i[m])),  dV_i = Σ_k db_i û,
 *   dv_{i−1} = Σ_{j≥i} dV_j,   dû = Σ_i c_i ds_i + db_i V_i
 *
 * and from dû those by u and w. Nothing is added up by more than one thread, so results repeat to the bit.
 */
import type { Program } from '../gpu.ts';
import { header, LANES, loadChild, repeat, vote, type Layer } from './layer.ts';
import { together } from './forward.ts';

const slopes = (kind: Layer['shape']['squash']): string =>
  kind === 'squash'
    ? `
/* g(|s|²) and its derivative; see squash.ts. */
fn slopes(n2: f32) -> vec2<f32> {
  let shifted = n2 + 1e-6;
  let root = sqrt(shifted);
  let g = n2 / ((1.0 + n2) * root);
  return vec2<f32>(g, 1.0 / ((1.0 + n2) * (1.0 + n2) * root) - g / (2.0 * shifted));
}`
    : `
fn slopes(n2: f32) -> vec2<f32> {
  let shifted = n2 + 1e-6;
  let root = sqrt(shifted);
  let length = max(sqrt(n2), 1e-12);
  let decay = exp(-length);
  let g = (1.0 - decay) / root;
  return vec2<f32>(g, decay / (2.0 * length * root) - g / (2.0 * shifted));
}`;

/** dv of an iteration, from the layer above or from the partial sums of dV of the iterations after it, and ds. A thread per parent and type. */
export function squashGradient(layer: Layer): Program {
  const { outVectors, shape } = layer;
  const q = (statements: (index: string) => string) => repeat(layer, 'q', outVectors, statements);
  return {
    key: `capsules: squash gradient, ${layer.key}`,
    access: ['read', 'read', 'read', 'write', 'write'],
    code: () => `${header(layer)}
@group(0) @binding(1) var<storage, read> dresult: array<f32>;
@group(0) @binding(2) var<storage, read> sums: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> partial: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> doutputs: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> dsums: array<vec4<f32>>;
${slopes(shape.squash)}
@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) thread: vec3<u32>, @builtin(workgroup_id) group: vec3<u32>) {
  let p = thread.x;
  let n = group.y;
  if (p >= z.parents) { return; }
  var dv: array<vec4<f32>, ${outVectors}>;
  if (z.iteration + 1u == z.iterations) {
    let place = ((p % z.batch * (z.outHeight * z.outWidth) + p / z.batch) * z.types + n) * ${shape.outDim}u;
    ${Array.from({ length: shape.outDim }, (_, d) => `dv[${Math.floor(d / 4)}].${'xyzw'[d % 4]!} = dresult[place + ${d}u];`).join('\n')}
  } else {
    ${q(
      (i) => `{
      let place = (n * OUT + ${i}) * z.parents + p;
      if (z.iteration + 2u < z.iterations) { dv[${i}] = doutputs[place]; }
      for (var chunk = 0u; chunk < z.share; chunk++) { dv[${i}] += partial[chunk * z.types * OUT * z.parents + place]; }
      doutputs[place] = dv[${i}];
    }`,
    )}
  }
  var s: array<vec4<f32>, ${outVectors}>;
  var n2 = 0.0;
  var along = 0.0;
  ${q(
    (i) => `s[${i}] = sums[((z.iteration * z.types + n) * OUT + ${i}) * z.parents + p];
  n2 += dot(s[${i}], s[${i}]);
  along += dot(s[${i}], dv[${i}]);`,
  )}
  let g = slopes(n2);
  ${q((i) => `dsums[((z.iteration * z.types + n) * OUT + ${i}) * z.parents + p] = g.x * dv[${i}] + 2.0 * g.y * along * s[${i}];`)}
}`,
  };
}

const routed = `
@group(0) @binding(1) var<storage, read> u: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> outputs: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> softmax: array<vec2<f32>>;
@group(0) @binding(5) var<storage, read> dsums: array<vec4<f32>>;
`;

/** Σ_m c[m] (û[m] · ds[m]) of an iteration. A thread per parent and few children. */
export function softmaxGradient(layer: Layer): Program {
  const { outVectors, shape } = layer;
  const count = together(layer);
  const each = (statements: (j: number) => string) => Array.from({ length: count }, (_, j) => statements(j)).join('\n');
  return {
    key: `capsules: softmax gradient, ${layer.key}`,
    access: ['read', 'read', 'read', 'read', 'read', 'write'],
    code: () => `${header(layer)}${routed}
@group(0) @binding(6) var<storage, read_write> weighted: array<f32>;
@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) thread: vec3<u32>, @builtin(workgroup_id) group: vec3<u32>) {
  let p = thread.x;
  if (p >= z.parents) { return; }
  let first = group.y * ${count}u;
  var t: array<vec4<f32>, ${outVectors}>;
  var v: array<vec4<f32>, ${outVectors}>;
  var ds: array<vec4<f32>, ${outVectors}>;
  ${each(
    (j) => `let k${j} = min(first + ${j}u, z.children - 1u);
  var a${j}: array<f32, ${shape.inDim}>;
  let child${j} = childOf(p, k${j});
  ${loadChild(layer, `a${j}`, `child${j}`)}
  let place${j} = ((z.iteration - 1u) * z.children + k${j}) * z.parents + p;
  let scale${j} = softmax[place${j}];
  var sum${j} = 0.0;`,
  )}
  for (var n = 0u; n < z.types; n++) {
    let previous = (((z.iteration - 1u) * z.types + n) * OUT) * z.parents + p;
    ${repeat(
      layer,
      'q',
      outVectors,
      (q) => `v[${q}] = outputs[previous + ${q} * z.parents];
    ds[${q}] = dsums[previous + (z.types * OUT + ${q}) * z.parents];`,
    )}
    ${each(
      (j) => `{
      let k = k${j};
      ${vote(layer, `a${j}`)}
      var b = 0.0;
      var dc = 0.0;
      ${repeat(layer, 'q', outVectors, (q) => `b += dot(t[${q}], v[${q}]);\ndc += dot(t[${q}], ds[${q}]);`)}
      sum${j} += exp(b - scale${j}.x) * scale${j}.y * dc;
    }`,
    )}
  }
  ${each((j) => `weighted[place${j}] = sum${j};`)}
}`,
  };
}

/** dV of an iteration, a partial sum per chunk of children. A thread per parent, type and chunk. */
export function outputGradient(layer: Layer): Program {
  const { outVectors, shape } = layer;
  const q = (statements: (index: string) => string) => repeat(layer, 'q', outVectors, statements);
  return {
    key: `capsules: output gradient, ${layer.key}`,
    access: ['read', 'read', 'read', 'read', 'read', 'read', 'write'],
    code: () => `${header(layer)}${routed}
@group(0) @binding(6) var<storage, read> weighted: array<f32>;
@group(0) @binding(7) var<storage, read_write> partial: array<vec4<f32>>;
@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) thread: vec3<u32>, @builtin(workgroup_id) group: vec3<u32>) {
  let p = thread.x;
  let n = group.y;
  if (p >= z.parents) { return; }
  var a: array<f32, ${shape.inDim}>;
  var t: array<vec4<f32>, ${outVectors}>;
  var v: array<vec4<f32>, ${outVectors}>;
  var ds: array<vec4<f32>, ${outVectors}>;
  var sum: array<vec4<f32>, ${outVectors}>;
  let previous = (((z.iteration - 1u) * z.types + n) * OUT) * z.parents + p;
  ${q(
    (i) => `v[${i}] = outputs[previous + ${i} * z.parents];
  ds[${i}] = dsums[previous + (z.types * OUT + ${i}) * z.parents];`,
  )}
  let end = min(z.children, (group.z + 1u) * z.share);
  for (var k = group.z * z.share; k < end; k++) {
    let child = childOf(p, k);
    if (child == NONE) { continue; }
    ${loadChild(layer, 'a', 'child')}
    ${vote(layer, 'a')}
    var b = 0.0;
    var dc = 0.0;
    ${q((i) => `b += dot(t[${i}], v[${i}]);\ndc += dot(t[${i}], ds[${i}]);`)}
    let place = ((z.iteration - 1u) * z.children + k) * z.parents + p;
    let scale = softmax[place];
    let db = exp(b - scale.x) * scale.y * (dc - weighted[place]);
    ${q((i) => `sum[${i}] += db * t[${i}];`)}
  }
  ${q((i) => `partial[((group.z * z.types + n) * OUT + ${i}) * z.parents + p] = sum[${i}];`)}
}`,
  };
}

/** Bindings of the two programs that follow; without routing there is nothing but ds. */
const voteBindings = ({ shape }: Layer): string =>
  `
@group(0) @binding(1) var<storage, read> u: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> dsums: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;
${
  shape.iterations > 1
    ? `@group(0) @binding(5) var<storage, read> outputs: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read> softmax: array<vec2<f32>>;
@group(0) @binding(7) var<storage, read> weighted: array<f32>;`
    : ''
}`;

const voteAccess = ({ shape }: Layer): Program['access'] => [
  'read',
  'read',
  'read',
  'write',
  ...(shape.iterations > 1 ? (['read', 'read', 'read'] as const) : []),
];

/** dû[p, k, n] as g, with the vote t and the matrix at `at`, from the child's values in `a`. */
const voteGradient = (layer: Layer): string => {
  const q = (statements: (index: string) => string) => repeat(layer, 'q', layer.outVectors, statements);
  return `
${vote(layer, 'a')}
let own = n * OUT * z.parents + p;
${q((i) => `g[${i}] = dsums[own + ${i} * z.parents] / f32(z.types);`)}
${
  layer.shape.iterations > 1
    ? `
for (var iteration = 1u; iteration < z.iterations; iteration++) {
  let previous = own + (iteration - 1u) * z.types * OUT * z.parents;
  var b = 0.0;
  var dc = 0.0;
  ${q(
    (i) => `v[${i}] = outputs[previous + ${i} * z.parents];
  ds[${i}] = dsums[previous + (z.types * OUT + ${i}) * z.parents];
  b += dot(t[${i}], v[${i}]);
  dc += dot(t[${i}], ds[${i}]);`,
  )}
  let place = ((iteration - 1u) * z.children + k) * z.parents + p;
  let scale = softmax[place];
  let c = exp(b - scale.x) * scale.y;
  let db = c * (dc - weighted[place]);
  ${q((i) => `g[${i}] += c * ds[${i}] + db * v[${i}];`)}
}`
    : ''
}`;
};

const voteVariables = ({ shape, outVectors }: Layer): string => `
  var a: array<f32, ${shape.inDim}>;
  var t: array<vec4<f32>, ${outVectors}>;
  var g: array<vec4<f32>, ${outVectors}>;
  var v: array<vec4<f32>, ${outVectors}>;
  var ds: array<vec4<f32>, ${outVectors}>;`;

/**
 * du of a child: what comes back from all types of all parents that it votes for. A thread per child of an image, and per
 * part of the types; result: (part, child, inDim, batch).
 */
export function childGradient(layer: Layer): Program {
  const { shape, outVectors } = layer;
  return {
    key: `capsules: child gradient, ${shape.iterations > 1 ? 'routed' : 'uniform'}, ${layer.key}`,
    access: voteAccess(layer),
    code: () => `${header(layer)}${voteBindings(layer)}
@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) thread: vec3<u32>, @builtin(workgroup_id) group: vec3<u32>) {
  let rows = z.inHeight * z.inWidth * z.inTypes;
  if (thread.x >= rows * z.batch) { return; }
  let image = thread.x % z.batch;
  let row = thread.x / z.batch;
  let y = row / z.inTypes / z.inWidth + z.padding;
  let x = row / z.inTypes % z.inWidth + z.padding;
  ${voteVariables(layer)}
  var sum: array<f32, ${shape.inDim}>;
  let child = row * IN * z.batch + image;
  ${loadChild(layer, 'a', 'child')}
  let end = min(z.types, (group.y + 1u) * z.share);
  /* Parents whose window holds the child. */
  let firstY = select(0u, (y + 1u - z.kernelHeight + z.stride - 1u) / z.stride, y + 1u > z.kernelHeight);
  let firstX = select(0u, (x + 1u - z.kernelWidth + z.stride - 1u) / z.stride, x + 1u > z.kernelWidth);
  for (var outY = firstY; outY < z.outHeight && outY * z.stride <= y; outY++) {
    for (var outX = firstX; outX < z.outWidth && outX * z.stride <= x; outX++) {
      let k = ((y - outY * z.stride) * z.kernelWidth + x - outX * z.stride) * z.inTypes + row % z.inTypes;
      let p = (outY * z.outWidth + outX) * z.batch + image;
      for (var n = group.y * z.share; n < end; n++) {
        ${voteGradient(layer)}
        ${repeat(layer, 'i', shape.inDim, (i) => repeat(layer, 'q', outVectors, (q) => `sum[${i}] += dot(w[at + ${i} * OUT + ${q}], g[${q}]);`))}
      }
    }
  }
  ${repeat(layer, 'i', shape.inDim, (i) => `result[((group.y * rows + row) * IN + ${i}) * z.batch + image] = sum[${i}];`)}
}`,
  };
}

/** Floats of workgroup memory for what parents put down; half of what every device has. */
const STAGE_FLOATS = 2048;

export interface MatrixTiles {
  /** Tiles of 4 × 4 entries in a matrix, and workgroups that share them. */
  tiles: number;
  blocks: number;
  /** Threads that work on the same tile for different parents. */
  teams: number;
  /** Parents that a workgroup looks at together. */
  staged: number;
}

export function tilesOf({ outVectors, inVectors }: Layer): MatrixTiles {
  const tiles = outVectors * inVectors;
  const staged = Math.max(1, Math.min(LANES, Math.floor(STAGE_FLOATS / (4 * (outVectors + inVectors)))));
  return { tiles, blocks: Math.ceil(tiles / LANES), teams: Math.max(1, Math.floor(LANES / tiles)), staged };
}

/**
 * dW[k, n] = Σ_p dû[p, k, n] u[p, k]ᵀ over a part of the parents. A workgroup per matrix, part and block of tiles: its
 * threads first each compute the factors of a parent, then each adds up a tile of 4 × 4 entries for some of these parents.
 * result: (part, K, N, D, inDim).
 */
export function matrixGradient(layer: Layer): Program {
  const { shape, outVectors, inVectors } = layer;
  const { tiles, blocks, teams, staged } = tilesOf(layer);
  const rows = ['entries0', 'entries1', 'entries2', 'entries3'];
  return {
    key: `capsules: matrix gradient, ${shape.iterations > 1 ? 'routed' : 'uniform'}, ${layer.key}`,
    access: voteAccess(layer),
    code: () => `${header(layer)}${voteBindings(layer)}
var<workgroup> gradients: array<vec4<f32>, ${staged * outVectors}>;
var<workgroup> inputs: array<vec4<f32>, ${staged * inVectors}>;
var<workgroup> teamSums: array<vec4<f32>, ${teams > 1 ? LANES * 4 : 1}>;
@compute @workgroup_size(${LANES})
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let matrix = flat(group, groups);
  if (matrix >= z.children * z.types) { return; }
  let k = matrix / z.types;
  let n = matrix % z.types;
  let part = group.z / ${blocks}u;
  let tile = ${teams > 1 ? `lane % ${tiles}u` : `group.z % ${blocks}u * ${LANES}u + lane`};
  let team = ${teams > 1 ? `lane / ${tiles}u` : '0u'};
  let works = tile < ${tiles}u && team < ${teams}u;
  let row = min(tile / ${inVectors}u, ${outVectors - 1}u);
  let column = tile % ${inVectors}u;
  ${voteVariables(layer)}
  ${rows.map((r) => `var ${r} = vec4<f32>(0.0);`).join(' ')}
  let end = min(z.parents, (part + 1u) * z.share);
  for (var base = part * z.share; base < end; base += ${staged}u) {
    if (lane < ${staged}u) {
      let p = min(base + lane, z.parents - 1u);
      let child = select(NONE, childOf(p, k), base + lane < end);
      ${loadChild(layer, 'a', 'child')}
      ${voteGradient(layer)}
      ${repeat(layer, 'q', outVectors, (q) => `gradients[lane * OUT + ${q}] = g[${q}];`)}
      ${Array.from({ length: inVectors }, (_, j) => {
        const components = Array.from({ length: 4 }, (__, c) => (4 * j + c < shape.inDim ? `a[${4 * j + c}]` : '0.0'));
        return `inputs[lane * ${inVectors}u + ${j}u] = vec4<f32>(${components.join(', ')});`;
      }).join('\n')}
    }
    workgroupBarrier();
    if (works) {
      for (var j = team; j < min(${staged}u, end - base); j += ${teams}u) {
        let dvote = gradients[j * OUT + row];
        let value = inputs[j * ${inVectors}u + column];
        ${rows.map((r, i) => `${r} += dvote[${i}] * value;`).join('\n')}
      }
    }
    workgroupBarrier();
  }
  ${
    teams > 1
      ? `${rows.map((r, i) => `teamSums[lane * 4u + ${i}u] = ${r};`).join('\n')}
  workgroupBarrier();
  if (team > 0u) { return; }
  for (var other = 1u; other < ${teams}u; other++) {
    ${rows.map((r, i) => `${r} += teamSums[(other * ${tiles}u + tile) * 4u + ${i}u];`).join('\n')}
  }`
      : ''
  }
  if (!works) { return; }
  let place = ((part * z.children + k) * z.types + n) * ${shape.outDim * shape.inDim}u;
  ${rows
    .map(
      (r, i) => `if (row * 4u + ${i}u < ${shape.outDim}u) {
    for (var c = 0u; c < min(4u, ${shape.inDim}u - column * 4u); c++) { result[place + (row * 4u + ${i}u) * ${shape.inDim}u + column * 4u + c] = ${r}[c]; }
  }`,
    )
    .join('\n')}
}`,
  };
}

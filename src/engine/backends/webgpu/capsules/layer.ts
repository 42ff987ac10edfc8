/**
 * One capsule layer on a GPU: its sizes as programs see them, and the WGSL that they share.
 *
 * Neighbouring threads work on neighbouring parents, p = position · batch + image, and all threads of a workgroup on the
 * same children k and type n at a time: so they read the same matrix W[k, n] together, and everything else in order, because
 * it is laid out with p (or the image) last:
 *
 * - u: (inHeight · inWidth · inTypes, inDim, batch)
 * - w: (K, N, inDim, D), D in vectors of four, filled up with zeros
 * - s, V, ds and partial sums: (…, N, D / 4, P) vectors of four
 * - per child and parent: (…, K, P)
 *
 * Votes û[p, k, n] = W[k, n] · u[p, k] live in registers only. They are computed again wherever they are needed: reading
 * them from memory would take longer.
 */
import type { LayerShape } from '../../../ops/capsule-kernel.ts';

/** Threads of a workgroup. */
export const LANES = 64;
/** Workgroups that keep a large GPU busy. */
const BUSY = 2048;
/** Fewest children of a chunk; a chunk's start and its partial sums cost something. */
const LEAST_CHILDREN = 8;
const MOST_PARTIAL_FLOATS = 2 ** 24;
/** Statements up to which loops over dimensions are written out, so that their arrays become registers. */
const WRITTEN_OUT = 512;
const MOST_GROUPS = 65535;

const members = ['parents', 'batch', 'inHeight', 'inWidth', 'inTypes', 'outHeight', 'outWidth', 'types', 'children', 'kernelHeight', 'kernelWidth', 'stride', 'padding', 'iterations', 'iteration', 'share'] as const; // prettier-ignore

export interface Layer {
  shape: LayerShape;
  /** P = batch · positions, K children each. */
  parents: number;
  children: number;
  /** Child capsules of an image: inHeight · inWidth · inTypes. */
  rows: number;
  /** Vectors of four that hold D values, and inDim values. */
  outVectors: number;
  inVectors: number;
  /** Into how many parts a parent's children are divided, each summed by a workgroup of its own. */
  chunks: number;
  /** Distinguishes the texts of programs for other dimensions. */
  key: string;
}

export function layerOf(shape: LayerShape): Layer {
  const { batch, outHeight, outWidth, kernelHeight, kernelWidth, inHeight, inWidth, inTypes, outTypes, outDim, inDim } = shape;
  const parents = batch * outHeight * outWidth;
  const children = kernelHeight * kernelWidth * inTypes;
  const outVectors = Math.ceil(outDim / 4);
  const groups = groupsOf(parents) * outTypes;
  const mostChunks = Math.min(
    Math.ceil(children / LEAST_CHILDREN),
    Math.floor(MOST_PARTIAL_FLOATS / (parents * outTypes * outVectors * 4)),
  );
  const wanted = Math.max(1, Math.min(mostChunks, Math.ceil(BUSY / groups)));
  return {
    shape,
    parents,
    children,
    rows: inHeight * inWidth * inTypes,
    outVectors,
    inVectors: Math.ceil(inDim / 4),
    chunks: Math.ceil(children / Math.ceil(children / wanted)),
    key: `${inDim} to ${outDim}, ${shape.squash}`,
  };
}

/** Workgroups for so many threads. */
export const groupsOf = (threads: number): number => Math.ceil(threads / LANES);

/** A grid of any number of workgroups; in WGSL, `flat(group, groups)` is the number of one. */
export function gridOf(groups: number): [number, number, number] {
  const rows = Math.ceil(groups / MOST_GROUPS);
  return [Math.ceil(groups / rows), rows, 1];
}

/** Into how many parts of at least `least` to divide `count` pieces of work, of which each part makes `groups` workgroups. */
export function partsOf(count: number, groups: number, least: number): number {
  const wanted = Math.max(1, Math.min(Math.ceil(count / least), Math.ceil(BUSY / groups)));
  return Math.ceil(count / Math.ceil(count / wanted));
}

/** The uniform of every program. `share`: how much of what is divided belongs to one part. */
export function sizesOf({ shape, parents, children }: Layer, { iteration = 0, share = 0 } = {}): Uint32Array {
  const sizes: Record<(typeof members)[number], number> = { ...shape, types: shape.outTypes, parents, children, iteration, share };
  return Uint32Array.from(members, (member) => sizes[member]);
}

/** Repeats statements for 0, 1, …, count − 1: written out, or as a loop if that would be long. */
export function repeat(layer: Layer, index: string, count: number, statements: (index: string) => string): string {
  if (layer.shape.inDim * layer.outVectors <= WRITTEN_OUT) return Array.from({ length: count }, (_, i) => statements(`${i}u`)).join('\n');
  return `for (var ${index} = 0u; ${index} < ${count}u; ${index}++) {\n${statements(index)}\n}`;
}

/** The beginning of every program. */
export const header = ({ shape, outVectors }: Layer): string => `
struct Sizes { ${members.map((member) => `${member}: u32`).join(', ')} }
@group(0) @binding(0) var<uniform> z: Sizes;
const IN = ${shape.inDim}u;
const OUT = ${outVectors}u;
const NONE = 0xffffffffu;

fn flat(group: vec3<u32>, groups: vec3<u32>) -> u32 { return group.y * groups.x + group.x; }

/* Where the values of a parent's child begin in u; they lie z.batch apart. NONE in the padding. */
fn childOf(parent: u32, k: u32) -> u32 {
  let position = parent / z.batch;
  let window = k / z.inTypes;
  // Unsigned: what lies above or left of the map becomes a large number.
  let y = position / z.outWidth * z.stride + window / z.kernelWidth - z.padding;
  let x = position % z.outWidth * z.stride + window % z.kernelWidth - z.padding;
  if (y >= z.inHeight || x >= z.inWidth) { return NONE; }
  return ((y * z.inWidth + x) * z.inTypes + k % z.inTypes) * IN * z.batch + parent % z.batch;
}
`;

/** Values of a child, zero in the padding: `a` from `u`, beginning at `from`. */
export const loadChild = (layer: Layer, a: string, from: string): string => `
let ${a}From = select(${from}, 0u, ${from} == NONE);
${repeat(layer, 'i', layer.shape.inDim, (i) => `${a}[${i}] = select(u[${a}From + ${i} * z.batch], 0.0, ${from} == NONE);`)}`;

/** The vote t = W[k, n] · a, where `at` becomes the place of the matrix. */
export const vote = (layer: Layer, a: string): string => `
let at = (k * z.types + n) * IN * OUT;
${repeat(layer, 'q', layer.outVectors, (q) => `t[${q}] = vec4<f32>(0.0);`)}
${repeat(layer, 'i', layer.shape.inDim, (i) => repeat(layer, 'q', layer.outVectors, (q) => `t[${q}] += ${a}[${i}] * w[at + ${i} * OUT + ${q}];`))}`;

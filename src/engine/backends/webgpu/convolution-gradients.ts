/**
 * Gradients of a convolution in WGSL, as matrix products whose factors are read from the tensors as they lie (implicit
 * im2col). tfjs's own have a thread per result that adds up everything alone.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Conv2DBackpropFilterAttrs, Conv2DBackpropInputAttrs, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { addUp } from './add-up.ts';
import type { Gpu, Program } from './gpu.ts';

/** A workgroup of 16 × 16 threads makes a tile of 64 × 64 results, 16 terms at a time; a thread makes 4 × 4. */
const TILE = 64;
const TERMS = 16;
/** Workgroups that keep a large GPU busy, and fewest terms of a part of a sum. */
const BUSY = 1024;
const LEAST_TERMS = 256;

const members = ['batch', 'inHeight', 'inWidth', 'inChannels', 'outHeight', 'outWidth', 'outChannels', 'kernelHeight', 'kernelWidth', 'strideY', 'strideX', 'top', 'left', 'share'] as const; // prettier-ignore
type Sizes = Record<(typeof members)[number], number>;

interface Product {
  key: string;
  bindings: string;
  /** Statements that set rows, columns, terms, and the range [begin, end) of terms of a workgroup. */
  range: string;
  /** Expressions: factors at `row` and `term`, and at `term` and `column`. Both in range. */
  left: string;
  right: string;
  /** Whether neighbours in memory are terms; otherwise they are rows and columns. */
  termsLieTogether: boolean;
  /** Statement that puts away `value` at `row` and `column`. */
  store: string;
  functions: string;
}

const product = ({ key, bindings, range, left, right, termsLieTogether, store, functions }: Product): Program => {
  const split = (side: string) =>
    termsLieTogether
      ? `let t = element % ${TERMS}u; let ${side} = element / ${TERMS}u;`
      : `let t = element / ${TILE}u; let ${side} = element % ${TILE}u;`;
  const four = [0, 1, 2, 3];
  return {
    key,
    access: ['read', 'read', 'write'],
    code: () => `
struct Sizes { ${members.map((member) => `${member}: u32`).join(', ')} }
@group(0) @binding(0) var<uniform> z: Sizes;
${bindings}
/* One column more than needed: neighbouring threads then use different banks. */
const PITCH = ${TILE + 1}u;
var<workgroup> lefts: array<f32, ${TERMS * (TILE + 1)}>;
var<workgroup> rights: array<f32, ${TERMS * (TILE + 1)}>;
${functions}
@compute @workgroup_size(16, 16)
fn main(@builtin(local_invocation_id) thread: vec3<u32>, @builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3<u32>) {
  ${range}
  let firstRow = group.x * ${TILE}u;
  let firstColumn = group.y * ${TILE}u;
  ${four.map((i) => `var sum${i} = vec4<f32>(0.0);`).join(' ')}
  for (var base = begin; base < end; base += ${TERMS}u) {
    for (var element = lane; element < ${TILE * TERMS}u; element += 256u) {
      {
        ${split('r')}
        let row = firstRow + r;
        let term = base + t;
        var value = 0.0;
        if (row < rows && term < end) { value = ${left}; }
        lefts[t * PITCH + r] = value;
      }
      {
        ${split('c')}
        let column = firstColumn + c;
        let term = base + t;
        var value = 0.0;
        if (column < columns && term < end) { value = ${right}; }
        rights[t * PITCH + c] = value;
      }
    }
    workgroupBarrier();
    for (var t = 0u; t < ${TERMS}u; t++) {
      let a = t * PITCH + thread.y * 4u;
      let b = t * PITCH + thread.x * 4u;
      let right = vec4<f32>(rights[b], rights[b + 1u], rights[b + 2u], rights[b + 3u]);
      ${four.map((i) => `sum${i} += lefts[a + ${i}u] * right;`).join('\n')}
    }
    workgroupBarrier();
  }
  ${four
    .map(
      (i) => `for (var c = 0u; c < 4u; c++) {
    let row = firstRow + thread.y * 4u + ${i}u;
    let column = firstColumn + thread.x * 4u + c;
    let value = sum${i}[c];
    if (row < rows && column < columns) { ${store} }
  }`,
    )
    .join('\n')}
}`,
  };
};

/** dW[(ky, kx, in), out] = Σ over (image, y, x) of x[image, y · stride + ky − top, …, in] · dy[image, y, x, out], in parts. */
const byFilter = product({
  key: 'convolution: by filter',
  bindings: `
@group(0) @binding(1) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<f32>;`,
  functions: `
fn inputAt(row: u32, term: u32) -> f32 {
  let tap = row / z.inChannels;
  let position = term / z.outWidth;
  /* Unsigned: what lies above or left of the image becomes a large number. */
  let y = position % z.outHeight * z.strideY + tap / z.kernelWidth - z.top;
  let x = term % z.outWidth * z.strideX + tap % z.kernelWidth - z.left;
  if (y >= z.inHeight || x >= z.inWidth) { return 0.0; }
  return input[((position / z.outHeight * z.inHeight + y) * z.inWidth + x) * z.inChannels + row % z.inChannels];
}`,
  range: `
  let rows = z.kernelHeight * z.kernelWidth * z.inChannels;
  let columns = z.outChannels;
  let begin = group.z * z.share;
  let end = min(z.batch * z.outHeight * z.outWidth, begin + z.share);`,
  left: 'inputAt(row, term)',
  right: 'dy[term * z.outChannels + column]',
  termsLieTogether: false,
  store: 'result[(group.z * rows + row) * columns + column] = value;',
});

/**
 * dx of the pixels whose coordinates leave the remainders (restY, restX) by the stride: only the taps that reach them are
 * terms, (tapY, tapX, out). Rows are these pixels, columns the input's channels.
 */
const byInput = product({
  key: 'convolution: by input',
  bindings: `
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> kernel: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<f32>;
/* Of a pixel (y, x) · stride + rest: the tap (i, j) · stride + first reaches it from dy at (y, x) + ahead − (i, j). */
struct Class { restY: u32, restX: u32, height: u32, width: u32, firstY: u32, firstX: u32, aheadY: u32, aheadX: u32, tapsX: u32 }`,
  functions: `
fn dyAt(row: u32, term: u32, class_: Class) -> f32 {
  let tap = term / z.outChannels;
  let position = row / class_.width;
  let y = position % class_.height + class_.aheadY - tap / class_.tapsX;
  let x = row % class_.width + class_.aheadX - tap % class_.tapsX;
  if (y >= z.outHeight || x >= z.outWidth) { return 0.0; }
  return dy[((position / class_.height * z.outHeight + y) * z.outWidth + x) * z.outChannels + term % z.outChannels];
}
fn kernelAt(term: u32, column: u32, class_: Class) -> f32 {
  let tap = term / z.outChannels;
  let ky = class_.firstY + tap / class_.tapsX * z.strideY;
  let kx = class_.firstX + tap % class_.tapsX * z.strideX;
  return kernel[((ky * z.kernelWidth + kx) * z.inChannels + column) * z.outChannels + term % z.outChannels];
}
/* How many of first, first + stride, … are below limit. */
fn countOf(limit: u32, first: u32, stride: u32) -> u32 { return select(0u, (limit - first + stride - 1u) / stride, first < limit); }`,
  range: `
  var class_: Class;
  class_.restY = group.z / z.strideX;
  class_.restX = group.z % z.strideX;
  class_.height = countOf(z.inHeight, class_.restY, z.strideY);
  class_.width = countOf(z.inWidth, class_.restX, z.strideX);
  class_.firstY = (class_.restY + z.top) % z.strideY;
  class_.firstX = (class_.restX + z.left) % z.strideX;
  class_.aheadY = (class_.restY + z.top) / z.strideY;
  class_.aheadX = (class_.restX + z.left) / z.strideX;
  class_.tapsX = countOf(z.kernelWidth, class_.firstX, z.strideX);
  let rows = z.batch * class_.height * class_.width;
  let columns = z.inChannels;
  let begin = 0u;
  let end = countOf(z.kernelHeight, class_.firstY, z.strideY) * class_.tapsX * z.outChannels;`,
  left: 'dyAt(row, term, class_)',
  right: 'kernelAt(term, column, class_)',
  termsLieTogether: true,
  store: `
      let y = row / class_.width % class_.height * z.strideY + class_.restY;
      let x = row % class_.width * z.strideX + class_.restX;
      let image = row / (class_.height * class_.width);
      result[((image * z.inHeight + y) * z.inWidth + x) * z.inChannels + column] = value;`,
});

type Geometry = Pick<Conv2DBackpropFilterAttrs, 'strides' | 'pad' | 'dataFormat' | 'dimRoundingMode'>;
type Shape4D = [number, number, number, number];

function sizesOf(inputShape: number[], filterShape: number[], { strides, pad, dataFormat, dimRoundingMode }: Geometry): Sizes {
  if (dataFormat !== 'NHWC') throw new Error(`Convolution gradients on WebGPU need the data format NHWC, not ${dataFormat}.`);
  const info = tf.backend_util.computeConv2DInfo(inputShape as Shape4D, filterShape as Shape4D, strides, 1, pad, dimRoundingMode);
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, filterHeight, filterWidth } = info;
  const { strideHeight, strideWidth, padInfo } = info;
  return {
    ...{ batch: batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels },
    ...{ kernelHeight: filterHeight, kernelWidth: filterWidth, strideY: strideHeight, strideX: strideWidth },
    ...{ top: padInfo.top, left: padInfo.left, share: 0 },
  };
}

const uniformOf = (sizes: Sizes): Uint32Array => Uint32Array.from(members, (member) => sizes[member]);

function filterGradient(gpu: Gpu, x: TensorInfo, dy: TensorInfo, attrs: Conv2DBackpropFilterAttrs): Tensor {
  const sizes = sizesOf(x.shape, attrs.filterShape, attrs);
  const { kernelHeight, kernelWidth, inChannels, outChannels, batch, outHeight, outWidth } = sizes;
  const terms = batch * outHeight * outWidth;
  const tiles = [Math.ceil((kernelHeight * kernelWidth * inChannels) / TILE), Math.ceil(outChannels / TILE)] as const;
  const wanted = Math.max(1, Math.min(Math.ceil(terms / LEAST_TERMS), Math.ceil(BUSY / (tiles[0] * tiles[1]))));
  const share = Math.ceil(terms / wanted / TERMS) * TERMS;
  const parts = Math.ceil(terms / share);
  const partial = gpu.output(parts > 1 ? [parts, ...attrs.filterShape] : attrs.filterShape);
  gpu.run(byFilter, uniformOf({ ...sizes, share }), [x, dy, partial], [...tiles, parts]);
  if (parts === 1) return partial;
  const whole = addUp(gpu, partial, parts, attrs.filterShape);
  partial.dispose();
  return whole;
}

function inputGradient(gpu: Gpu, dy: TensorInfo, filter: TensorInfo, attrs: Conv2DBackpropInputAttrs): Tensor {
  const sizes = sizesOf(attrs.inputShape, filter.shape, attrs);
  const { batch, inHeight, inWidth, inChannels, strideY, strideX } = sizes;
  // The class of most pixels; workgroups beyond those of a smaller one have nothing to do.
  const rows = batch * Math.ceil(inHeight / strideY) * Math.ceil(inWidth / strideX);
  const result = gpu.output(attrs.inputShape);
  gpu.run(byInput, uniformOf(sizes), [dy, filter, result], [Math.ceil(rows / TILE), Math.ceil(inChannels / TILE), strideY * strideX]);
  return result;
}

/** Registers both gradients for the backend `webgpu`, in place of what it brings. */
export function registerConvolutionGradients(gpu: Gpu): void {
  const register = (kernelName: string, kernelFunc: tf.KernelFunc) => {
    tf.unregisterKernel(kernelName, 'webgpu');
    tf.registerKernel({ kernelName, backendName: 'webgpu', kernelFunc });
  };
  register('Conv2DBackpropFilter', ({ inputs, attrs }) =>
    filterGradient(gpu, inputs['x']!, inputs['dy']!, attrs as unknown as Conv2DBackpropFilterAttrs),
  );
  register('Conv2DBackpropInput', ({ inputs, attrs }) =>
    inputGradient(gpu, inputs['dy']!, inputs['filter']!, attrs as unknown as Conv2DBackpropInputAttrs),
  );
}

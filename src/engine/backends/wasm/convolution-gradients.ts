/**
 * Gradients of a convolution for tfjs's wasm backend, made of its own forward convolution: the gradient by the filter
 * is missing there, the one by the input is a scalar loop. Both are convolutions with the roles swapped
 * (Dumoulin & Visin 2016, A guide to convolution arithmetic).
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Conv2DBackpropFilterAttrs, Conv2DBackpropInputAttrs, KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';

interface BackendWithDisposal extends KernelBackend {
  disposeData(dataId: object): boolean;
}

/** Runs kernels of the wasm backend and frees everything but the result. */
class Workspace {
  readonly #backend: BackendWithDisposal;
  readonly #made: TensorInfo[] = [];

  constructor(backend: unknown) {
    this.#backend = backend as BackendWithDisposal;
  }

  run(name: string, inputs: Record<string, TensorInfo>, attrs: object): TensorInfo {
    const { kernelFunc } = tf.getKernel(name, 'wasm');
    const result = kernelFunc({ inputs, attrs: attrs as tf.NamedAttrMap, backend: this.#backend }) as TensorInfo;
    this.#made.push(result);
    return result;
  }

  pad(x: TensorInfo, paddings: [number, number][]): TensorInfo {
    return paddings.every(([before, after]) => before === 0 && after === 0) ? x : this.run('PadV2', { x }, { paddings, constantValue: 0 });
  }

  crop(x: TensorInfo, size: number[]): TensorInfo {
    return size.every((n, axis) => n === x.shape[axis]) ? x : this.run('Slice', { x }, { begin: size.map(() => 0), size });
  }

  transpose(x: TensorInfo, perm: number[]): TensorInfo {
    return this.run('Transpose', { x }, { perm });
  }

  convolve(x: TensorInfo, filter: TensorInfo, dilations: [number, number]): TensorInfo {
    return this.run('Conv2D', { x, filter }, { strides: [1, 1], pad: 'valid', dataFormat: 'NHWC', dilations });
  }

  keep(result: TensorInfo): TensorInfo {
    for (const tensor of this.#made) if (tensor.dataId !== result.dataId) this.#backend.disposeData(tensor.dataId);
    return result;
  }
}

const view = (x: TensorInfo, shape: number[]): TensorInfo => ({ ...x, shape });

type Geometry = Pick<Conv2DBackpropFilterAttrs, 'strides' | 'pad' | 'dataFormat' | 'dimRoundingMode'>;

function convolutionOf(inputShape: number[], filterShape: number[], { strides, pad, dataFormat, dimRoundingMode }: Geometry) {
  if (dataFormat !== 'NHWC') throw new Error(`Convolution gradients on wasm need the data format NHWC, not ${dataFormat}.`);
  return tf.backend_util.computeConv2DInfo(
    inputShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    1,
    pad,
    dimRoundingMode,
  );
}

/** dW = xᵀ * dy: channels act as the batch, the batch as channels, dy as a filter dilated by the stride. */
function filterGradient(x: TensorInfo, dy: TensorInfo, attrs: Conv2DBackpropFilterAttrs, backend: unknown): TensorInfo {
  const info = convolutionOf(x.shape, attrs.filterShape, attrs);
  const { filterHeight, filterWidth, strideHeight, strideWidth, outHeight, outWidth, batchSize, inHeight, inWidth, inChannels } = info;
  const { top, left } = info.padInfo;
  const work = new Workspace(backend);
  // Exactly the rows and columns that the windows touch.
  const height = (outHeight - 1) * strideHeight + filterHeight;
  const width = (outWidth - 1) * strideWidth + filterWidth;
  const padded = work.pad(x, [
    [0, 0],
    [top, Math.max(0, height - inHeight - top)],
    [left, Math.max(0, width - inWidth - left)],
    [0, 0],
  ]);
  const touched = work.crop(padded, [batchSize, height, width, inChannels]);
  const result = work.convolve(work.transpose(touched, [3, 1, 2, 0]), work.transpose(dy, [1, 2, 0, 3]), [strideHeight, strideWidth]);
  return work.keep(work.transpose(result, [1, 2, 0, 3]));
}

/** dx = convolution of dy, with zeros between its values for the stride, and the filter turned by 180°. */
function inputGradient(dy: TensorInfo, filter: TensorInfo, attrs: Conv2DBackpropInputAttrs, backend: unknown): TensorInfo {
  const info = convolutionOf(attrs.inputShape, filter.shape, attrs);
  const { filterHeight, filterWidth, strideHeight, strideWidth, outHeight, outWidth, outChannels, batchSize, inHeight, inWidth } = info;
  const work = new Workspace(backend);
  let spread = dy;
  if (strideHeight > 1 || strideWidth > 1) {
    const rows = work.pad(view(dy, [batchSize * outHeight, outWidth, outChannels]), [
      [0, 0],
      [0, 0],
      [0, (strideWidth - 1) * outChannels],
    ]);
    const all = work.pad(view(rows, [batchSize * outHeight, 1, outWidth * strideWidth * outChannels]), [
      [0, 0],
      [0, strideHeight - 1],
      [0, 0],
    ]);
    spread = view(all, [batchSize, outHeight * strideHeight, outWidth * strideWidth, outChannels]);
  }
  // Pad so that a window without padding slides over exactly the input's height and width; negative means cut off.
  const before = [filterHeight - 1 - info.padInfo.top, filterWidth - 1 - info.padInfo.left] as const;
  const after = [
    inHeight + filterHeight - 1 - before[0] - spread.shape[1]!,
    inWidth + filterWidth - 1 - before[1] - spread.shape[2]!,
  ] as const;
  spread = work.crop(spread, [batchSize, spread.shape[1]! + Math.min(0, after[0]), spread.shape[2]! + Math.min(0, after[1]), outChannels]);
  spread = work.pad(spread, [
    [0, 0],
    [before[0], Math.max(0, after[0])],
    [before[1], Math.max(0, after[1])],
    [0, 0],
  ]);
  const turned = work.transpose(work.run('Reverse', { x: filter }, { dims: [0, 1] }), [0, 1, 3, 2]);
  return work.keep(work.convolve(spread, turned, [1, 1]));
}

/** Registers both gradients for the backend `wasm`, in place of what it brings. */
export function registerConvolutionGradients(): void {
  const brought = new Set(tf.getKernelsForBackend('wasm').map(({ kernelName }) => kernelName));
  const register = (kernelName: string, kernelFunc: tf.KernelFunc) => {
    if (brought.has(kernelName)) tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
  };
  register('Conv2DBackpropFilter', ({ inputs, attrs, backend }) =>
    filterGradient(inputs['x']!, inputs['dy']!, attrs as unknown as Conv2DBackpropFilterAttrs, backend),
  );
  register('Conv2DBackpropInput', ({ inputs, attrs, backend }) =>
    inputGradient(inputs['dy']!, inputs['filter']!, attrs as unknown as Conv2DBackpropInputAttrs, backend),
  );
}

/**
 * Puts the pool's convolutions and matrix products in the place of those of tfjs's wasm backend, which lacks some and is slow
 * in others; and makes copies share their values, as they do on tfjs's other backends.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Convolution, ConvolutionKernel } from './convolution.ts';

type Shape4 = [number, number, number, number];

interface ConvolutionAttrs {
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number | [[number, number], [number, number], [number, number], [number, number]];
  dataFormat: string;
  dilations?: [number, number] | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function sizesOf(input: number[], filter: number[], attrs: unknown): Convolution {
  const { strides, pad, dataFormat, dilations = 1, dimRoundingMode } = attrs as ConvolutionAttrs;
  if (dataFormat !== 'NHWC') throw new Error(`Convolutions on wasm need the data format NHWC, not ${dataFormat}.`);
  return tf.backend_util.computeConv2DInfo(input as Shape4, filter as Shape4, strides, dilations, pad, dimRoundingMode);
}

function product(kernel: ConvolutionKernel, a: TensorInfo, b: TensorInfo, transposeA: boolean, transposeB: boolean): TensorInfo {
  const matrices = (x: TensorInfo): TensorInfo => ({
    ...x,
    shape: [x.shape.slice(0, -2).reduce((p, q) => p * q, 1), ...x.shape.slice(-2)],
  });
  const [left, right] = [matrices(a), matrices(b)];
  const [countA, countB] = [left.shape[0]!, right.shape[0]!];
  if (countA !== countB && countA !== 1 && countB !== 1)
    throw new Error(`Matrix products on wasm cannot broadcast batches of ${countA} and ${countB}.`);
  const outer = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return kernel.product(left, right, transposeA ? 'a' : transposeB ? 'b' : 'none', outer);
}

/** Registers them for the backend `wasm`. */
export function registerKernels(kernel: ConvolutionKernel): void {
  const brought = new Set(tf.getKernelsForBackend('wasm').map(({ kernelName }) => kernelName));
  const register = (kernelName: string, kernelFunc: tf.KernelFunc) => {
    if (brought.has(kernelName)) tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
  };
  register('Conv2D', ({ inputs, attrs }) => {
    const [x, filter] = [inputs['x']!, inputs['filter']!];
    return kernel.forward(x, filter, sizesOf(x.shape, filter.shape, attrs));
  });
  register('Conv2DBackpropInput', ({ inputs, attrs }) => {
    const [dy, filter] = [inputs['dy']!, inputs['filter']!];
    return kernel.byInput(dy, filter, sizesOf((attrs as { inputShape?: number[] }).inputShape!, filter.shape, attrs));
  });
  register('Conv2DBackpropFilter', ({ inputs, attrs }) => {
    const [x, dy] = [inputs['x']!, inputs['dy']!];
    return kernel.byFilter(x, dy, sizesOf(x.shape, (attrs as { filterShape?: number[] }).filterShape!, attrs));
  });
  register('Identity', ({ inputs, backend }) => {
    const { dataId, shape, dtype } = inputs['x']!;
    (backend as Pick<tf.KernelBackend, 'incRef'>).incRef(dataId);
    return { dataId, shape, dtype };
  });
  register('BatchMatMul', ({ inputs, attrs, backend }) => {
    const { transposeA, transposeB } = attrs as unknown as { transposeA: boolean; transposeB: boolean };
    const [a, b] = [inputs['a']!, inputs['b']!];
    if (!transposeA || !transposeB) return product(kernel, a, b, transposeA, transposeB);
    const rank = a.shape.length;
    const perm = [...Array(rank - 2).keys(), rank - 1, rank - 2];
    const turned = tf.getKernel('Transpose', 'wasm').kernelFunc({ inputs: { x: a }, attrs: { perm }, backend }) as TensorInfo;
    const result = product(kernel, turned, b, false, true);
    (backend as Pick<tf.KernelBackend, 'disposeData'>).disposeData(turned.dataId);
    return result;
  });
}

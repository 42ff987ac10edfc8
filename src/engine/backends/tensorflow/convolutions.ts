/**
 * Convolution and its gradients for tfjs's TensorFlow backend, which itself takes the paddings 'same' and 'valid' only.
 * TensorFlow can do any: what tfjs gives as a number is told to it as explicit padding.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Conv2DAttrs, TensorInfo } from '@tensorflow/tfjs-core';

interface Attribute {
  name: string;
  type: number;
  value: unknown;
}

/** The parts of tfjs's NodeJSKernelBackend that matter here. */
export interface OpBackend {
  binding: Record<'TF_FLOAT' | 'TF_ATTR_INT' | 'TF_ATTR_STRING' | 'TF_ATTR_BOOL' | 'TF_ATTR_TYPE', number>;
  executeSingleOutput(op: string, attributes: Attribute[], inputs: TensorInfo[]): TensorInfo;
}

type Geometry = Pick<Conv2DAttrs, 'strides' | 'pad' | 'dataFormat' | 'dimRoundingMode'> & Partial<Pick<Conv2DAttrs, 'dilations'>>;
type Shape4D = [number, number, number, number];

function attributesOf(inputShape: number[], filterShape: number[], geometry: Geometry, { binding }: OpBackend): Attribute[] {
  const { strides, pad, dataFormat, dimRoundingMode, dilations = 1 } = geometry;
  if (dataFormat !== 'NHWC') throw new Error(`Convolutions on tensorflow need the data format NHWC, not ${dataFormat}.`);
  const info = tf.backend_util.computeConv2DInfo(inputShape as Shape4D, filterShape as Shape4D, strides, dilations, pad, dimRoundingMode);
  const { top, bottom, left, right } = info.padInfo;
  return [
    { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    { name: 'strides', type: binding.TF_ATTR_INT, value: [1, info.strideHeight, info.strideWidth, 1] },
    { name: 'padding', type: binding.TF_ATTR_STRING, value: 'EXPLICIT' },
    { name: 'explicit_paddings', type: binding.TF_ATTR_INT, value: [0, 0, top, bottom, left, right, 0, 0] },
    { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' },
    { name: 'use_cudnn_on_gpu', type: binding.TF_ATTR_BOOL, value: true },
    { name: 'dilations', type: binding.TF_ATTR_INT, value: [1, info.dilationHeight, info.dilationWidth, 1] },
  ];
}

/** A gradient op is told the shape of its result by a tensor. */
function withShape<T>(shape: number[], use: (sizes: TensorInfo) => T): T {
  const sizes = tf.tensor1d(shape, 'int32');
  try {
    return use(sizes);
  } finally {
    sizes.dispose();
  }
}

/** Replaces the three kernels. */
export function registerConvolutions(): void {
  const register = (kernelName: string, kernelFunc: tf.KernelFunc) => {
    tf.unregisterKernel(kernelName, 'tensorflow');
    tf.registerKernel({ kernelName, backendName: 'tensorflow', kernelFunc });
  };
  register('Conv2D', ({ inputs, attrs, backend }) => {
    const { x, filter } = inputs as { x: TensorInfo; filter: TensorInfo };
    const ops = backend as OpBackend;
    return ops.executeSingleOutput('Conv2D', attributesOf(x.shape, filter.shape, attrs as unknown as Geometry, ops), [x, filter]);
  });
  register('Conv2DBackpropFilter', ({ inputs, attrs, backend }) => {
    const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
    const { filterShape, ...geometry } = attrs as unknown as Geometry & { filterShape: number[] };
    const ops = backend as OpBackend;
    const attributes = attributesOf(x.shape, filterShape, geometry, ops);
    return withShape(filterShape, (sizes) => ops.executeSingleOutput('Conv2DBackpropFilter', attributes, [x, sizes, dy]));
  });
  register('Conv2DBackpropInput', ({ inputs, attrs, backend }) => {
    const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo };
    const { inputShape, ...geometry } = attrs as unknown as Geometry & { inputShape: number[] };
    const ops = backend as OpBackend;
    const attributes = attributesOf(inputShape, filter.shape, geometry, ops);
    return withShape(inputShape, (sizes) => ops.executeSingleOutput('Conv2DBackpropInput', attributes, [sizes, filter, dy]));
  });
}

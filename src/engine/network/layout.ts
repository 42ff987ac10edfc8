/** Axis orders: files and surgery use PyTorch's, tfjs its own. Both directions only move values, so they lose nothing. */
import type { HostTensor } from '../../shared/weights.ts';

/** Copies a row-major array into the order in which axis i of the result is axis order[i] of the source. */
function permute({ shape, data }: HostTensor, order: number[]): HostTensor {
  const sourceStrides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const resultShape = order.map((axis) => shape[axis]!);
  const strides = order.map((axis) => sourceStrides[axis]!);
  const result = new Float32Array(data.length);
  const index = resultShape.map(() => 0);
  let source = 0;
  for (let i = 0; i < result.length; i++) {
    result[i] = data[source]!;
    for (let axis = index.length - 1; axis >= 0; axis--) {
      source += strides[axis]!;
      if (++index[axis]! < resultShape[axis]!) break;
      source -= strides[axis]! * resultShape[axis]!;
      index[axis] = 0;
    }
  }
  return { shape: resultShape, data: result };
}

type Order = { toTensor: number[]; toFile: number[] };
/** Convolution: PyTorch (out, in, height, width), tfjs (height, width, in, out). */
const convolution: Order = { toTensor: [2, 3, 1, 0], toFile: [3, 2, 0, 1] };
/** Linear: PyTorch (out, in), here (in, out). */
const linear: Order = { toTensor: [1, 0], toFile: [1, 0] };

function orderOf(name: string): Order | null {
  if (name.endsWith('.conv.weight')) return convolution;
  if (/(^|\.)decoder\.\d+\.weight$/.test(name)) return linear;
  return null; // vectors, and capsule weights (K, types, dim, inDim), are the same in both
}

/** From the stored axis order to tfjs's. `name` is the parameter's, with or without a prefix such as "adam.m.". */
export function toTensorLayout(name: string, stored: HostTensor): HostTensor {
  const order = orderOf(name);
  return order ? permute(stored, order.toTensor) : stored;
}

/** From tfjs's axis order to the stored one. */
export function toFileLayout(name: string, tensor: HostTensor): HostTensor {
  const order = orderOf(name);
  return order ? permute(tensor, order.toFile) : tensor;
}

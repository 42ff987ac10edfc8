/** What a capsule kernel does: votes and routing by agreement of one layer, forward and backward, on tfjs tensors. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { RoutingShape } from '../../shared/describe.ts';
import type { Squash } from '../../shared/spec/network.ts';

export interface LayerShape extends RoutingShape {
  batch: number;
  squash: Squash;
}

/**
 * Shapes, with K = kernelHeight · kernelWidth · inTypes children per parent, child k = (ky · kernelWidth + kx) · inTypes + type:
 * - u: (batch, inHeight, inWidth, inTypes, inDim), capsules of the layer below
 * - w: (K, outTypes, outDim, inDim), transformation matrices, shared over positions
 * - bias: (outTypes, outDim), added to the sum of votes before every squash, or nothing
 * - v: (batch, outHeight, outWidth, outTypes, outDim), capsules of this layer
 *
 * Implementations are synchronous, return new tensors and dispose of all others that they make.
 */
export interface CapsuleKernel {
  readonly name: string;
  /** `saved` is handed to `backward` and disposed of by the caller; what it holds is the kernel's own affair. */
  forward(u: Tensor, w: Tensor, bias: Tensor | undefined, shape: LayerShape): { v: Tensor; saved: Tensor[] };
  /** Gradients of the loss by u, w and the bias, if there is one, given that by v. */
  backward(
    dv: Tensor,
    inputs: { u: Tensor; w: Tensor; bias: Tensor | undefined },
    saved: Tensor[],
    shape: LayerShape,
  ): { du: Tensor; dw: Tensor; dbias: Tensor | undefined };
}

/**
 * The parts of a training step that a backend may compute in one go instead of op by op. Each is an interface with a
 * reference in plain tf ops (reference.ts); a backend brings its own where that is faster and takes the reference for the rest.
 * All are synchronous, return new tensors and dispose of all others that they make.
 */
import type { Tensor, Tensor1D, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import type { Squash } from '../../shared/spec/network.ts';
import type { CapsuleKernel } from './capsule-kernel.ts';

export interface Kernels {
  readonly capsules: CapsuleKernel;
  readonly squash: SquashKernel;
  readonly batchNorm: BatchNormKernel;
  readonly adam: AdamKernel;
}

/** Squash along the last axis; see capsules/squash.ts. All tensors have the shape of s. */
export interface SquashKernel {
  forward(s: Tensor, kind: Squash): Tensor;
  /** Gradient by s, given that by squash(s). */
  backward(s: Tensor, dv: Tensor, kind: Squash): Tensor;
}

/** Batch normalisation followed by ReLU: relu(γ · (x − mean) / √(variance + ε) + β). x, y, dy, dx: (B, H, W, C); all others (C). */
export interface BatchNormKernel {
  /** Mean and (biased) variance of every channel. */
  moments(x: Tensor4D): { mean: Tensor1D; variance: Tensor1D };
  forward(x: Tensor4D, gamma: Tensor, beta: Tensor, mean: Tensor, variance: Tensor): Tensor4D;
  /** Gradients given that by y = forward(…), where mean and variance are those of x, through which gradients flow too. */
  backward(
    dy: Tensor,
    saved: { x: Tensor; y: Tensor; gamma: Tensor; mean: Tensor; variance: Tensor },
  ): { dx: Tensor; dgamma: Tensor; dbeta: Tensor };
}

export interface AdamParameter {
  /** Gets its new value, as both moments do; in place if the backend can. */
  parameter: Variable;
  /** Moving averages of the gradient and of its square. */
  first: Variable;
  second: Variable;
  gradient: Tensor;
}

export interface AdamStep {
  beta1: number;
  beta2: number;
  /** Learning rate / (1 − β₁ᵗ). */
  stepSize: number;
  /** √(1 − β₂ᵗ), by which the root of the second moment is divided. */
  correction: number;
  epsilon: number;
  /** Weight of the L2 term in the gradient, 0 where decay is decoupled. */
  weightDecay: number;
  /** Share of its value that every parameter loses beside its step: learning rate · decay where that is decoupled, else 0. */
  shrinkage: number;
}

/** One update of all parameters: g = gradient + decay · p; m, v as usual; p −= stepSize · m / (√v / correction + ε) + shrinkage · p. */
export interface AdamKernel {
  update(parameters: readonly AdamParameter[], step: AdamStep): void;
}

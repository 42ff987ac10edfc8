/**
 * The fused capsule kernel for every CPU backend: votes, routing and their gradients in WebAssembly SIMD on threads.
 * Votes exist only for the eight parents that a thread works on; of the forward pass only s of every iteration is kept.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { CapsuleKernel, LayerShape } from '../../../ops/capsule-kernel.ts';
import type { KernelMemory } from '../memory.ts';
import { planLayer, type LayerPlan } from './plan.ts';
import { Operation, type KernelPool } from '../pool.ts';

interface Addresses {
  u: number;
  w: number;
  v?: number;
  dv?: number;
  du?: number;
  dw?: number;
  saved: number;
}

/** `pool` must run over `memory`. */
export function wasmKernel(pool: KernelPool, memory: KernelMemory): CapsuleKernel {
  function run(operation: number, shape: LayerShape, plan: LayerPlan, addresses: Addresses): void {
    const { u, w, v = 0, dv = 0, du = 0, dw = 0, saved } = addresses;
    const { zeros, partials, sums } = plan.shared;
    const shared = memory.scratch(zeros + partials + sums + pool.threads * plan.threadBytes);
    new Uint8Array(memory.memory.buffer, shared, zeros).fill(0);
    let end = shared;
    const next = (bytes: number): number => (end += bytes) - bytes;
    // The order of readLayer in wasm/assembly/capsules/layer.ts.
    pool.run([
      operation,
      shape.batch,
      shape.inHeight,
      shape.inWidth,
      shape.inTypes,
      shape.inDim,
      shape.outHeight,
      shape.outWidth,
      shape.outTypes,
      shape.outDim,
      shape.kernelHeight,
      shape.kernelWidth,
      shape.stride,
      shape.padding,
      shape.iterations,
      shape.squash === 'sensitive' ? 1 : 0,
      plan.blockTiles,
      plan.team ? 1 : 0,
      u,
      w,
      v,
      dv,
      du,
      dw,
      saved,
      next(zeros),
      next(partials),
      sums && next(sums),
      plan.sumsStride,
      plan.weightsOffset,
      plan.coefficientStride,
      plan.vectorStride,
      plan.tableStride,
      plan.tileStride,
      plan.threadBytes,
      end,
      ...plan.threadParts,
    ]);
  }

  return {
    name: 'fused wasm',

    forward(u, w, shape) {
      const { batch, outHeight, outWidth, outTypes, outDim } = shape;
      const plan = planLayer(shape, pool.threads, false);
      memory.begin();
      const inputs = { u: memory.input(u), w: memory.input(w) };
      const v = memory.output([batch, outHeight, outWidth, outTypes, outDim]);
      const saved = wantsGradients() ? [memory.output(plan.saved)] : [];
      run(Operation.capsulesForward, shape, plan, { ...inputs, v: v.address, saved: saved[0]?.address ?? 0 });
      return { v: v.finish(), saved: saved.map((tensor) => tensor.finish()) };
    },

    backward(dv, u, w, saved, shape) {
      const plan = planLayer(shape, pool.threads, true);
      memory.begin();
      const [dvAddress, uAddress, wAddress, savedAddress] = [dv, u, w, saved[0]!].map((tensor: Tensor) => memory.input(tensor));
      const [du, dw] = [memory.output(u.shape), memory.output(w.shape)];
      const addresses = { u: uAddress!, w: wAddress!, dv: dvAddress!, du: du.address, dw: dw.address, saved: savedAddress! };
      run(Operation.capsulesBackward, shape, plan, addresses);
      return { du: du.finish(), dw: dw.finish() };
    },
  };
}

/** Whether somebody differentiates; otherwise nothing needs to be kept. */
function wantsGradients(): boolean {
  return tf.engine().state.gradientDepth > 0;
}

/**
 * The fused capsule kernel for every CPU backend: votes, routing and their gradients in WebAssembly SIMD on threads.
 * Votes exist only for the eight parents that a hand works on; of the forward pass only s of every iteration is kept.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { CapsuleKernel, LayerShape } from '../../../ops/capsule-kernel.ts';
import type { KernelMemory } from '../memory.ts';
import * as Words from '../jobs/capsules.ts';
import { CAPSULES_BACKWARD, CAPSULES_FORWARD } from '../jobs/numbers.ts';
import { planLayer, type LayerPlan } from './plan.ts';
import type { KernelPool, WordsOf } from '../pool.ts';

interface Addresses {
  u: number;
  w: number;
  bias?: number;
  v?: number;
  dv?: number;
  du?: number;
  dw?: number;
  dbias?: number;
  saved: number;
}

/** `pool` must run over `memory`. */
export function wasmKernel(pool: KernelPool, memory: KernelMemory): CapsuleKernel {
  function run(operation: number, shape: LayerShape, plan: LayerPlan, addresses: Addresses): void {
    const { u, w, bias = 0, v = 0, dv = 0, du = 0, dw = 0, dbias = 0, saved } = addresses;
    const { zeros, partials, sums } = plan.shared;
    const shared = memory.scratch(zeros + partials + sums + pool.hands * plan.handBytes);
    new Uint8Array(memory.memory.buffer, shared, zeros).fill(0);
    const partialsAt = shared + zeros;
    const sumsAt = partialsAt + partials;
    const scratch = sumsAt + sums;
    const words: WordsOf<typeof Words> = {
      [Words.BATCH]: shape.batch,
      [Words.IN_HEIGHT]: shape.inHeight,
      [Words.IN_WIDTH]: shape.inWidth,
      [Words.IN_TYPES]: shape.inTypes,
      [Words.IN_DIM]: shape.inDim,
      [Words.OUT_HEIGHT]: shape.outHeight,
      [Words.OUT_WIDTH]: shape.outWidth,
      [Words.OUT_TYPES]: shape.outTypes,
      [Words.OUT_DIM]: shape.outDim,
      [Words.KERNEL_HEIGHT]: shape.kernelHeight,
      [Words.KERNEL_WIDTH]: shape.kernelWidth,
      [Words.STRIDE]: shape.stride,
      [Words.PADDING]: shape.padding,
      [Words.ITERATIONS]: shape.iterations,
      [Words.SENSITIVE]: shape.squash === 'sensitive' ? 1 : 0,
      [Words.BLOCK_TILES]: plan.blockTiles,
      [Words.TEAM]: plan.team ? 1 : 0,
      [Words.U]: u,
      [Words.W]: w,
      [Words.BIAS]: bias,
      [Words.V]: v,
      [Words.DV]: dv,
      [Words.DU]: du,
      [Words.DW]: dw,
      [Words.DBIAS]: dbias,
      [Words.SAVED]: saved,
      [Words.ZEROS]: shared,
      [Words.PARTIALS]: partialsAt,
      [Words.SUMS]: sums && sumsAt,
      [Words.SUMS_STRIDE]: plan.sumsStride,
      [Words.WEIGHTS_OFFSET]: plan.weightsOffset,
      [Words.COEFFICIENT_STRIDE]: plan.coefficientStride,
      [Words.VECTOR_STRIDE]: plan.vectorStride,
      [Words.TABLE_STRIDE]: plan.tableStride,
      [Words.TILE_STRIDE]: plan.tileStride,
      [Words.HANDS]: pool.hands,
      [Words.SCRATCH]: scratch,
      [Words.SCRATCH_STRIDE]: plan.handBytes,
      ...plan.handParts,
    };
    pool.run(operation, words);
  }

  return {
    name: 'fused wasm',

    forward(u, w, bias, shape) {
      const { batch, outHeight, outWidth, outTypes, outDim } = shape;
      const plan = planLayer(shape, pool.hands, false);
      memory.begin();
      const inputs = { u: memory.input(u), w: memory.input(w), bias: bias ? memory.input(bias) : 0 };
      const v = memory.output([batch, outHeight, outWidth, outTypes, outDim]);
      const saved = wantsGradients() ? [memory.output(plan.saved)] : [];
      run(CAPSULES_FORWARD, shape, plan, { ...inputs, v: v.address, saved: saved[0]?.address ?? 0 });
      return { v: v.finish(), saved: saved.map((tensor) => tensor.finish()) };
    },

    backward(dv, { u, w, bias }, saved, shape) {
      const plan = planLayer(shape, pool.hands, true);
      memory.begin();
      const [dvAddress, uAddress, wAddress, savedAddress] = [dv, u, w, saved[0]!].map((tensor: Tensor) => memory.input(tensor));
      const [du, dw] = [memory.output(u.shape), memory.output(w.shape)];
      const dbias = bias && memory.output(bias.shape);
      const inputs = { u: uAddress!, w: wAddress!, dv: dvAddress!, saved: savedAddress! };
      const addresses = { ...inputs, du: du.address, dw: dw.address, dbias: dbias?.address ?? 0 };
      run(CAPSULES_BACKWARD, shape, plan, addresses);
      return { du: du.finish(), dw: dw.finish(), dbias: dbias?.finish() };
    },
  };
}

/** Whether somebody differentiates; otherwise nothing needs to be kept. */
function wantsGradients(): boolean {
  return tf.engine().state.gradientDepth > 0;
}

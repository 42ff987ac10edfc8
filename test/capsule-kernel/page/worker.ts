import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { startWasmKernel } from '../../../src/engine/backends/wasm/start.ts';
import { pageKernelHost } from './kernel-host.ts';
import { runLayer } from '../run-layer.ts';
import type { LayerInputs, LayerResults } from './layer.ts';

const host = pageKernelHost(new URL('/kernels/', location.href), 3);

async function start() {
  await tf.setBackend('cpu');
  return startWasmKernel(await host);
}
const starting = start();

// Listens at once: a message that comes before is lost.
addEventListener('message', ({ data }: MessageEvent<LayerInputs>) => {
  void answer(data);
});

async function answer(inputs: LayerInputs) {
  const { v, du, dw } = runLayer(await starting, inputs);
  postMessage({ v: [...v], du: [...du], dw: [...dw], threads: (await host).threads } satisfies LayerResults);
}

/**
 * TensorFlow.js on WebAssembly: registers tfjs's wasm backend on a module that the host has started (with threads, if
 * it can), completes it with the convolution gradients that it lacks or does in scalar loops, and mends its matrix product.
 */
import * as tf from '@tensorflow/tfjs-core';
import { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { registerConvolutionGradients } from './wasm/convolution-gradients.ts';
import { registerMatrixProduct } from './wasm/matrix-product.ts';

export type WasmModule = ConstructorParameters<typeof BackendWasm>[0];

/** Makes `wasm` the current tfjs backend. May be called once per process or worker. */
export async function useWasmBackend(module: WasmModule): Promise<void> {
  tf.removeBackend('wasm'); // importing the package registers its own loader, which finds no files in Node
  tf.registerBackend('wasm', () => new BackendWasm(module));
  await tf.setBackend('wasm');
  registerConvolutionGradients();
  registerMatrixProduct();
}

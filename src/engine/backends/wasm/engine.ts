/** TensorFlow.js on WebAssembly: registers tfjs's wasm backend on a module that the host has started. */
import * as tf from '@tensorflow/tfjs-core';
import { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

export type WasmModule = ConstructorParameters<typeof BackendWasm>[0];

/** Makes `wasm` the current tfjs backend. May be called once per process or worker. */
export async function useWasmBackend(module: WasmModule): Promise<void> {
  tf.removeBackend('wasm'); // importing the package registers its own loader, which finds no files in Node
  tf.registerBackend('wasm', () => new BackendWasm(module));
  await tf.setBackend('wasm');
}

/** The engine `webgpu` in a Node process: Dawn, the WebGPU of Chromium, from the optional package `webgpu`. */
import { createRequire } from 'node:module';
import type * as Dawn from 'webgpu';
import type { Engine } from '../../../engine/engine.ts';
import { InputError } from '../../../shared/input-error.ts';
const packaged = createRequire(import.meta.url);

export async function start(): Promise<Engine> {
  // Its memory lies outside of V8's own, which Electron forbids: reading would fail, and uploads would be lost.
  if (process.versions['electron']) throw new InputError("Electron's processes cannot use the package webgpu");
  const { create, globals } = await dawn();
  // tfjs looks for all of this in the global object. Dawn works for as long as somebody holds what create() gives, and
  // keeps the process alive for as long.
  Object.assign(globalThis, globals);
  const navigator: { gpu?: GPU } = globalThis.navigator;
  const before = navigator.gpu;
  const gpu = before ?? create([]);
  const hold = (held: GPU | undefined) => Object.defineProperty(navigator, 'gpu', { value: held, configurable: true, writable: true });
  hold(gpu);
  try {
    const { useWebgpuBackend } = await import('../../../engine/backends/webgpu/engine.ts');
    const engine = await useWebgpuBackend(gpu);
    return {
      ...engine,
      versions: { node: process.versions.node, tfjs: versionOf('@tensorflow/tfjs-core'), webgpu: versionOf('webgpu') },
      dispose: () => {
        engine.dispose();
        hold(undefined);
      },
    };
  } catch (error) {
    hold(before);
    throw error;
  }
}

async function dawn(): Promise<typeof Dawn> {
  try {
    return await import('webgpu');
  } catch (error) {
    throw new InputError(`the engine webgpu needs the package "webgpu", which could not be loaded here: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

const versionOf = (name: string): string => (packaged(`${name}/package.json`) as { version: string }).version;

/**
 * Loads tfjs's backend for TensorFlow from its parts, so that the binding may lie outside of node_modules, where
 * `npm ci` would take it away and a packaged application could not put it.
 */
import type { KernelBackend } from '@tensorflow/tfjs-core';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';
import { InputError } from '../../../shared/input-error.ts';
import { BINDING } from './installation.ts';

// Not `require`: the bundler puts a variable of that name into the same module.
const packaged = createRequire(import.meta.url);
const PACKAGE = '@tensorflow/tfjs-node-gpu';

interface Binding {
  TF_Version: string;
}

export interface TensorflowBackend extends KernelBackend {
  readonly binding: Binding;
  readonly isUsingGpuDevice: boolean;
}

interface BackendModule {
  NodeJSKernelBackend: new (binding: Binding, packageName: string) => TensorflowBackend;
}

export interface Settings {
  threads: number;
}

/** Functions that Node.js no longer has, or warns of, and the package still calls. */
function restoreUtilities(): void {
  const old = util as unknown as Record<string, unknown>;
  old['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  old['isArray'] = Array.isArray;
}

/** TensorFlow reads these when it is loaded. */
function configure({ threads }: Settings): void {
  const settings = {
    // Takes GPU memory as it is needed, not all of it at once.
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    // Full float32 on NVIDIA cards: their TF32 keeps ten bits of the fraction, which is not what the other engines compute.
    NVIDIA_TF32_OVERRIDE: '0',
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: '1',
    // Errors only.
    TF_CPP_MIN_LOG_LEVEL: '2',
  };
  for (const [name, value] of Object.entries(settings)) process.env[name] ??= value;
}

/**
 * The backend of an installation, not registered yet; its kernels are. Once per process.
 * Throws an InputError when the library cannot be loaded here.
 */
export function loadBackend(folder: string, settings: Settings): TensorflowBackend {
  restoreUtilities();
  configure(settings);
  let binding: Binding;
  let backend: BackendModule;
  try {
    packaged(`${PACKAGE}/dist/register_all_kernels.js`);
    backend = packaged(`${PACKAGE}/dist/nodejs_kernel_backend.js`) as BackendModule;
  } catch (error) {
    throw new InputError(`the package ${PACKAGE} is not there`, { cause: error });
  }
  try {
    binding = packaged(join(folder, BINDING)) as Binding;
  } catch (error) {
    throw new InputError(`TensorFlow cannot be loaded: ${(error as Error).message}`, { cause: error });
  }
  return new backend.NodeJSKernelBackend(binding, PACKAGE);
}

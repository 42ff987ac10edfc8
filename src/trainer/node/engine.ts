/**
 * Starts an engine in a Node process: the terminal's, a test's, or Electron's utility process. Each is loaded when it is
 * asked for, so that nobody pays for what another engine needs.
 */
import { availableParallelism } from 'node:os';
import type { Engine } from '../../engine/engine.ts';
import type { EngineName } from '../../shared/engines.ts';
import { InputError } from '../../shared/input-error.ts';
import type { EngineModule } from './engines/module.ts';

export interface EngineOptions {
  engine: EngineName;
  /** Defaults to all processors. */
  threads?: number;
  /** Among how many hands sums are divided, on which their rounding depends; defaults to as many as threads. */
  hands?: number;
  /** Folder with what scripts/build-kernels.mjs has compiled; a bundled program says where it is. */
  kernels?: URL;
  /** Folder that `npm run engine:tensorflow` has filled. */
  tensorflow?: string | null;
}

const modules: Partial<Record<EngineName, () => Promise<EngineModule>>> = {
  wasm: () => import('./engines/wasm.ts'),
  tensorflow: () => import('./engines/tensorflow.ts'),
  webgpu: () => import('./engines/webgpu.ts'),
};

/** Sets up the backend of this process. Call once per process. Throws an InputError when the engine cannot compute here. */
export async function startEngine({
  engine,
  threads = availableParallelism(),
  hands = threads,
  kernels = new URL('../../../out/kernels/', import.meta.url),
  tensorflow = null,
}: EngineOptions): Promise<Engine> {
  const load = modules[engine];
  if (!load) throw new InputError(`the engine ${engine} is not part of this version`);
  return (await load()).start({ threads, hands, kernels, tensorflow });
}

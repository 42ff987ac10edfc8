/** What each file of this folder named after an engine is to startEngine(). */
import type { Engine } from '../../../engine/engine.ts';

export interface StartOptions {
  threads: number;
  hands: number;
  /** Folder with what scripts/build-kernels.mjs has compiled. */
  kernels: URL;
  /** Folder that `npm run engine:tensorflow` has filled; null: the engine is not wanted from anywhere. */
  tensorflow: string | null;
}

export interface EngineModule {
  /** Throws an InputError that says what is missing when the engine cannot compute here. */
  start: (options: StartOptions) => Promise<Engine>;
}

/** The ways of computing, by the names under which they are asked for and stored with every run. */
import { z } from 'zod';

export const engineNames = ['wasm', 'webgpu', 'tensorflow'] as const;
export const EngineName = z.enum(engineNames);
export type EngineName = z.infer<typeof EngineName>;

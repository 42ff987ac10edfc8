/** The ways of computing, by the names under which they are asked for and stored with every run, and what they compute on. */
import { z } from 'zod';

export const engineNames = ['wasm', 'webgpu', 'tensorflow'] as const;
export const EngineName = z.enum(engineNames);
export type EngineName = z.infer<typeof EngineName>;

export interface Device {
  /** `software`: a graphics card imitated by the processor, which is slower than the processor by itself. */
  kind: 'cpu' | 'gpu' | 'software';
  /** "NVIDIA H100 80GB", "SwiftShader Device", "8 threads". */
  name: string;
}

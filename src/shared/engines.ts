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

/** What is known of an engine on this machine. */
export interface EngineReport {
  name: EngineName;
  /** Null, as all of the following, when it does not work here. */
  device: Device | null;
  /** One line: "WebAssembly SIMD, 8 threads, …". */
  description: string | null;
  /** Of a small fixed step of training; null when it was not measured. */
  imagesPerSecond: number | null;
  /** Why it cannot be used here; null when it can. */
  unavailable: string | null;
}

export interface EngineDecision {
  name: EngineName;
  /** Why this one, and why not those that would have come first. */
  reason: string;
}

/** The engines in the order in which they are preferred; the last one always works. */
export const enginePreference = ['webgpu', 'tensorflow', 'wasm'] as const satisfies EngineName[];

/** Why an engine is not chosen by itself; null when it may be. On the processor it is `wasm` that needs no set-up. */
export function objection({ name, device, unavailable }: EngineReport): string | null {
  if (unavailable !== null) return unavailable;
  if (device === null || name === 'wasm' || device.kind === 'gpu') return null;
  return device.kind === 'software' ? `${device.name} only imitates a graphics card` : 'it finds no graphics card';
}

/** The first engine of the order that nothing speaks against. Engines of which nothing is known are passed over. */
export function chooseEngine(reports: EngineReport[]): EngineDecision {
  const against: string[] = [];
  for (const name of enginePreference) {
    const report = reports.find((one) => one.name === name);
    const problem = report ? objection(report) : 'nothing is known of it';
    if (name === 'wasm') break;
    if (problem === null) return { name, reason: [`it computes on ${report!.device!.name}`, ...against].join('; ') };
    against.push(`${name}: ${problem}`);
  }
  return { name: 'wasm', reason: ['it works on every processor', ...against].join('; ') };
}

/** The engine as jobs see it: a tfjs backend that is set up, and the kernels that go with it. */
import type { Device, EngineName } from '../shared/engines.ts';
import type { Kernels } from './ops/kernels.ts';

export interface Engine {
  /** Which way of computing: stored with every run. */
  readonly name: EngineName;
  readonly device: Device;
  /** One line for people: backend, threads, kernel. */
  readonly description: string;
  readonly threads: number;
  readonly versions: Record<string, string>;
  readonly kernels: Kernels;
  /** Steps of training whose metrics are read together: reading makes a GPU wait. */
  readonly readInterval: number;
  /** Ends worker threads. The engine cannot be used afterwards. */
  dispose(): void;
}

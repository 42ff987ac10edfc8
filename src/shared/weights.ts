/** Named arrays outside a backend: what checkpoints hold, surgery cuts and files carry. Axis order is PyTorch's; see describe.ts for names and shapes. */

export interface HostTensor {
  shape: number[];
  /** Row-major. */
  data: Float32Array;
}

export type Weights = Map<string, HostTensor>;

/**
 * Where kernels find tensors: in the heap of tfjs's wasm backend, which they can share without a copy, or in a memory of
 * their own, into and out of which the tensors of any other CPU backend are copied.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { DataId, Tensor, TensorInfo } from '@tensorflow/tfjs-core';

/** Kernels read whole vectors, so up to this many bytes behind a tensor may be read (and ignored). */
export const SLACK = 64;
const ALIGNMENT = 64;

export interface PendingTensor {
  address: number;
  /** Makes the tensor of what the kernel has left at `address`. */
  finish(): Tensor;
}

export interface KernelMemory {
  readonly memory: WebAssembly.Memory;
  /** Address of bytes that stay reserved for good. */
  reserve(bytes: number): number;
  /** Begins a job: what the last one used may be overwritten. */
  begin(): void;
  /** Address of a float32 tensor's values. */
  input(tensor: Tensor): number;
  output(shape: number[]): PendingTensor;
  /** Address of bytes that hold anything. */
  scratch(bytes: number): number;
}

const aligned = (n: number): number => Math.ceil(n / ALIGNMENT) * ALIGNMENT;

const PAGE = 65536;
export const MAX_PAGES = 65536;

/** A memory of the kernels' own, filled from the start with each job. It grows and is used again, never given back. */
export class OwnMemory implements KernelMemory {
  readonly memory = new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES, shared: true });
  /** Address 0 is nobody's. */
  #start = ALIGNMENT;
  #next = this.#start;

  reserve(bytes: number): number {
    const address = this.scratch(bytes);
    this.#start = this.#next;
    return address;
  }

  begin(): void {
    this.#next = this.#start;
  }

  input(tensor: Tensor): number {
    const address = this.scratch(4 * tensor.size);
    new Float32Array(this.memory.buffer, address, tensor.size).set(tensor.dataSync());
    return address;
  }

  output(shape: number[]): PendingTensor {
    const size = shape.reduce((a, b) => a * b, 1);
    const address = this.scratch(4 * size);
    return { address, finish: () => tf.tensor(new Float32Array(this.memory.buffer, address, size).slice(), shape, 'float32') };
  }

  scratch(bytes: number): number {
    const address = this.#next;
    this.#next = aligned(address + bytes + SLACK);
    const missing = this.#next - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE));
    return address;
  }
}

/** The parts of tfjs's BackendWasm that matter here. */
interface WasmBackend {
  dataIdMap: { get(id: DataId): { memoryOffset: number } };
  makeOutput(shape: number[], dtype: 'float32'): TensorInfo;
}

export interface BackendHeapFunctions {
  memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  free(address: number): void;
}

/** The heap of tfjs's wasm backend: tensors stay where they are. Scratch is one block that is replaced when it is too small. */
export class BackendHeap implements KernelMemory {
  readonly memory: WebAssembly.Memory;
  readonly #heap: BackendHeapFunctions;
  readonly #blocks: { address: number; bytes: number }[] = [];
  #next = 0;

  constructor(heap: BackendHeapFunctions) {
    this.#heap = heap;
    this.memory = heap.memory;
  }

  reserve(bytes: number): number {
    return aligned(this.#allocate(bytes));
  }

  begin(): void {
    this.#next = 0;
  }

  /** Values at this address may be changed in place: they are the tensor's own. */
  input(tensor: Pick<TensorInfo, 'dataId'>): number {
    return this.#backend().dataIdMap.get(tensor.dataId).memoryOffset >>> 0;
  }

  output(shape: number[]): PendingTensor {
    const info = this.#backend().makeOutput(shape, 'float32');
    const address = this.#backend().dataIdMap.get(info.dataId).memoryOffset >>> 0;
    return { address, finish: () => tf.engine().makeTensorFromTensorInfo(info) };
  }

  scratch(bytes: number): number {
    const index = this.#next++;
    let block = this.#blocks[index];
    if (!block || block.bytes < bytes) {
      if (block) this.#heap.free(block.address);
      block = { address: this.#allocate(bytes), bytes };
      this.#blocks[index] = block;
    }
    return aligned(block.address);
  }

  #allocate(bytes: number): number {
    const address = this.#heap.malloc(bytes + SLACK + ALIGNMENT) >>> 0;
    if (address === 0) throw new Error(`The heap of the wasm backend has no ${bytes} bytes left for the capsule kernel.`);
    return address;
  }

  #backend(): WasmBackend {
    return tf.backend() as unknown as WasmBackend;
  }
}

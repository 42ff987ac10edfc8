/**
 * Programs of our own on tfjs's WebGPU tensors, recorded into the command buffer that its ops go into. This uses fields of
 * the backend that are private, though the same in all its builds: its version is pinned for that.
 */
import type { DataId, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** What is used of the backend. */
interface Backend {
  device: GPUDevice;
  queue: GPUQueue;
  tensorMap: { get(id: DataId): { resource: GPUBuffer; values: unknown } };
  bufferManager: { acquireBuffer(bytes: number, usage: number): GPUBuffer };
  uniformPendingDisposal: GPUBuffer[];
  commandEncoder: GPUCommandEncoder;
  computePassEncoder: GPUComputePassEncoder | null;
  commandQueueOwnedIds: WeakSet<DataId>;
  dispatchCountInPass: number;
  uploadToGPU(id: DataId): void;
  makeTensorInfo(shape: number[], dtype: 'float32'): TensorInfo;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

/** Binding 0 is the program's uniform; tensors follow in the order in which `access` says how each is used. */
export interface Program {
  /** Names the pipeline: the same text must always have the same key. */
  key: string;
  code: () => string;
  access: ('read' | 'write')[];
}

/** Workgroups along x, y and z. */
export type Grid = [number, number, number];

/** Dispatches after which the commands so far are sent off, as tfjs does it. */
const BATCH = 15;
/** GPUBufferUsage's UNIFORM | COPY_DST, and GPUShaderStage.COMPUTE. */
const UNIFORM = 0x40 | 0x08;
const COMPUTE_STAGE = 0x4;

export class Gpu {
  readonly #backend: Backend;
  readonly #pipelines = new Map<string, GPUComputePipeline>();

  /** `backend`: the current backend of tfjs, which must be a WebGPUBackend. */
  constructor(backend: object) {
    this.#backend = backend as Backend;
  }

  get limits(): GPUSupportedLimits {
    return this.#backend.device.limits;
  }

  /** A new tensor whose contents are yet to be written; they are not zero. */
  output<R extends tf.Rank>(shape: tf.ShapeMap[R]): Tensor<R> {
    const info = this.#backend.makeTensorInfo(shape, 'float32');
    this.#backend.uploadToGPU(info.dataId);
    return tf.engine().makeTensorFromTensorInfo(info) as Tensor<R>;
  }

  /**
   * Records one dispatch. `uniform`: u32 or f32 members of the program's struct, in order. `tensors`: in the order of its
   * bindings; one that is written may not be bound twice.
   */
  run({ key, code, access }: Program, uniform: Uint32Array | Float32Array, tensors: readonly TensorInfo[], grid: Grid): void {
    const backend = this.#backend;
    const buffers = [this.#uniform(uniform), ...tensors.map((tensor) => this.#bufferOf(tensor))];
    const pipeline = this.#pipelineOf(key, code, access);
    const bindings = backend.device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    backend.ensureCommandEncoderReady();
    backend.computePassEncoder ??= backend.commandEncoder.beginComputePass();
    backend.computePassEncoder.setPipeline(pipeline);
    backend.computePassEncoder.setBindGroup(0, bindings);
    backend.computePassEncoder.dispatchWorkgroups(...grid);
    backend.dispatchCountInPass += 1;
    // Keeps their memory from being given to others before the commands are sent off.
    for (const tensor of tensors) backend.commandQueueOwnedIds.add(tensor.dataId);
    if (backend.dispatchCountInPass >= BATCH) {
      backend.endComputePassEncoder();
      backend.submitQueue();
    }
  }

  /** To be called after a tensor that others have seen was written to: tfjs remembers values that were read. */
  changed(tensor: TensorInfo): void {
    this.#backend.tensorMap.get(tensor.dataId).values = null;
  }

  #bufferOf({ dataId }: TensorInfo): GPUBuffer {
    this.#backend.uploadToGPU(dataId);
    return this.#backend.tensorMap.get(dataId).resource;
  }

  /** Goes back to tfjs's pool when the commands recorded so far have been sent off, so it serves one dispatch only. */
  #uniform(values: Uint32Array | Float32Array): GPUBuffer {
    const { bufferManager, queue, uniformPendingDisposal } = this.#backend;
    const buffer = bufferManager.acquireBuffer(Math.ceil(values.byteLength / 16) * 16, UNIFORM);
    uniformPendingDisposal.push(buffer);
    queue.writeBuffer(buffer, 0, values.buffer);
    return buffer;
  }

  #pipelineOf(key: string, code: () => string, access: Program['access']): GPUComputePipeline {
    let pipeline = this.#pipelines.get(key);
    if (!pipeline) {
      const { device } = this.#backend;
      const types = [
        { type: 'uniform' } as const,
        ...access.map((kind) => ({ type: kind === 'read' ? 'read-only-storage' : 'storage' }) as const),
      ];
      // Not 'auto': that leaves out bindings which a program happens not to use.
      const layout = device.createBindGroupLayout({
        entries: types.map((buffer, binding) => ({ binding, visibility: COMPUTE_STAGE, buffer })),
      });
      pipeline = device.createComputePipeline({
        label: key,
        layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module: device.createShaderModule({ label: key, code: code() }), entryPoint: 'main' },
      });
      this.#pipelines.set(key, pipeline);
    }
    return pipeline;
  }
}

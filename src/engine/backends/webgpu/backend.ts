/**
 * tfjs's WebGPU backend on a device of ours. WebGPU never throws: what goes wrong on the device (a bad program, no memory)
 * voids a command buffer, and reading then returns whatever was in the memory before. So every read here first asks the
 * device whether anything went wrong since the last one; no number leaves the device otherwise.
 */
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { BackendValues, DataId } from '@tensorflow/tfjs-core';

const filters = ['out-of-memory', 'internal', 'validation'] as const satisfies GPUErrorFilter[];
const meanings: Record<GPUErrorFilter, string> = {
  'out-of-memory': 'The graphics card has too little memory for this network and batch; a smaller batch helps',
  internal: 'The graphics driver could not do what it was asked to',
  validation: 'The graphics card was given something it does not accept',
};

export class CheckedBackend extends WebGPUBackend {
  /** Why no result of this device can be trusted any more. */
  #failure: Error | null = null;

  constructor(device: GPUDevice, info: GPUAdapterInfo) {
    super(device, info);
    device.addEventListener('uncapturederror', ({ error }) => this.#fail('The graphics card reports an error', error.message));
    void device.lost.then(({ message }) => this.#fail('The graphics card was lost: its driver was reset, or it was taken away', message));
    this.#watch();
  }

  /** Values of a tensor. Rejects when anything that was computed on the device so far went wrong. */
  override async read(dataId: DataId): Promise<BackendValues> {
    this.#throwFailure();
    let values: BackendValues;
    try {
      values = await super.read(dataId);
    } catch (error) {
      // A lost device refuses to read; why it is lost is told a moment later.
      await this.verify();
      throw error;
    }
    await this.verify();
    return values;
  }

  /** There is no synchronous way that works everywhere: in some browsers it brings the device down. */
  override readSync(dataId: DataId): BackendValues {
    const { values } = this.tensorMap.get(dataId) as { values: BackendValues | null };
    if (values === null) throw new Error('Tensors on a graphics card are read asynchronously.');
    return values;
  }

  /** Rejects when anything that the device was given so far went wrong. */
  async verify(): Promise<void> {
    // The innermost first.
    const caught = filters.toReversed().map(async (filter) => {
      const error = await this.device.popErrorScope().catch(() => null);
      if (error) this.#fail(meanings[filter], error.message);
    });
    this.#watch();
    await Promise.all(caught);
    this.#throwFailure();
  }

  #watch(): void {
    for (const filter of filters) this.device.pushErrorScope(filter);
  }

  #fail(meaning: string, message: string): void {
    // What comes later follows from the first.
    this.#failure ??= new Error(`${meaning}. (${message.split('\n')[0]!})`);
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure;
  }
}

/**
 * The engine `tensorflow` in a Node process: TensorFlow's C library with CUDA, if there is a card, and capsule layers
 * composed of its matrix products; without a card on the CPU, with the fused kernel in a memory of its own.
 */
import { createRequire } from 'node:module';
import { useTensorflowBackend } from '../../../engine/backends/tensorflow/engine.ts';
import { composedKernel } from '../../../engine/backends/tensorflow/capsules.ts';
import { referenceKernels } from '../../../engine/backends/reference/kernels.ts';
import { startWasmKernel, type StartedKernel } from '../../../engine/backends/wasm/start.ts';
import type { Engine } from '../../../engine/engine.ts';
import type { Device } from '../../../shared/engines.ts';
import { InputError } from '../../../shared/input-error.ts';
import { nodeKernelHost } from '../kernel-host.ts';
import { loadBackend } from '../tensorflow/backend.ts';
import { graphicsCard } from '../tensorflow/graphics-card.ts';
import { readInstallation } from '../tensorflow/installation.ts';
import type { StartOptions } from './module.ts';

// Not `require`: the bundler puts a variable of that name into the same module.
const packaged = createRequire(import.meta.url);

export async function start({ threads, hands, kernels, tensorflow: folder }: StartOptions): Promise<Engine> {
  if (folder === null) throw new InputError('it is not set up; npm run engine:tensorflow does that');
  await readInstallation(folder);
  const backend = loadBackend(folder, { threads });
  await useTensorflowBackend(backend);
  const gpu = backend.isUsingGpuDevice;
  const device: Device = gpu
    ? { kind: 'gpu', name: await graphicsCard() }
    : { kind: 'cpu', name: `${threads} ${threads === 1 ? 'thread' : 'threads'}` };
  const kernel: StartedKernel = gpu
    ? { ...composedKernel(), dispose: () => undefined }
    : await startWasmKernel(nodeKernelHost(kernels, threads, hands));
  const { version } = packaged('@tensorflow/tfjs-core/package.json') as { version: string };
  const library = backend.binding.TF_Version;
  return {
    name: 'tensorflow',
    device,
    description: `TensorFlow ${library} on ${gpu ? 'CUDA, ' : 'the CPU, '}${device.name}, ${kernel.name} capsule kernel`,
    threads,
    versions: { node: process.versions.node, tfjs: version, tensorflow: library },
    kernels: { ...referenceKernels, capsules: kernel },
    readInterval: gpu ? 10 : 1,
    dispose: () => {
      kernel.dispose();
    },
  };
}

/** TensorFlow.js on WebGPU, for any vendor's graphics card: finds an adapter, takes a device of ours and registers tfjs's backend on it. */
import * as tf from '@tensorflow/tfjs-core';
import type { Device } from '../../../shared/engines.ts';
import { InputError } from '../../../shared/input-error.ts';
import { webgpuKernel } from './capsules/kernel.ts';
import type { Engine } from '../../engine.ts';
import { webgpuAdam } from './adam.ts';
import { referenceKernels } from '../reference/kernels.ts';
import { webgpuBatchNorm } from './batch-norm.ts';
import { CheckedBackend } from './backend.ts';
import { registerConvolutionGradients } from './convolution-gradients.ts';
import { Gpu } from './gpu.ts';

/** A browser that has just started may say that there is no adapter, and find one when asked again. */
const ATTEMPTS = 4;
const PAUSE_MS = 250;

/** Limits of which we take all that the adapter has; what a device gets by itself is less. */
const limits = ['maxBufferSize', 'maxStorageBufferBindingSize', 'maxComputeWorkgroupStorageSize', 'maxComputeInvocationsPerWorkgroup', 'maxComputeWorkgroupSizeX', 'maxComputeWorkgroupSizeY', 'maxComputeWorkgroupSizeZ', 'maxComputeWorkgroupsPerDimension', 'maxStorageBuffersPerShaderStage'] as const; // prettier-ignore

/** Metrics of so many steps are read together. */
const READ_INTERVAL = 8;

/** Makes `webgpu` the current tfjs backend on the adapter that `gpu` prefers. Rejects with an InputError when there is none. May be called once per process or worker. */
export async function useWebgpuBackend(gpu: GPU): Promise<Omit<Engine, 'versions'>> {
  const adapter = await findAdapter(gpu);
  if (!adapter) throw new InputError('there is no graphics card here that WebGPU can use');
  const device = deviceOf(adapter.info);
  const gpuDevice = await adapter.requestDevice({
    requiredLimits: Object.fromEntries(limits.map((name) => [name, adapter.limits[name]])),
  });
  // Small tensors would be computed on the processor, and then be uploaded.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  const backend = new CheckedBackend(gpuDevice, adapter.info);
  if ('webgpu' in tf.engine().registryFactory) tf.removeBackend('webgpu'); // importing the package may have registered its own
  tf.registerBackend('webgpu', () => backend);
  if (!(await tf.setBackend('webgpu'))) throw new Error('TensorFlow.js could not be started on WebGPU.');
  const programs = new Gpu(backend);
  registerConvolutionGradients(programs);
  const capsules = webgpuKernel(programs);
  return {
    name: 'webgpu',
    device,
    description: `WebGPU on ${device.name}${device.kind === 'software' ? ' (software)' : ''}, ${capsules.name} capsule kernel`,
    threads: 1,
    kernels: { ...referenceKernels, capsules, batchNorm: webgpuBatchNorm(programs), adam: webgpuAdam(programs) },
    readInterval: READ_INTERVAL,
    dispose: () => {
      tf.removeBackend('webgpu');
      gpuDevice.destroy();
    },
  };
}

async function findAdapter(gpu: GPU): Promise<GPUAdapter | null> {
  for (let attempt = 1; ; attempt++) {
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (adapter || attempt === ATTEMPTS) return adapter;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function deviceOf({ vendor, architecture, device, description, isFallbackAdapter }: GPUAdapterInfo): Device {
  const name = description || [vendor, architecture, device].filter(Boolean).join(' ') || 'an unnamed graphics card';
  const imitated = /swiftshader|llvmpipe|lavapipe|basic render/i.test(`${name} ${vendor} ${architecture} ${device}`);
  return { kind: isFallbackAdapter || imitated ? 'software' : 'gpu', name };
}

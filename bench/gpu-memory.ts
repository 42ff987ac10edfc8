/** Memory that this process has on the graphics card. */
import * as tf from '@tensorflow/tfjs-core';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const MEBIBYTE = 2 ** 20;

/**
 * Bytes. What the engines have once taken they keep, so at the end it is the peak. From NVIDIA's driver where that lists
 * this process; else what tfjs has allocated there, without the driver's own; null where neither tells.
 */
export async function gpuMemoryBytes(): Promise<number | null> {
  return (await fromDriver()) ?? fromBackend();
}

async function fromDriver(): Promise<number | null> {
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', ['--query-compute-apps=pid,used_memory', '--format=csv,noheader,nounits']);
    const own = stdout
      .split('\n')
      .map((line) => line.split(',').map(Number))
      .find(([pid]) => pid === process.pid);
    return own?.[1] ? own[1] * MEBIBYTE : null;
  } catch {
    return null;
  }
}

function fromBackend(): number | null {
  const { numBytesAllocatedInGPU: bytes } = tf.memory() as tf.MemoryInfo & { numBytesAllocatedInGPU?: number };
  return bytes ?? null;
}

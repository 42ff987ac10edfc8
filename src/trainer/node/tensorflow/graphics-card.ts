/** The NVIDIA card that TensorFlow computes on; its C library says only that there is one. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Milliseconds. */
const PATIENCE = 10_000;

/** Name of the first card that TensorFlow may see. */
export async function graphicsCard(): Promise<string> {
  const visible = process.env['CUDA_VISIBLE_DEVICES']?.split(',')[0];
  const pick = visible ? [`--id=${visible}`] : [];
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader', ...pick], {
      timeout: PATIENCE,
    });
    return stdout.split('\n')[0]!.trim();
  } catch {
    return 'NVIDIA card';
  }
}

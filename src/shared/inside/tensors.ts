/** One image in a network as named arrays, for other programs. */
import type { Safetensors, StoredTensor } from '../safetensors.ts';
import type { Look } from './look.ts';

/**
 * "<layer>.vectors" (height, width, types, dim) and "<layer>.lengths"; of every layer that routes "<layer>.coupling" and "<layer>.flow"
 * (iterations, types below, types), "<layer>.entropy" (iterations) and "<layer>.agreement" (iterations, types); "pixels", and with a
 * decoder "reconstruction", as one row. The metadata hold the paths.
 */
export function lookTensors({ pixels, layers, routing, longest, paths, reconstruction }: Look, about: Record<string, string>): Safetensors {
  const floats = (shape: number[], data: Float32Array): StoredTensor => ({ dtype: 'F32', shape, data });
  const tensors = new Map<string, StoredTensor>([['pixels', { dtype: 'U8', shape: [pixels.length], data: pixels }]]);
  if (reconstruction) tensors.set('reconstruction', floats([reconstruction.pixels.length], reconstruction.pixels));
  for (const { layer, height, width, types, dim, vectors, lengths } of layers) {
    tensors.set(`${layer}.vectors`, floats([height, width, types, dim], vectors));
    tensors.set(`${layer}.lengths`, floats([height, width, types], lengths));
  }
  for (const { layer, iterations, from, to, coupling, flow, entropy, agreement } of routing) {
    tensors.set(`${layer}.coupling`, floats([iterations, from, to], coupling));
    tensors.set(`${layer}.flow`, floats([iterations, from, to], flow));
    tensors.set(`${layer}.entropy`, floats([iterations], entropy));
    tensors.set(`${layer}.agreement`, floats([iterations, to], agreement));
  }
  return { tensors, metadata: { ...about, 'capscope.longest': JSON.stringify(longest), 'capscope.paths': JSON.stringify(paths) } };
}

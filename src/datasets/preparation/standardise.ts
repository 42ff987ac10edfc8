/** Mean and standard deviation of every channel over the training images. */
import type { Standardisation } from '../../shared/spec/preparation.ts';

/** Of intensities in [0, 1]. Exact: bytes are counted first. A channel that never changes keeps its deviation of 1. */
export function standardisationOf(images: Uint8Array, channels: number): Standardisation {
  const counts = Array.from({ length: channels }, () => new Float64Array(256));
  for (let i = 0; i < images.length; i += channels) for (let c = 0; c < channels; c++) counts[c]![images[i + c]!]! += 1;
  const pixels = images.length / channels;
  const mean = counts.map((of) => of.reduce((sum, count, value) => sum + count * value, 0) / pixels / 255);
  const deviation = counts.map((of, c) => {
    const variance = of.reduce((sum, count, value) => sum + count * (value / 255 - mean[c]!) ** 2, 0) / pixels;
    return variance > 0 ? Math.sqrt(variance) : 1;
  });
  return { mean, deviation };
}

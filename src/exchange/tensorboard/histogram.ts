/** Counts of values in buckets, as TensorBoard draws them. */
import type { Histogram } from './schema.ts';

/** Equally wide ones, between the least and the greatest value. */
const BUCKETS = 30;

export function histogramOf(values: readonly number[]): Histogram {
  const min = Math.min(...values);
  const max = Math.max(...values);
  const sum = values.reduce((total, value) => total + value, 0);
  const all = { min, max, num: values.length, sum, sum_squares: values.reduce((total, value) => total + value * value, 0) };
  // Values that are all the same have one bucket, which ends just above them.
  if (!(max > min)) return { ...all, bucket_limit: [max + Math.max(Math.abs(max), 1) * 1e-6], bucket: [values.length] };
  const bucket = new Array<number>(BUCKETS).fill(0);
  for (const value of values) bucket[Math.min(BUCKETS - 1, Math.floor(((value - min) / (max - min)) * BUCKETS))]! += 1;
  return { ...all, bucket_limit: bucket.map((_, i) => min + ((max - min) * (i + 1)) / BUCKETS), bucket };
}

/** L1 norm of a channel's filter (Li et al. 2017, Pruning Filters for Efficient ConvNets): sees weights only, no images. */
import type { Importance } from './input.ts';

export const l1: Importance = ({ filters: { shape, data } }) => {
  const size = data.length / shape[0]!;
  return Array.from({ length: shape[0]! }, (_, channel) =>
    data.subarray(channel * size, (channel + 1) * size).reduce((sum, weight) => sum + Math.abs(weight), 0),
  );
};

/** Activation norm: the L2 norm of a channel's averaged feature map. Silent channels go first. */
import { meanOverBatches, type FeatureMaps, type Importance } from './input.ts';

export const activation: Importance = ({ maps }) => meanOverBatches(maps, norms);

function norms({ channels, positions, data }: FeatureMaps): number[] {
  const squares = new Array<number>(channels).fill(0);
  for (const [i, value] of data.entries()) squares[Math.floor(i / positions)]! += value * value;
  return squares.map(Math.sqrt);
}

/**
 * CHIP (Sui et al., NeurIPS 2021, eq. 4): a channel matters as much as the nuclear norm of the layer's feature maps loses
 * when the channel's map is masked. Maps that the others can express, such as copies and dead channels, lose little.
 */
import { meanOverBatches, type FeatureMaps, type Importance } from './input.ts';
import { nuclearNormLosses } from './nuclear-norm.ts';

/** Decimals to which maps are rounded first, as in the paper's code. */
const SCALE = 1e4;

export const chip: Importance = ({ maps }) => meanOverBatches(maps, channelIndependence);

/** CI of every channel for one batch. */
export function channelIndependence({ channels, positions, data }: FeatureMaps): Float64Array {
  const rounded = Float64Array.from(data, (value) => Math.round(value * SCALE) / SCALE);
  return nuclearNormLosses({ rows: channels, columns: positions, data: rounded });
}

/**
 * CCM redundancy: channels whose feature maps resemble the others' go first (after Wang et al. 2023, whose loss makes
 * maps alike). The score is 1 − the mean absolute correlation coefficient with the other channels. A constant map
 * correlates with nothing, but the bias of the next layer can stand in for it, so its score is 0.
 */
import { CONSTANT_MAP_DEVIATION } from '../../training/ccm.ts';
import { meanOverBatches, type FeatureMaps, type Importance } from './input.ts';

export const ccm: Importance = ({ maps }) => meanOverBatches(maps, distinctness);

function distinctness(maps: FeatureMaps): number[] {
  const { channels, positions } = maps;
  const unit = unitRows(maps);
  const likeness = new Float64Array(channels);
  for (let i = 0; i < channels; i++)
    for (let j = 0; j < i; j++) {
      let correlation = 0;
      for (let p = 0; p < positions; p++) correlation += unit[i * positions + p]! * unit[j * positions + p]!;
      likeness[i]! += Math.abs(correlation);
      likeness[j]! += Math.abs(correlation);
    }
  const constant = (i: number) => unit.subarray(i * positions, (i + 1) * positions).every((value) => value === 0);
  return Array.from(likeness, (sum, i) => (constant(i) ? 0 : 1 - sum / Math.max(1, channels - 1)));
}

/** Rows centred and scaled to unit length; constant rows become zero. */
function unitRows({ channels, positions, data }: FeatureMaps): Float64Array {
  const unit = Float64Array.from(data);
  for (let i = 0; i < channels; i++) {
    const row = unit.subarray(i * positions, (i + 1) * positions);
    const mean = row.reduce((sum, value) => sum + value, 0) / positions;
    const length = Math.sqrt(row.reduce((sum, value) => sum + (value - mean) ** 2, 0));
    const constant = length <= Math.sqrt(positions) * CONSTANT_MAP_DEVIATION * (1 + Math.abs(mean));
    for (let p = 0; p < positions; p++) row[p] = constant ? 0 : (row[p]! - mean) / length;
  }
  return unit;
}

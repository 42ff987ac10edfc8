/** Why activity vanishes, as far as the forecast of a fresh network explains it. */
import { forecast, type NetworkForecast } from '../forecast/forecast.ts';
import { real } from '../present/format.ts';
import type { InputShape, NetworkSpec } from '../spec/network.ts';

export type Gains = Pick<NetworkForecast['layers'][number], 'layer' | 'gainOnMap' | 'criticalGain'>;

/** The intermediate layer that is weakest against its critical gain; null when there is none. */
export function weakestLayer({ layers }: Pick<NetworkForecast, 'layers'>): Gains | null {
  const ratio = ({ gainOnMap, criticalGain }: Gains) => gainOnMap / criticalGain;
  return layers
    .filter(({ layer }) => layer !== 'classes')
    .reduce<Gains | null>((weakest, layer) => (weakest && ratio(weakest) <= ratio(layer) ? weakest : layer), null);
}

/** A sentence where a gain is below the critical one; null where that is not the reason, or the law says nothing about the network. */
export function gainText(network: NetworkSpec, input: InputShape): string | null {
  // Both add to what the gain is of.
  if (network.bias || network.residual > 0) return null;
  const weakest = weakestLayer(forecast(network, input));
  if (!weakest || weakest.gainOnMap >= weakest.criticalGain) return null;
  return `At initialisation the gain of ${weakest.layer} on its map, ${real(weakest.gainOnMap, 3)}, is below the critical gain of ${real(weakest.criticalGain, 3)}: activity dies with depth.`;
}

/** Why activity vanishes, as far as the forecast of a fresh network explains it. */
import { forecast } from '../forecast/forecast.ts';
import { weakestOf } from '../forecast/sentence.ts';
import { real } from '../present/format.ts';
import type { InputShape, NetworkSpec } from '../spec/network.ts';

/** A sentence where a gain is below the critical one; null where that is not the reason, or the law says nothing about the network. */
export function gainText(network: NetworkSpec, input: InputShape): string | null {
  // Both add to what the gain is of.
  if (network.bias || network.residual > 0) return null;
  const weakest = weakestOf(forecast(network, input));
  if (!weakest || weakest.gain >= weakest.criticalGain) return null;
  return `At initialisation the gain of ${weakest.layer}, ${real(weakest.gain, 3)}, is below the critical gain on its map, ${real(weakest.criticalGain, 3)}: activity dies with depth.`;
}

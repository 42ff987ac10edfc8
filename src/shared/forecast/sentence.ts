/** A verdict in one sentence with its reason, for where a network is being decided on. words.ts has the longer text. */
import type { NetworkSpec } from '../spec/network.ts';
import { gainRatio, type LayerForecast, type NetworkForecast } from './forecast.ts';
import { verdictOfGains } from './verdict.ts';

/** Intermediate layers; class capsules have nothing above them that could starve. */
export const intermediateOf = ({ layers }: Pick<NetworkForecast, 'layers'>): LayerForecast[] =>
  layers.filter(({ layer }) => layer !== 'classes');

/** The layer that passes on least, compared with what it would need; null without intermediate layers. */
export function weakestOf(found: Pick<NetworkForecast, 'layers'>): LayerForecast | null {
  return intermediateOf(found).reduce<LayerForecast | null>(
    (weakest, layer) => (weakest && gainRatio(weakest) <= gainRatio(layer) ? weakest : layer),
    null,
  );
}

/** "Vanishes in layer 3 of 4: …", of the network that the forecast is of. */
export function verdictSentence(spec: NetworkSpec, found: NetworkForecast): string {
  const layers = intermediateOf(found);
  const weakest = weakestOf(found);
  if (!weakest) return 'There are no intermediate layers in which activity could vanish.';
  const count = layers.length;
  if (found.basis === 'nothing') return `Open until measured on images: ${keepers(spec)}, which gains do not account for.`;
  const at = found.vanishesAt === null ? -1 : layers.findIndex(({ layer }) => layer === found.vanishesAt);
  const reason = `${gainWords(weakest)}, the critical gain on this map for ${iterationsOf(spec, layers.indexOf(weakest))}`;
  const byGain = verdictOfGains([gainRatio(weakest)]);
  const isAbove = weakest.gain > weakest.criticalGain;
  // Where few layers are not enough to die in, or images say otherwise than gains, the gain is no reason.
  const isReason = found.verdict === 'open' ? byGain === 'open' : isAbove === (found.verdict === 'stays');
  const joined = (said: string) => `${said}${isReason ? ':' : ', although its'} ${reason}`;
  switch (found.verdict) {
    case 'vanishes':
      return `${joined(at < 0 ? 'Vanishes with depth' : `Vanishes in layer ${at + 1} of ${count}`)}. Training can revive a network that is not fully inactive.`;
    case 'open':
      return `${joined(`It is open whether layer ${count} of ${count} stays active`)}.`;
    case 'stays': {
      const kept = byGain !== 'stays' && beyondGain(spec) ? `: ${keepers(spec)}` : '';
      return `${joined(count === 1 ? 'Its one layer stays active' : `Stays active in all ${count} layers`)}${kept}.`;
    }
  }
}

/** Whether anything but votes keeps activity up. */
const beyondGain = ({ residual, bias }: NetworkSpec) => residual > 0 || bias;

function keepers({ residual, bias }: NetworkSpec): string {
  const named = [...(residual > 0 ? ['shortcuts'] : []), ...(bias ? ['capsule biases'] : [])];
  return `${named.join(' and ')} keep activity up`;
}

function gainWords(layer: LayerForecast): string {
  const [gain, critical] = [layer.gain.toFixed(2), layer.criticalGain.toFixed(2)];
  return `gain ${gain} is ${gain === critical ? 'at' : layer.gain < layer.criticalGain ? 'below' : 'above'} ${critical}`;
}

function iterationsOf({ intermediate }: NetworkSpec, layer: number): string {
  const { iterations } = intermediate[layer]!;
  return `${iterations} routing ${iterations === 1 ? 'iteration' : 'iterations'}`;
}

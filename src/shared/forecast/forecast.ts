/**
 * What will become of activity on its way up a fresh network: from its spec and the shape of its input alone, at once, and
 * better with a probe. It is about the network before its first step; training can wake one that is not too dead, and kill one.
 */
import { gainOf } from '../gain.ts';
import type { InputShape, NetworkSpec } from '../spec/network.ts';
import { meanOf } from '../statistics/moments.ts';
import { shareOnMap, windowMeans } from './border.ts';
import { criticalGain } from './critical-gain.ts';
import { nextLength, primaryLength, routedLayers, type RoutedLayer } from './law.ts';
import type { Probe, ProbedLength } from './probe.ts';
import { MARGIN, VANISHED, verdictOfGains, verdictOfLengths, type Verdict } from './verdict.ts';

export interface LayerForecast {
  layer: string;
  /** As the formula gives it, of a window inside the map. */
  gain: number;
  /** Below it activity dies on this map: greater than that of critical-gain.ts by as much as a padded border takes of the gain. */
  criticalGain: number;
  /** Mean length of the capsules by the law, border included; null where more than one routing iteration is below, for which there is none. */
  closedForm: number | null;
  probe: ProbedLength | null;
}

export interface NetworkForecast {
  /** Length of the primary capsules. */
  primary: Pick<LayerForecast, 'closedForm' | 'probe'>;
  /** Layers with routing, from below: the intermediate ones, then the class capsules. */
  layers: LayerForecast[];
  verdict: Verdict;
  /** First intermediate layer without activity, where the verdict is that it vanishes and its layer is known. */
  vanishesAt: string | null;
  basis: Basis;
}

/**
 * What a verdict is from: images and fresh weights, images and what a cut leaves of a trained network, the law, or only gains
 * against critical gains. Nothing: of shortcuts and capsule biases only images tell.
 */
export type Basis = 'probe' | 'cut' | 'law' | 'gains' | 'nothing';

/** Below 1 a layer passes on less than it would need for any length to be kept. */
export const gainRatio = ({ gain, criticalGain: critical }: Pick<LayerForecast, 'gain' | 'criticalGain'>): number => gain / critical;

/**
 * The one place where it is decided what a forecast goes by: images where they were looked at, else the law where there is one,
 * else gains. Throws NetworkSpecError when the network cannot be built.
 */
export function forecast(spec: NetworkSpec, input: InputShape, probe: Probe | null = null): NetworkForecast {
  const routed = routedLayers(spec, input);
  const start = primaryLength(spec);
  const lengths = lengthsByLaw(spec, routed, start, 1);
  const probed = (name: string): ProbedLength | null => {
    const found = probe?.layers.find(({ layer }) => layer === name);
    return found ? { mean: found.mean, sd: found.sd } : null;
  };
  const layers = routed.map(({ name, routing, sigma }, l) => ({
    layer: name,
    gain: gainOf(routing, sigma),
    criticalGain: criticalGain(spec.squash, routing.iterations, routing) / shareOnMap(routing),
    closedForm: lengths[l]!,
    probe: probed(name),
  }));
  const judged = { primary: { closedForm: start, probe: probed('primary') }, layers };
  const intermediate = layers.slice(0, spec.intermediate.length);

  if (probe && intermediate.length > 0) {
    const verdict = verdictOfLengths(probe.last);
    return { ...judged, verdict, vanishesAt: firstVanished(verdict, intermediate, ({ probe: p }) => p!.mean), basis: probe.of ?? 'probe' };
  }
  if (beyondTheLaw(spec)) return { ...judged, verdict: 'open', vanishesAt: null, basis: 'nothing' };
  const last = intermediate.length - 1;
  const lastLength = (factor: number) => lengthsByLaw(spec, routed, start, factor)[last] ?? null;
  const [weaker, stronger] = [lastLength(1 - MARGIN), lastLength(1 + MARGIN)];
  if (weaker !== null && stronger !== null) {
    const verdict = verdictOfLengths({ weaker: [weaker], stronger: [stronger] });
    return { ...judged, verdict, vanishesAt: firstVanished(verdict, intermediate, ({ closedForm }) => closedForm!), basis: 'law' };
  }
  const verdict = verdictOfGains(intermediate.map(gainRatio));
  return { ...judged, verdict, vanishesAt: null, basis: 'gains' };
}

/** Whether anything but votes keeps activity up: shortcuts past layers, or biases, which start above 0. */
export const beyondTheLaw = ({ residual, bias }: NetworkSpec) => residual > 0 || bias;

/** Length in every layer with routing, with all gains times `factor`. */
export function lengthsByLaw(spec: NetworkSpec, layers: RoutedLayer[], start: number | null, factor: number): (number | null)[] {
  const [first] = layers;
  // Lengths at every position of the map below; null from the first layer on for which there is no law.
  let lengths =
    start === null || !first || beyondTheLaw(spec) ? null : new Array<number>(first.routing.inHeight * first.routing.inWidth).fill(start);
  return layers.map(({ routing, sigma }) => {
    if (!lengths || routing.iterations > 1) return (lengths = null);
    const gain = factor * gainOf(routing, sigma);
    const squares = lengths.map((r) => r ** 2);
    lengths = windowMeans(squares, routing).map((square) => nextLength(spec.squash, gain, Math.sqrt(square)));
    return meanOf(lengths);
  });
}

function firstVanished(verdict: Verdict, layers: LayerForecast[], length: (layer: LayerForecast) => number): string | null {
  return verdict === 'vanishes' ? (layers.find((layer) => length(layer) <= VANISHED)?.layer ?? null) : null;
}

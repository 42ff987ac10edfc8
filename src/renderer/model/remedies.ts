/** What would make activity stay: for each of its numbers the smallest change with which the forecast is that activity stays. */
import { NetworkSpecError } from '../../shared/describe.ts';
import { forecast, gainRatio, type NetworkForecast } from '../../shared/forecast/forecast.ts';
import type { Probe } from '../../shared/forecast/probe.ts';
import { weakestOf } from '../../shared/forecast/sentence.ts';
import { MARGIN } from '../../shared/forecast/verdict.ts';
import type { InputShape, NetworkSpec } from '../../shared/spec/network.ts';
import { familyOf, judge, withFamily, withIterations } from './network.ts';

export interface Remedy {
  kind: RemedyKind;
  /** "D = 12" */
  label: string;
  /** What it does to the gain, or to what is needed of it. */
  detail: string;
  network: NetworkSpec;
  /** From images where they were looked at, else from gains or the law alone. */
  after: NetworkForecast;
}

/** Of N and D. */
const sizes = [2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64];
const MOST_ITERATIONS = 8;

type Candidate = Pick<Remedy, 'label' | 'network'>;

/** Null for a network that cannot be built. */
export function forecastOf(network: NetworkSpec, input: InputShape, probe: Probe | null = null): NetworkForecast | null {
  if (!judge(network, input).ok) return null;
  try {
    return forecast(network, input, probe);
  } catch (error) {
    if (error instanceof NetworkSpecError) return null;
    throw error;
  }
}

/** In the order in which they are offered: what costs nothing comes first. */
export const remedyKinds = ['gain', 'squash', 'iterations', 'types', 'dim'] as const;
export type RemedyKind = (typeof remedyKinds)[number];

/**
 * At most one of each kind, and none without intermediate layers. A kind for which no value would do is left out.
 * Above the critical gain, activity still dies where the primary capsules are short: images have the last word.
 * @param seen what images said of a network; null where they were not looked at
 */
export function remediesFor(
  network: NetworkSpec,
  input: InputShape,
  seen: (network: NetworkSpec) => NetworkForecast | null = () => null,
): Remedy[] {
  if (network.intermediate.length === 0) return [];
  return remedyKinds.flatMap((kind) => {
    for (const candidate of candidates[kind](network, input)) {
      const after = seen(candidate.network) ?? forecastOf(candidate.network, input);
      if (after?.verdict === 'stays') return [{ kind, ...candidate, detail: detailOf(kind, after), after }];
    }
    return [];
  });
}

function detailOf(kind: RemedyKind, after: NetworkForecast): string {
  const weakest = weakestOf(after)!;
  const [gain, critical] = [weakest.gain.toFixed(2), weakest.criticalGain.toFixed(2)];
  return kind === 'iterations' || kind === 'squash' ? `lowers the critical gain to ${critical}` : `gain ${gain}, critical ${critical}`;
}

/** From the smallest change to the largest. */
const candidates: Record<RemedyKind, (network: NetworkSpec, input: InputShape) => Candidate[]> = {
  gain: gainCandidates,
  squash: (network) => (network.squash === 'squash' ? [{ label: 'sensitive squash', network: { ...network, squash: 'sensitive' } }] : []),
  iterations: (network) => {
    const now = Math.max(...network.intermediate.map(({ iterations }) => iterations));
    return counts(now + 1, MOST_ITERATIONS).map((value) => ({
      label: `${value} routing iterations`,
      network: withIterations(network, value),
    }));
  },
  types: (network) =>
    sizes
      .toReversed()
      .filter((size) => size < familyOf(network).types)
      .map((size) => ({ label: `N = ${size}`, network: withFamily(network, { types: size }) })),
  dim: (network) =>
    sizes
      .filter((size) => size > familyOf(network).dim)
      .map((size) => ({ label: `D = ${size}`, network: withFamily(network, { dim: size }) })),
};

const counts = (from: number, to: number) => Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);

/** From the initial gain with which every layer clears its critical gain by the margin, to the double of it, in tenths. */
function gainCandidates(network: NetworkSpec, input: InputShape): Candidate[] {
  const unit = forecastOf({ ...network, initialisation: { gain: 1 } }, input);
  const weakest = unit && weakestOf(unit);
  if (!weakest) return [];
  const first = 1 / (1 - MARGIN) / gainRatio(weakest);
  const present = network.initialisation === 'paper' ? 0 : network.initialisation.gain;
  return [1, 1.15, 1.3, 1.5, 1.75, 2]
    .map((factor) => Math.ceil(10 * factor * first) / 10)
    .filter((gain) => gain > present)
    .map((gain) => ({ label: `initial gain ${gain}`, network: { ...network, initialisation: { gain } } }));
}

/** What the list of runs says of a network beside its three numbers: name, size, gain and forecast. Runs share networks, so that each is looked at once. */
import type { RunSummary } from '../shared/contract/index.ts';
import { describe, NetworkSpecError } from '../shared/describe.ts';
import { forecast } from '../shared/forecast/forecast.ts';
import { weakestOf } from '../shared/forecast/sentence.ts';
import type { Probe } from '../shared/forecast/probe.ts';
import { networkAfter } from '../shared/pruning-plan.ts';
import { NetworkSpec, type InputShape } from '../shared/spec/network.ts';
import { PruningSpec } from '../shared/spec/pruning.ts';
import { networkName } from '../shared/study-plan.ts';
import type { Probes } from './probes.ts';

export type NetworkLine = Pick<RunSummary, 'network' | 'gain'> & Partial<Pick<RunSummary, 'params' | 'flops'>>;

interface Listed {
  network: ListedNetwork;
  pruning: unknown;
  /** Else the network is described as the cut will leave it. */
  wasCut: boolean;
  parent: string | null;
  dataset: string;
  input: InputShape;
}

interface ListedNetwork {
  primary: { types: number; dim: number };
  intermediate: { types: number }[];
}

/** What was looked at of `probes` comes before the law and gains; see forecast(). */
export function networkLines(probes: Probes): (listed: Listed) => NetworkLine {
  const known = new Map<string, NetworkLine>();
  return (listed) => {
    const { network, pruning, wasCut, parent, dataset, input } = listed;
    const cut = pruning === null ? null : PruningSpec.safeParse(pruning).data;
    const seen = cut && parent !== null ? probes.of({ parent, pruning: cut }) : null;
    if (seen) return lineOf(listed, cut, () => seen);
    const key = JSON.stringify([network, wasCut, pruning, dataset, input]);
    // With fresh weights in every layer, as a network that is cut does not begin.
    const line = known.get(key) ?? lineOf(listed, cut, (spec) => (cut === null ? probes.of({ dataset, network: spec }) : null));
    known.set(key, line);
    return line;
  };
}

/** @param cut undefined: it cannot be read */
function lineOf(
  { network: listed, wasCut, input }: Listed,
  cut: PruningSpec | null | undefined,
  probeOf: (network: NetworkSpec) => Probe | null,
): NetworkLine {
  const parsed = NetworkSpec.safeParse(listed);
  // Written by another version; its three numbers can be read all the same.
  if (!parsed.success || (cut === undefined && !wasCut)) return { network: numbersOf(listed, ''), gain: null };
  const toCut = wasCut ? null : (cut ?? null);
  const network = toCut ? networkAfter(parsed.data, toCut) : parsed.data;
  const named = numbersOf(network, networkName(network));
  try {
    const found = forecast(network, input, probeOf(network));
    const weakest = weakestOf(found);
    // Of trained matrices gains say nothing.
    const fresh = cut?.capsuleLayers !== 'inherit';
    const gain =
      fresh && weakest ? { value: weakest.gain, critical: weakest.criticalGain, verdict: found.verdict, basis: found.basis } : null;
    if (!toCut) return { network: named, gain };
    const { params, flops } = describe(network, input);
    return { network: named, gain, params, flops };
  } catch (error) {
    if (error instanceof NetworkSpecError) return { network: named, gain: null };
    throw error;
  }
}

const numbersOf = ({ primary, intermediate }: ListedNetwork, name: string): RunSummary['network'] => ({
  types: primary.types,
  dim: primary.dim,
  depth: intermediate.length,
  name: name || `N${primary.types} D${primary.dim} L${intermediate.length}`,
});

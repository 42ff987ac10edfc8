/** What the list of runs says of a network beside its three numbers: name, size and gain. Runs share networks, so that each is looked at once. */
import type { RunSummary } from '../shared/contract/index.ts';
import { describe, NetworkSpecError } from '../shared/describe.ts';
import { forecast } from '../shared/forecast/forecast.ts';
import { weakestOf } from '../shared/forecast/sentence.ts';
import { networkAfter } from '../shared/pruning-plan.ts';
import { NetworkSpec, type InputShape } from '../shared/spec/network.ts';
import { PruningSpec } from '../shared/spec/pruning.ts';
import { networkName } from '../shared/study-plan.ts';

export type NetworkLine = Pick<RunSummary, 'network' | 'gain'> & Partial<Pick<RunSummary, 'params' | 'flops'>>;

interface Listed {
  primary: { types: number; dim: number };
  intermediate: { types: number }[];
}

/** @param pruning of a network that is still to be cut, and is described as the cut will leave it. */
export function networkLines(): (network: Listed, pruning: unknown, input: InputShape) => NetworkLine {
  const known = new Map<string, NetworkLine>();
  return (network, pruning, input) => {
    const key = JSON.stringify([network, pruning, input]);
    const line = known.get(key) ?? lineOf(network, pruning, input);
    known.set(key, line);
    return line;
  };
}

function lineOf(listed: Listed, pruning: unknown, input: InputShape): NetworkLine {
  const parsed = NetworkSpec.safeParse(listed);
  const cut = PruningSpec.nullable().safeParse(pruning);
  // Written by another version; its three numbers can be read all the same.
  if (!parsed.success || !cut.success) return { network: numbersOf(listed, ''), gain: null };
  const network = cut.data ? networkAfter(parsed.data, cut.data) : parsed.data;
  const named = numbersOf(network, networkName(network));
  try {
    const found = forecast(network, input);
    const weakest = weakestOf(found);
    const gain = weakest && { value: weakest.gain, critical: weakest.criticalGain, verdict: found.verdict };
    if (!cut.data) return { network: named, gain };
    const { params, flops } = describe(network, input);
    return { network: named, gain, params, flops };
  } catch (error) {
    if (error instanceof NetworkSpecError) return { network: named, gain: null };
    throw error;
  }
}

const numbersOf = ({ primary, intermediate }: Listed, name: string): RunSummary['network'] => ({
  types: primary.types,
  dim: primary.dim,
  depth: intermediate.length,
  name: name || `N${primary.types} D${primary.dim} L${intermediate.length}`,
});

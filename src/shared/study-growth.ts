/** A study that has begun can get more of everything, and loses nothing: what has run stays what it was. */
import { InputError } from './input-error.ts';
import { withoutDefaults } from './spec/defaults.ts';
import { NetworkFamily, NetworkSpec } from './spec/network.ts';
import { PruningSpec } from './spec/pruning.ts';
import { networksOf, StudySpec } from './spec/study.ts';
import { networkLabel, pruningName, pruningSettings } from './study-plan.ts';

type Network = NetworkFamily | NetworkSpec;

const told = (network: Network): string => JSON.stringify(withoutDefaults('backbone' in network ? NetworkSpec : NetworkFamily, network));
const toldCut = (pruning: PruningSpec): string => JSON.stringify(withoutDefaults(PruningSpec, pruning));

/** What the runs that there are depend on and a study cannot change. */
const Fixed = StudySpec.omit({ $schema: true, name: true, data: true, networks: true, pruning: true, arms: true, seeds: true });

/**
 * The study as it is wanted, with the networks that it has first: its runs are numbered by them. Throws an InputError that
 * names the first thing that it would lose or change.
 */
export function grownFrom(begun: StudySpec, wanted: StudySpec): StudySpec {
  const problem = lossOf(begun, wanted);
  if (problem !== null)
    throw new InputError(`a study that has begun can get more, but loses and changes nothing: ${problem}; start it as a new study instead`);
  const [before, after] = [networksOf(begun.networks), networksOf(wanted.networks)];
  if (before.every((network, i) => told(network) === told(after[i]!))) return wanted;
  const known = new Set(before.map(told));
  return { ...wanted, networks: [...begun.networks, ...after.filter((network) => !known.has(told(network)))] };
}

/** What the study would lose or change, as a part of a sentence; null: nothing. */
export function lossOf(begun: StudySpec, wanted: StudySpec): string | null {
  const networks = new Set(networksOf(wanted.networks).map(told));
  const cuts = new Set(pruningSettings(wanted.pruning).map(toldCut));
  const network = networksOf(begun.networks).findIndex((one) => !networks.has(told(one)));
  if (network >= 0) return `"networks" lacks ${networkLabel(networksOf(begun.networks)[network]!, network)}`;
  const seed = begun.seeds.find((one) => !wanted.seeds.includes(one));
  if (seed !== undefined) return `"seeds" lacks ${seed}`;
  const arm = begun.arms.find((one) => !wanted.arms.includes(one));
  if (arm !== undefined) return `"arms" lacks "${arm}"`;
  const cut = pruningSettings(begun.pruning).find((one) => !cuts.has(toldCut(one)));
  if (cut) return `"pruning" lacks ${pruningName(cut)}`;
  const fixed = (spec: StudySpec) => withoutDefaults(Fixed, spec) as Record<string, unknown>;
  const [before, after] = [fixed(begun), fixed(wanted)];
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].find(
    (field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]),
  );
  return changed === undefined ? null : `"${changed}" differs`;
}

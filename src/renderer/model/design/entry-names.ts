/** Names of what stands in a study file, whether or not all of it can be read. */
import { NetworkFamily, NetworkSpec } from '../../../shared/spec/network.ts';
import { PruningSpec } from '../../../shared/spec/pruning.ts';
import { combinationsOf, NetworkGrid } from '../../../shared/spec/study.ts';
import { withoutDefaults } from '../../../shared/spec/defaults.ts';
import { familyOfNetwork, networkLabel, networkName, pruningName } from '../../../shared/study-plan.ts';

export function entryName(entry: unknown, at: number): string {
  const family = NetworkFamily.safeParse(entry);
  if (family.success) return networkLabel(family.data, at);
  const grid = NetworkGrid.safeParse(entry);
  if (grid.success) return `${combinationsOf(grid.data).length} networks: ${JSON.stringify(entry).replaceAll(/["{}]/g, '')}`;
  const network = NetworkSpec.safeParse(entry);
  return network.success ? networkName(network.data) : `network ${at + 1}`;
}

export function cutName(cut: unknown): string {
  const parsed = PruningSpec.safeParse(cut);
  return parsed.success ? pruningName(parsed.data) : 'a cut that cannot be read';
}

/** A network as a study file tells it: by its numbers where it is of the paper's family. */
export function entryOf(network: NetworkSpec): unknown {
  const family = familyOfNetwork(network);
  if (!family) return network;
  const { types, dim, depth } = family;
  return { types, dim, depth, ...(withoutDefaults(NetworkFamily, family) as object) };
}

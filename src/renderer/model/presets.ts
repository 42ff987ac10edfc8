/** Networks and settings to begin with. The first is the paper's; the small ones train in minutes on a laptop. */
import type { NetworkFamily } from '../../shared/spec/network.ts';
import { networkOf, type NetworkSpec } from '../../shared/spec/network.ts';
import type { z } from 'zod';

export interface Preset {
  name: string;
  /** What it is good for. */
  help: string;
  network: NetworkSpec;
}

const preset = (name: string, help: string, family: z.input<typeof NetworkFamily>): Preset => ({ name, help, network: networkOf(family) });

export const presets: readonly Preset[] = [
  preset('Paper: N16 D12 L3', 'The paper’s default network.', {}),
  preset('Paper, deep: N16 D12 L5', 'Its deeper layers starve: the case for pruning.', { depth: 5 }),
  preset('Paper, shallow: N16 D12 L1', 'One intermediate layer; few capsules vanish.', { depth: 1 }),
  preset('Small: N8 D8 L3', 'Trains in minutes.', { types: 8, dim: 8, depth: 3 }),
  preset('Small, deep: N8 D8 L5', 'Small and deep; at D = 8 its capsules stay active.', { types: 8, dim: 8, depth: 5 }),
  preset('Vanishing: N8 D4 L8', 'Narrow and deep: its capsules vanish before the first step.', { types: 8, dim: 4, depth: 8 }),
  preset('Tiny: N8 D4 L2', 'For trying things out.', { types: 8, dim: 4, depth: 2 }),
  preset('No intermediate layers', 'Primary and class capsules only, as Sabour et al. 2017, with a decoder.', {
    types: 16,
    dim: 8,
    depth: 0,
    decoder: true,
  }),
];

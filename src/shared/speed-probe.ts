/** The small network on which the speed of an engine is measured: what it says of others follows from their sizes. */
import type { InputShape, NetworkFamily } from './spec/network.ts';
import type { z } from 'zod';

export const measuredNetwork: { network: z.input<typeof NetworkFamily>; input: InputShape } = {
  network: { types: 8, dim: 8, depth: 1 },
  input: { height: 28, width: 28, channels: 1, classes: 10 },
};

/** The smallest training that has every part of a network: SwiftShader is patient, and slow. */
import { NetworkSpec } from '../../src/shared/spec/network.ts';
import { TrainingSpec } from '../../src/shared/spec/training.ts';

export const network = NetworkSpec.parse({
  backbone: [{ channels: 4, stride: 2 }],
  primary: { types: 2, dim: 4, stride: 2 },
  intermediate: [{ kind: 'conv', types: 2, dim: 4, iterations: 2 }],
  classes: { dim: 4, iterations: 3 },
});

/** Without what takes longest, to make many steps. */
export const smallest = NetworkSpec.parse({ ...network, backbone: [], intermediate: [], classes: { dim: 4, iterations: 2 } });

/** With the CCM term, so that all of the loss is looked at. */
export const training = (settings: Partial<TrainingSpec>): TrainingSpec =>
  TrainingSpec.parse({ epochs: 2, batch: 6, ccm: 0.01, ...settings });

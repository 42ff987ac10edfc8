/** What a single run does. */
import { z } from 'zod';
import { NetworkSpec } from './network.ts';
import { PruningSpec } from './pruning.ts';
import { TrainingSpec } from './training.ts';

export const RunSpec = z.strictObject({
  /** The network as trained: of a pruned run the one before the cut until it has been cut, then the one after. */
  network: NetworkSpec,
  training: TrainingSpec,
  pruning: PruningSpec.nullable(),
  /** Of a network that is trained from scratch as small as a cut would leave it: the network before that cut, and the cut. */
  control: z.strictObject({ network: NetworkSpec, pruning: PruningSpec }).nullable().default(null),
  seed: z.int().min(0).max(0xffff_ffff),
  /** Epochs already behind the network. */
  firstEpoch: z.int().min(0),
  /** Only the decoder is trained, which is new, on the capsules of the run that it begins with; these stay as they are. */
  frozen: z.literal(true).optional(),
  /** It began as another run, and was taken up from that one's checkpoint: which, after how many epochs, and its learning rate until then. */
  takenUp: z.strictObject({ run: z.string().min(1).max(64), epoch: z.int().min(0), learningRate: z.number().positive() }).optional(),
});
export type RunSpec = z.infer<typeof RunSpec>;

/** From a file of a run to the network that is looked into. */
import type { InsideTask } from '../trainer-protocol.ts';
import { decodeCheckpoint, decodeNetworkFile, type SavedNetwork } from '../weights-file.ts';
import type { Weights } from '../weights.ts';

/** Throws an InputError when the file is not what it should be. */
export function openNetwork({ file, checkpointOf }: InsideTask): SavedNetwork & { weights: Weights } {
  if (!checkpointOf) return decodeNetworkFile(file, 'the weights of the run');
  return { ...checkpointOf, weights: decodeCheckpoint(file, 'the checkpoint of the run').tensors };
}

/** Terms of the method as pages print them, and what each means in a sentence. */
import type { RunSummary } from '../../shared/contract/index.ts';
import type { RunStatus } from '../../shared/results.ts';
import type { PruningCriterion } from '../../shared/spec/pruning.ts';
import type { InactivityCriterion } from '../../shared/spec/training.ts';

export const inactivityNames: Record<InactivityCriterion, string> = {
  'mean-vector': 'mean vector',
  'mean-length': 'mean length',
  'max-length': 'largest length',
  'activation-rate': 'activation rate',
};

export const inactivityHelp: Record<InactivityCriterion, string> = {
  'mean-vector':
    'Length of the capsule’s mean vector over positions and test images: the paper’s measure. Vectors that point apart cancel.',
  'mean-length': 'Mean length of the capsule over positions and test images; nothing cancels.',
  'max-length': 'Longest the capsule ever gets on a test image. At most the threshold means that it is dead.',
  'activation-rate':
    'Share of test images on which the capsule is longer, somewhere in its map, than the threshold the run was measured with.',
};

export const criterionNames: Record<PruningCriterion, string> = {
  chip: 'channel independence (CHIP)',
  l1: 'L1 norm of filters',
  random: 'random',
  ccm: 'CCM redundancy',
  activation: 'activation norm',
};

export const criterionHelp: Record<PruningCriterion, string> = {
  chip: 'How much the nuclear norm of the layer’s feature maps falls without the channel. The least independent channels go (the paper’s choice).',
  l1: 'Sum of the absolute weights of the channel’s filter.',
  random: 'Chance, from the run’s seed. What any criterion has to beat.',
  ccm: 'Mean absolute correlation with the other channels; the most redundant go.',
  activation: 'Norm of the channel’s feature maps over the judged images.',
};

export const roleNames: Record<RunSummary['role'], string> = { unpruned: 'unpruned', source: 'source', pruned: 'pruned' };

export const statusNames: Record<RunStatus, string> = {
  queued: 'queued',
  running: 'running',
  stopped: 'stopped',
  interrupted: 'interrupted',
  failed: 'failed',
  finished: 'finished',
};

/** "backbone.0" → "Backbone 1", "capsules.2" → "Capsules 3". */
export function layerName(layer: string): string {
  const [kind = '', index] = layer.split('.');
  const name = kind.charAt(0).toUpperCase() + kind.slice(1);
  return index === undefined ? name : `${name} ${Number(index) + 1}`;
}

/** Terms of the method as pages print them, and what each means in a sentence. */
import type { RunSummary } from '../../shared/contract/index.ts';
import type { RunStatus } from '../../shared/results.ts';
import type { PruningCriterion } from '../../shared/spec/pruning.ts';

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

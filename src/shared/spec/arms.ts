/**
 * The arms of a study: what is trained beside a pruned network so that what the cut does can be told from what else might have
 * done it. All runs of a seed see the same images in the same order, start from the same weights where shapes agree, and have
 * the same number of epochs behind them at their end.
 */
import { z } from 'zod';

export const armChoices = {
  unpruned: { label: 'unpruned', help: 'The twin: the network as it is, without the CCM term. Differences are taken against it.' },
  ccm: {
    label: 'CCM alone',
    help: 'The network that is cut from, trained on without a cut. As good as pruned: the CCM term of its loss did it.',
  },
  pruned: { label: 'pruned', help: 'The claim: cut from the source, then fine-tuned.' },
  scratch: {
    label: 'from scratch',
    help: 'The network that a cut leaves, with fresh weights and for all epochs. As good as pruned: any network that small does it.',
  },
  random: { label: 'random cut', help: 'As much cut as in pruned, chosen by chance. As good as pruned: any cut does it.' },
} as const;

export const Arm = z.enum(['unpruned', 'ccm', 'pruned', 'scratch', 'random']).meta({ choices: armChoices });
export type Arm = z.infer<typeof Arm>;

/**
 * Two are no arms but means: the source is what is cut, and the first part of `ccm`; a decoder that was trained on frozen
 * capsules shows what another run has learnt.
 */
export type RunArm = Arm | 'source' | 'decoder';

export const armNames: Record<RunArm, string> = {
  source: 'source',
  decoder: 'decoder',
  unpruned: armChoices.unpruned.label,
  ccm: armChoices.ccm.label,
  pruned: armChoices.pruned.label,
  scratch: armChoices.scratch.label,
  random: armChoices.random.label,
};

/** Whether a run is a means rather than an arm: it is held against nothing. */
export const isMeans = (arm: RunArm): arm is 'source' | 'decoder' => arm === 'source' || arm === 'decoder';

interface ArmedRun {
  role: 'unpruned' | 'source' | 'pruned';
  parent: string | null;
  spec: { pruning: { criterion: string } | null; control: unknown; frozen?: true | undefined };
}

/** Which arm a run belongs to, whoever has queued it. */
export function armOf({ role, parent, spec: { pruning, control, frozen } }: ArmedRun): RunArm {
  if (frozen) return 'decoder';
  if (control !== null) return 'scratch';
  if (pruning) return pruning.criterion === 'random' ? 'random' : 'pruned';
  if (role === 'source') return 'source';
  return parent === null ? 'unpruned' : 'ccm';
}

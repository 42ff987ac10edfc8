/** What statistics are made from: how each run of a study ended. */
import type { Verdict } from '../forecast/verdict.ts';
import { networkAfter } from '../pruning-plan.ts';
import type { InactiveSummary } from '../results.ts';
import type { Arm } from '../spec/arms.ts';
import type { NetworkSpec } from '../spec/network.ts';
import type { PruningSpec } from '../spec/pruning.ts';
import { extentOf } from '../study-plan.ts';

export interface Outcome {
  id: string;
  /** Names the network before any cut; runs are only compared within one. */
  network: string;
  /** Of that network, by its spec alone; null where nothing can be said without images. */
  forecast: Verdict | null;
  arm: Arm;
  cut: OutcomeCut | null;
  seed: number;
  /** Id of the unpruned run that it is held against; null for that run itself, and when there is none. */
  twin: string | null;
  /** Null for a run that has failed, or has not ended. */
  result: { accuracy: number; inactiveShare: number; collapsed: boolean } | null;
}

/** Of a pruned run how it is cut; of a run from scratch, how the network is cut that it is a control for; null for the others. */
export interface OutcomeCut {
  /** As people read it, with its criterion: "chip b0.5 c0.5". */
  name: string;
  /** Equal for cuts that take as much in the same way, whatever their criterion: what a random cut is a control for. */
  extent: string;
  /** Equal for cuts that leave the same network: what one from scratch is a control for. */
  remaining: string;
  /** Of capsule layers that start afresh at the cut: how many of the run's epochs they are trained for; null where they do not. */
  afresh: { epochs: number; of: number } | null;
}

/** `network` is the one before the cut. */
export function cutOf(network: NetworkSpec, pruning: PruningSpec): Omit<OutcomeCut, 'afresh'> {
  const extent = extentOf(pruning);
  return { name: `${pruning.criterion} ${extent}`, extent, remaining: JSON.stringify(networkAfter(network, pruning)) };
}

/** Whether every capsule type of some intermediate layer is inactive. */
export function hasCollapsed({ perLayer }: Pick<InactiveSummary, 'perLayer'>): boolean {
  return perLayer.some(({ inactive, of }) => of > 0 && inactive === of);
}

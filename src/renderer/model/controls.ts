/** Which controls can be queued with a cut, and how many runs they are at most. */
import type { Argument, RunSummary } from '../../shared/contract/index.ts';
import type { NetworkSpec } from '../../shared/spec/network.ts';
import type { PruningSpec } from '../../shared/spec/pruning.ts';
import { distinctCuts, randomCuts } from '../../shared/study-plan.ts';
import { family } from './family.ts';

export type Control = NonNullable<Argument<'queue.prune'>['controls']>[number];

/** All but what would rule nothing out: without the CCM term anywhere before the cut there is nothing that it might have done. */
export function controlsOf(run: RunSummary, runs: ReadonlyMap<string, RunSummary>): Control[] {
  const withCcm = [run, ...family(run, runs).ancestors].some(({ arm }) => arm === 'source');
  return withCcm ? ['unpruned', 'ccm', 'scratch', 'random'] : ['unpruned', 'scratch', 'random'];
}

/** Those that a fair comparison cannot do without; chance comes at the cost of a run per setting and is for who asks. */
export const usualControls = (offered: readonly Control[]): Control[] => offered.filter((control) => control !== 'random');

/** Runs that a cut queues at most: controls that are there already are not queued again. */
export function runCount(settings: PruningSpec[], controls: readonly Control[], network: NetworkSpec): number {
  const counts: Record<Control, () => number> = {
    unpruned: () => 1,
    ccm: () => 1,
    scratch: () => distinctCuts(settings, network).length,
    random: () => randomCuts(settings, true).length,
  };
  return settings.length + controls.reduce((sum, control) => sum + counts[control](), 0);
}

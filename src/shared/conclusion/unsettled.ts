/**
 * What a study must say before all else where its training was short: soon after the start, a test by the running statistics of
 * batch norm finds capsules inactive that are active in training. That looks like vanishing, and like a gain of whatever is
 * trained for longer.
 */
import { none, said, type Finding } from './finding.ts';

/** A run as far as this goes by it. */
export interface Tested {
  id: string;
  network: string;
  /** Whether the class capsules are zero in its test and were not in the steps of its last epoch. */
  unsettled: boolean;
  result: object | null;
}

export function unsettledFindings(runs: readonly Tested[]): Finding[] {
  const tested = runs.filter(({ result }) => result !== null);
  const early = tested.filter(({ unsettled }) => unsettled);
  if (early.length === 0) return [];
  const text = `in ${early.length} of ${tested.length} runs only the test finds the class capsules zero; in the steps of the last epoch they were not, so that running statistics of batch norm may not have settled. Train longer before judging.`;
  return [
    {
      ...none,
      ...said('Tested too early', () => text),
      ...{ verdict: 'caveat', kind: 'unsettled', network: null, pruning: null },
      n: new Set(early.map(({ network }) => network)).size,
      runs: early.map(({ id }) => id),
    },
  ];
}

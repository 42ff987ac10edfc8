import type { RunSummary } from '../../../shared/contract/index.ts';

/** The run that trains a decoder on the capsules of this one, as `inside.trainDecoder` makes it. */
export const decoderOf = (run: string, runs: ReadonlyMap<string, RunSummary>): RunSummary | undefined =>
  [...runs.values()].findLast(({ parent, arm }) => parent === run && arm === 'decoder');

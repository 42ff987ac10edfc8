/** Timing contestants against each other: in turn, one at a time, over several rounds, so that drift of the machine meets all alike. */
import { Contestant, ContestantError } from './contestant.ts';
import type { Entry } from './line-up.ts';

/**
 * Milliseconds of a step. A machine whose cores are lent to others too is slower for seconds at a time; what is compared is
 * the quietest round. That favours who does few steps in a round, as the peers do.
 */
export interface Timing {
  /** Median of the round in which it is smallest. */
  quietest: number;
  /** Median of all rounds. */
  median: number;
  steps: number;
}

export interface Standing {
  name: string;
  style: string;
  threads: number;
  /** What computed. */
  description: string;
  /** Milliseconds. */
  time: Timing;
  peakBytes: number | null;
  /** The same on the graphics card. */
  gpuBytes: number | null;
}

/** Somebody who could not take part, and why. */
export interface Absence {
  name: string;
  style: string;
  threads: number;
  failure: string;
}

export type Result = Standing | Absence;

interface Runner {
  entry: Entry;
  contestant: Contestant | null;
  description: string;
  check: number[];
  /** Of every step, by rounds. */
  rounds: number[][];
  failure: string;
}

/** Largest difference between what two contestants compute from the same numbers, relative to results above 1. */
const AGREEMENT = 1e-4;
/**
 * The same for losses after an update: Adam's first ones move every weight by the sign of its gradient, so rounding in the
 * smallest gradients shows. Wrong gradients show far more.
 */
const AGREEMENT_AFTER_UPDATE = 1e-2;

export interface RaceOptions {
  rounds: number;
  /** Told what is being done. */
  progress: (line: string) => void;
  /** Whether all must compute the same: if the problems are one. */
  sameProblem?: boolean;
}

/**
 * Results in the order of `entries`. Who runs out of memory or lacks a package is absent; throws when two disagree about
 * the results of the first steps.
 */
export async function race(entries: Entry[], { rounds, progress, sameProblem = true }: RaceOptions): Promise<Result[]> {
  const runners: Runner[] = [];
  try {
    for (const entry of entries) {
      progress(`${title(entry)}: first steps`);
      runners.push(await startRunner(entry));
    }
    if (sameProblem) expectAgreement(runners);
    for (let round = 1; round <= rounds; round++)
      for (const runner of runners) {
        if (!runner.contestant) continue;
        progress(`${title(runner.entry)}: round ${round} of ${rounds}`);
        await attempt(runner, async (contestant) => runner.rounds.push(await contestant.measure()));
      }
    const results: Result[] = [];
    for (const runner of runners) results.push(await result(runner));
    return results;
  } finally {
    for (const { contestant } of runners) await contestant?.end();
  }
}

const title = ({ name, job }: Entry): string => `${name}, ${job.threads} ${job.threads === 1 ? 'thread' : 'threads'}`;

async function startRunner(entry: Entry): Promise<Runner> {
  const runner: Runner = { entry, contestant: null, description: '', check: [], rounds: [], failure: '' };
  try {
    const { contestant, ready } = await Contestant.start(entry.command, entry.job);
    return { ...runner, contestant, ...ready };
  } catch (error) {
    return { ...runner, failure: failureOf(error) };
  }
}

async function attempt(runner: Runner, action: (contestant: Contestant) => Promise<unknown>): Promise<void> {
  try {
    await action(runner.contestant!);
  } catch (error) {
    runner.failure = failureOf(error);
    runner.contestant = null;
  }
}

function failureOf(error: unknown): string {
  if (error instanceof ContestantError) return error.message;
  throw error;
}

function expectAgreement(runners: Runner[]): void {
  const [first, ...others] = runners.filter(({ contestant }) => contestant);
  for (const other of others)
    for (const [i, value] of other.check.entries()) {
      const expected = first!.check[i]!;
      const tolerance = i > 0 && first!.entry.job.kind === 'step' ? AGREEMENT_AFTER_UPDATE : AGREEMENT;
      if (Math.abs(value - expected) <= tolerance * Math.max(1, Math.abs(expected))) continue;
      throw new Error(
        `${other.entry.name} and ${first!.entry.name} do not compute the same: [${other.check.join(', ')}] and [${first!.check.join(', ')}].`,
      );
    }
}

async function result(runner: Runner): Promise<Result> {
  const { name, job } = runner.entry;
  const who = { name, style: job.style, threads: job.threads };
  let peak: { peakBytes: number | null; gpuBytes: number | null } = { peakBytes: null, gpuBytes: null };
  if (runner.contestant) await attempt(runner, async (contestant) => (peak = await contestant.peak()));
  if (!runner.contestant) return { ...who, failure: runner.failure };
  return { ...who, description: runner.description, time: timing(runner.rounds), ...peak };
}

function timing(rounds: number[][]): Timing {
  const all = rounds.flat();
  return { quietest: Math.min(...rounds.map(median)), median: median(all), steps: all.length };
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle - 0.5)]! + sorted[Math.floor(middle)]!) / 2;
}

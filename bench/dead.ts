/**
 * Training steps of a network of which all capsules are inactive, against one of the same size that lives. Numbers in the dead one
 * shrink with every layer; if they became denormal, its step would take several times as long on Intel's processors.
 */
import { join } from 'node:path';
import { count } from '../src/shared/present/format.ts';
import { table } from '../src/cli/table.ts';
import { ran } from './comparison.ts';
import { Contestant } from './contestant.ts';
import type { DenormalCounts } from './denormals.ts';
import { engineEntry, FUSED, type Entry } from './line-up.ts';
import { writeStepProblem } from './problems.ts';
import { race } from './race.ts';

export interface DeadResult {
  depth: number;
  /** Time of the dead network's step over that of the living one's, medians of all rounds. */
  ratio: number;
  met: boolean;
  deadMilliseconds: number;
  livingMilliseconds: number;
  /** Longest class capsule of a batch. */
  deadLength: number;
  livingLength: number;
  /** Denormal numbers in the dead network's tensors over a few steps, by kind of tensor, and in all of them. */
  denormals: DenormalCounts;
  denormalsInAll: number;
}

export const DEAD_DEPTHS = [4, 8];
/** So small that all capsules die with their first weights. */
const TYPES = 16;
const DIMENSION = 4;
const LARGEST_RATIO = 1.15;
/** Times the initial weights of routed layers, which brings capsules to lengths near 1. */
const LIVING_GAIN = 6;
/** Capsules shorter than this are inactive. */
const INACTIVE = 0.01;

interface Options {
  depths: readonly number[];
  rounds: number;
  threads: number;
  batch: number;
  batches: number;
  progress: (line: string) => void;
}

/** Counts in a process of its own, where counting disturbs no timing. */
async function inspect({ command, job }: Entry) {
  const { contestant } = await Contestant.start(command, { ...job, countDenormals: true });
  try {
    return await contestant.numbers();
  } finally {
    await contestant.end();
  }
}

async function raceDepth(folder: string, depth: number, { rounds, threads, batch, batches, progress }: Options): Promise<DeadResult> {
  const entry = async (name: string, gain: number): Promise<Entry> => {
    const file = join(folder, `${name}-${depth}.safetensors`);
    await writeStepProblem(file, { types: TYPES, dim: DIMENSION, depth }, { batch, batches, gain });
    return { ...engineEntry(FUSED, threads, { kind: 'step', file }), name: `L = ${depth}, ${name}` };
  };
  const [dead, living] = [await entry('dead', 1), await entry('living', LIVING_GAIN)];
  const [deadNumbers, livingNumbers] = [await inspect(dead), await inspect(living)];
  if (deadNumbers.longest >= INACTIVE || livingNumbers.longest < INACTIVE)
    throw new Error(
      `The network with L = ${depth} should die and live: its longest class capsules are ${deadNumbers.longest} and ${livingNumbers.longest}.`,
    );
  const times = (await race([dead, living], { rounds, progress, sameProblem: false })).map((result) => {
    if (!ran(result)) throw new Error(`${result.name} did not run: ${result.failure}`);
    return result.time.median;
  });
  const [deadMilliseconds, livingMilliseconds] = times as [number, number];
  const ratio = deadMilliseconds / livingMilliseconds;
  return {
    depth,
    ratio,
    met: ratio <= LARGEST_RATIO,
    deadMilliseconds,
    livingMilliseconds,
    deadLength: deadNumbers.longest,
    livingLength: livingNumbers.longest,
    denormals: deadNumbers.denormals,
    denormalsInAll: Object.values(deadNumbers.denormals).reduce((sum, number) => sum + number, 0),
  };
}

export async function raceDead(folder: string, options: Options): Promise<DeadResult[]> {
  const results: DeadResult[] = [];
  for (const depth of options.depths) results.push(await raceDepth(folder, depth, options));
  return results;
}

export function deadTable(results: DeadResult[]): string {
  const heads = ['L', 'dead, ms', 'living, ms', 'dead to living', `≤ ${LARGEST_RATIO}`, 'denormal numbers'];
  const times = table(
    heads.map((head) => ({ head, align: 'right' as const })),
    results.map(({ depth, deadMilliseconds, livingMilliseconds, ratio, met, denormalsInAll }) => [
      String(depth),
      deadMilliseconds.toFixed(1),
      livingMilliseconds.toFixed(1),
      ratio.toFixed(3),
      met ? 'yes' : 'no',
      count(denormalsInAll),
    ]),
  );
  const found = results.flatMap(({ depth, denormals }) =>
    Object.entries(denormals)
      .filter(([, number]) => number > 0)
      .map(([kind, number]) => [String(depth), kind, count(number)]),
  );
  if (found.length === 0) return times;
  return `${times}\n\n${table([{ head: 'L', align: 'right' }, { head: 'tensor' }, { head: 'denormal numbers', align: 'right' }], found)}`;
}

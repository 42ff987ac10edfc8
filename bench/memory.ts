/**
 * `npm run bench:memory`: the memory of one training step of a large network, in a process of its own, next to what its
 * votes would take if they were written down, and to what the reference op and PyTorch need.
 */
import { Option } from 'commander';
import os from 'node:os';
import { join } from 'node:path';
import { bytes, count, plain } from '../src/shared/present/format.ts';
import { integerBetween, print, printJson } from '../src/cli/options.ts';
import { table } from '../src/cli/table.ts';
import { FUSED, REFERENCE, engineEntry, TUNED, AUTHORS, torchEntry, type Entry, type Python } from './line-up.ts';
import { writeStepProblem } from './problems.ts';
import { benchCommand, machine, machineLine, peers, progress, withFolder, type SharedOptions } from './program.ts';
import { race, type Standing } from './race.ts';
import { ran } from './comparison.ts';

interface Options extends SharedOptions {
  batch: number;
  /** Intermediate layers. */
  depth: number;
}

interface Need {
  name: string;
  threads: number;
  peakBytes: number | null;
  /** Of a step, where it ran. */
  milliseconds: number | null;
  /** Whether the peak was measured, or follows from those of smaller batches. */
  measured: boolean;
  /** Why there is no figure. */
  failure: string | null;
}

const [TYPES, DIMENSION] = [32, 16];
const BAR_BYTES = 2.5e9;
/** The heap of a WebAssembly module. */
const WASM_BYTES = 4 * 2 ** 30;
/** Batches from which the need of a larger one follows: memory grows in proportion to the images. */
const SMALL_BATCHES = [1, 3] as const;
/** Share of the free memory that a step may take before it is calculated instead of run. */
const USABLE = 0.8;

const gigabytes = (value: number): string => `${(value / 1e9).toFixed(1)} GB`;

type EntryOf = (file: string) => Entry;
type Size = Pick<Options, 'batch' | 'depth'>;

const network = ({ depth }: Size) => ({ types: TYPES, dim: DIMENSION, depth });

async function step(folder: string, size: Size, entryOf: EntryOf): Promise<Standing | string> {
  const { batch } = size;
  const file = join(folder, `step-${batch}.safetensors`);
  await writeStepProblem(file, network(size), { batch, batches: 1 });
  const [result] = await race([entryOf(file)], { rounds: 1, progress: (line) => progress(`Batch ${batch}: ${line}`) });
  return ran(result!) ? result : result!.failure;
}

/** Runs the step if the need that small batches show leaves room for it; else that need is the answer. */
async function need(folder: string, size: Size, limit: number, entryOf: EntryOf): Promise<Need> {
  const { name, job } = entryOf('');
  const none = { name, threads: job.threads, peakBytes: null, milliseconds: null, measured: false, failure: null };
  const [fewer, more] = SMALL_BATCHES;
  const peaks: number[] = [];
  for (const small of [fewer, more]) {
    const result = await step(folder, { ...size, batch: small }, entryOf);
    if (typeof result === 'string') return { ...none, failure: result };
    if (result.peakBytes === null) return { ...none, failure: 'this system does not tell the peak memory of a process' };
    peaks.push(result.peakBytes);
  }
  const perImage = (peaks[1]! - peaks[0]!) / (more - fewer);
  const calculated = { ...none, peakBytes: peaks[0]! + perImage * (size.batch - fewer) };
  if (calculated.peakBytes > limit) return calculated;
  const result = await step(folder, size, entryOf);
  if (typeof result === 'string') return { ...calculated, failure: result };
  return { ...none, peakBytes: result.peakBytes, milliseconds: result.time.quietest, measured: true };
}

async function fusedNeed(folder: string, size: Size, entryOf: EntryOf): Promise<Need> {
  const result = await step(folder, size, entryOf);
  if (typeof result === 'string') throw new Error(`The fused kernel did not run: ${result}`);
  const { name, threads, peakBytes, time } = result;
  return { name, threads, peakBytes, milliseconds: time.quietest, measured: true, failure: null };
}

async function needs(folder: string, options: Options, python: Python | null): Promise<Need[]> {
  const { threads } = options;
  const free = USABLE * os.freemem();
  const engine = (style: string) => (file: string) => engineEntry(style, threads, { kind: 'step', file });
  const found = [
    await fusedNeed(folder, options, engine(FUSED)),
    await need(folder, options, Math.min(free, WASM_BYTES), engine(REFERENCE)),
  ];
  if (python)
    for (const style of [...TUNED, AUTHORS])
      found.push(await need(folder, options, free, (file) => torchEntry(python, style, threads, { kind: 'step', file })));
  return found;
}

function needTable(found: Need[]): string {
  const columns = [
    { head: 'contestant' },
    ...['threads', 'peak memory', 'ms per step'].map((head) => ({ head, align: 'right' as const })),
    { head: 'how known' },
  ];
  const rows = found.map(({ name, threads, peakBytes, milliseconds, measured, failure }) => [
    name,
    String(threads),
    peakBytes === null ? '' : plain(bytes(peakBytes)),
    milliseconds === null ? '' : count(milliseconds),
    failure ?? (measured ? 'measured' : `calculated from batches of ${SMALL_BATCHES.join(' and ')}`),
  ]);
  return table(columns, rows);
}

async function main(options: Options): Promise<void> {
  const python = peers(options);
  const { batch, json } = options;
  const { found, voteBytes } = await withFolder(async (folder) => ({
    found: await needs(folder, options, python),
    voteBytes: (await writeStepProblem(join(folder, 'described.safetensors'), network(options), { batch: 1, batches: 1 })).voteBytes(batch),
  }));
  const peakBytes = found[0]!.peakBytes!;
  const bar = { limitBytes: BAR_BYTES, met: peakBytes < BAR_BYTES };
  if (json) {
    printJson({ machine: machine(python), network: network(options), batch, voteBytes, contestants: found, bar });
    return;
  }
  const { types, dim, depth } = network(options);
  print(machineLine(machine(python)));
  print(`\nOne training step of N = ${types}, D = ${dim}, L = ${depth} on 28×28, batch ${batch}\n\n${needTable(found)}`);
  print(`\nVotes, if they were written to memory: ${plain(bytes(voteBytes))}, once`);
  print(`Fused kernel below ${gigabytes(BAR_BYTES)}: ${bar.met ? 'yes' : 'no'} (${gigabytes(peakBytes)})`);
}

await benchCommand('bench:memory', 'measure the memory of one training step of a large network')
  .addOption(new Option('--batch <n>', 'images per step').argParser(integerBetween(4, 4096)).default(128))
  .addOption(new Option('--depth <n>', 'intermediate layers of the network').argParser(integerBetween(0, 32)).default(5))
  .action(main)
  .parseAsync();

/**
 * `npm run bench:gpu`: the capsule layer and whole training steps by every engine that works here and, if there is a
 * PyTorch with CUDA, by PyTorch on the same card. With --bundle, a folder that does the same on a machine without Node or network.
 */
import { InvalidArgumentError, Option } from 'commander';
import { join } from 'node:path';
import { bytes, count, plain } from '../src/shared/present/format.ts';
import { integerBetween, print, printJson } from '../src/cli/options.ts';
import { table } from '../src/cli/table.ts';
import { EngineName, enginePreference } from '../src/shared/engines.ts';
import { ran } from './comparison.ts';
import { gpuLineUp, withoutCuda, type Python } from './line-up.ts';
import { noise } from './noise.ts';
import { layerShape, writeLayerProblem, writeStepProblem } from './problems.ts';
import { benchCommand, machine, machineLine, peers, progress, withFolder, type SharedOptions } from './program.ts';
import { race, type Result } from './race.ts';

interface Options extends SharedOptions {
  rounds: number;
  depths: number[];
  batches: number[];
  engines: EngineName[];
  bundle?: string;
}

interface Contest {
  what: string;
  batch: number;
  results: Result[];
}

const TYPES = 16;
const DIMENSION = 12;

const numbers =
  (low: number, high: number) =>
  (text: string): number[] =>
    text.split(',').map((part) => integerBetween(low, high)(part));

function engineList(text: string): EngineName[] {
  const parsed = EngineName.array().safeParse(text.split(','));
  if (!parsed.success) throw new InvalidArgumentError(`It must be engines with commas between them: ${enginePreference.join(',')}.`);
  return parsed.data;
}

async function contests({ batches, depths, engines, threads, rounds }: Options, python: Python | null): Promise<Contest[]> {
  return withFolder(async (folder) => {
    const found: Contest[] = [];
    const contest = async (what: string, batch: number, kind: 'layer' | 'step', file: string) => {
      progress(`${what}, batch ${batch}`);
      found.push({ what, batch, results: await race(gpuLineUp({ kind, file }, engines, threads, python), { rounds, progress }) });
    };
    for (const batch of batches) {
      const layer = join(folder, `layer-${batch}.safetensors`);
      writeLayerProblem(layer, layerShape(TYPES, DIMENSION, batch));
      await contest('one layer', batch, 'layer', layer);
      for (const depth of depths) {
        const step = join(folder, `step-${batch}-${depth}.safetensors`);
        await writeStepProblem(step, { types: TYPES, dim: DIMENSION, depth }, { batch, batches: 1, dataset: noise(batch) });
        await contest(`step, L = ${depth}`, batch, 'step', step);
      }
    }
    return found;
  });
}

function contestTable(found: Contest[]): string {
  const right = 'right' as const;
  const columns = [
    { head: 'problem' },
    { head: 'batch', align: right },
    { head: 'contestant' },
    ...['ms', 'median', 'images/s', 'card memory', 'memory'].map((head) => ({ head, align: right })),
  ];
  const memory = (value: number | null) => (value === null ? '' : plain(bytes(value)));
  const rows = found.flatMap(({ what, batch, results }) =>
    results
      .filter(ran)
      .map(({ name, time, gpuBytes, peakBytes }) => [
        what,
        String(batch),
        name,
        time.quietest.toFixed(2),
        time.median.toFixed(2),
        count((1000 * batch) / time.quietest),
        memory(gpuBytes),
        memory(peakBytes),
      ]),
  );
  return table(columns, rows);
}

/** What computed, by contestant, and why others did not. */
function remarks(found: Contest[]): string[] {
  const lines = new Set<string>();
  for (const { what, batch, results } of found)
    for (const result of results)
      if (ran(result)) lines.add(`${result.name}: ${result.description}`);
      else lines.add(`${result.name} did not run (${what}, batch ${batch}): ${result.failure}`);
  return [...lines];
}

/** PyTorch, if it can compute on a card; if not, says why. */
function cudaPeers(options: Options): Python | null {
  const python = peers(options);
  const problem = python && withoutCuda(python);
  if (problem === null) return python;
  progress(`Without PyTorch: ${problem}`);
  return null;
}

async function main(options: Options): Promise<void> {
  if (options.bundle !== undefined) {
    const { makeBundle } = await import('./bundle/make.ts');
    await makeBundle(options.bundle, progress);
    return;
  }
  const python = cudaPeers(options);
  const found = await contests(options, python);
  const { threads, rounds, json } = options;
  if (json) {
    printJson({ machine: machine(python), threads, rounds, contests: found, remarks: remarks(found) });
    return;
  }
  print(`${machineLine(machine(python))}\n\n${contestTable(found)}\n\n${remarks(found).join('\n')}`);
  print(
    `ms is the median of the quietest of ${rounds} rounds in turn, of steps of the default network (28×28, N = ${TYPES}, D = ${DIMENSION}) in full float32.`,
  );
}

await benchCommand('bench:gpu', 'time capsule layers and training steps on every engine, and PyTorch on the same card')
  .addOption(new Option('--rounds <n>', 'measurements of every contestant').argParser(integerBetween(1, 100)).default(5))
  .addOption(new Option('--depths <list>', 'intermediate layers of the networks').argParser(numbers(0, 32)).default([1, 3, 5], '1,3,5'))
  .addOption(new Option('--batches <list>', 'images per step').argParser(numbers(1, 4096)).default([32, 128, 512], '32,128,512'))
  .addOption(
    new Option('--engines <list>', 'which of them').argParser(engineList).default([...enginePreference], enginePreference.join(',')),
  )
  .option('--bundle <folder>', 'make a folder that runs this on a Linux machine with nothing installed but the driver')
  .action(main)
  .parseAsync();

/**
 * `npm run bench:capsules`: one capsule layer, and whole training steps of the default network, by the fused kernel, by the
 * reference op and by PyTorch. With --dimensions, what capsule dimensions cost that are no multiple of the SIMD width; with
 * --dead, what a network costs of which all capsules are inactive.
 */
import { Option, InvalidArgumentError } from 'commander';
import { join } from 'node:path';
import { integerBetween, print, printJson } from '../src/cli/options.ts';
import { bars, barTable, compare, comparisonTable, type Bar, type Compared } from './comparison.ts';
import { DEAD_DEPTHS, deadTable, raceDead } from './dead.ts';
import { dimensionTable, raceDimensions } from './dimensions.ts';
import { lineUp, type Python } from './line-up.ts';
import { layerShape, writeLayerProblem, writeStepProblem } from './problems.ts';
import { benchCommand, machine, machineLine, peers, progress, putIntoDocument, withFolder, type SharedOptions } from './program.ts';
import { race, type Absence } from './race.ts';

interface Options extends SharedOptions {
  rounds: number;
  depths: number[] | undefined;
  dimensions?: true;
  dead?: true;
  document?: true;
}

interface Contest {
  title: string;
  results: (Compared | Absence)[];
  bars: Bar[];
}

const BATCH = 32;
/** So many batches take turns, and so many losses must agree. */
const BATCHES = 2;
const TYPES = 16;
const DIMENSION = 12;
/** Intermediate layers of the default network; the bars are for it. */
const DEFAULT_DEPTH = 3;
const usualDepths = [0, 1, 3, 5];

function depths(text: string): number[] {
  const parsed = text.split(',').map(Number);
  if (!parsed.every((depth) => Number.isInteger(depth) && depth >= 0 && depth <= 32))
    throw new InvalidArgumentError('It must be integers from 0 to 32 with commas between them.');
  return parsed;
}

async function layerContest(folder: string, { threads, rounds }: Options, python: Python | null): Promise<Contest> {
  progress('One capsule layer');
  const file = join(folder, 'layer.safetensors');
  writeLayerProblem(file, layerShape(TYPES, DIMENSION, BATCH));
  const results = compare(await race(lineUp({ kind: 'layer', file }, threads, python), { rounds, progress }), BATCH);
  return {
    title: `One layer, forward and backward: 3×3, ${TYPES} → ${TYPES} capsules of ${DIMENSION} dimensions on 6×6, batch ${BATCH}`,
    results,
    bars: bars('layer', results, { overTuned: 6, ...(threads === 2 ? { overOneThread: 1.8 } : {}) }),
  };
}

async function stepContest(folder: string, depth: number, { threads, rounds }: Options, python: Python | null): Promise<Contest> {
  progress(`Training step, L = ${depth}`);
  const file = join(folder, `step-${depth}.safetensors`);
  await writeStepProblem(file, { types: TYPES, dim: DIMENSION, depth }, { batch: BATCH, batches: BATCHES });
  const results = compare(await race(lineUp({ kind: 'step', file }, threads, python), { rounds, progress }), BATCH);
  const needed = { overTuned: 3, overAuthors: 13, ...(threads === 2 ? { overOneThread: 1.8 } : {}), memory: 5 };
  return {
    title: `Training step of the default network with L = ${depth}: 28×28, batch ${BATCH}, forward, loss, backward, Adam`,
    results,
    bars: depth === DEFAULT_DEPTH ? bars(`step, L = ${depth}`, results, needed) : [],
  };
}

async function contests(options: Options): Promise<void> {
  const python = peers(options);
  const found = await withFolder(async (folder) => {
    const all = [await layerContest(folder, options, python)];
    for (const depth of options.depths ?? usualDepths) all.push(await stepContest(folder, depth, options, python));
    return all;
  });
  const { threads, rounds, json } = options;
  const allBars = found.flatMap((contest) => contest.bars);
  if (json) {
    printJson({
      machine: machine(python),
      threads,
      rounds,
      contests: found.map(({ title, results }) => ({ title, results })),
      bars: allBars,
    });
    return;
  }
  const text = [
    machineLine(machine(python)),
    ...found.flatMap(({ title, results }) => [title, comparisonTable(results)]),
    `ms is the median of a contestant’s quietest of ${rounds} rounds in turn, median that of all; "to" columns say how many times faster, by ms.`,
    barTable(allBars),
  ].join('\n\n');
  print(text);
  if (options.document) putIntoDocument('bench:capsules', text);
}

async function dimensions({ rounds, json }: Options): Promise<void> {
  const results = await withFolder((folder) => raceDimensions(folder, { rounds, types: TYPES, batch: BATCH, progress }));
  if (json) printJson({ machine: machine(null), rounds, dimensions: results });
  else print(`${machineLine(machine(null))}\n\n${dimensionTable(results)}\n\nms is the median of ${rounds} rounds in turn, on one thread.`);
}

async function dead({ depths, threads, rounds, json }: Options): Promise<void> {
  const results = await withFolder((folder) =>
    raceDead(folder, { depths: depths ?? DEAD_DEPTHS, threads, rounds, batch: BATCH, batches: BATCHES, progress }),
  );
  if (json) {
    printJson({ machine: machine(null), threads, rounds, dead: results });
    return;
  }
  const what = 'A training step of a network of which all capsules are inactive, against one of the same size that lives:';
  print(`${machineLine(machine(null))}\n\n${what}\n\n${deadTable(results)}\n\nms is the median of ${rounds} rounds in turn.`);
}

await benchCommand('bench:capsules', 'time capsule layers and training steps against PyTorch')
  .addOption(new Option('--rounds <n>', 'measurements of every contestant').argParser(integerBetween(1, 100)).default(5))
  .addOption(
    new Option(
      '--depths <list>',
      `intermediate layers of the networks; by default ${usualDepths.join()}, dead ones ${DEAD_DEPTHS.join()}`,
    ).argParser(depths),
  )
  .option('--dimensions', 'time capsule dimensions from 4 to 17 on one thread instead')
  .option('--dead', 'time networks of which all capsules are inactive instead')
  .option('--document', 'put the tables into docs/performance.md, too')
  .action((options: Options) => (options.dimensions ? dimensions(options) : options.dead ? dead(options) : contests(options)))
  .parseAsync();

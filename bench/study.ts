/**
 * `npm run bench:study`: how many runs of a study of small networks are done in an hour, one at a time with all threads, against
 * several at once. Both train the same runs, in turn, and have to end with the same weights.
 */
import { Option } from 'commander';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { integerBetween, print, printJson } from '../src/cli/options.ts';
import { table } from '../src/cli/table.ts';
import type { StudyResult } from '../src/shared/study-result.ts';
import { count } from '../src/shared/present/format.ts';
import { Store } from '../src/store/store.ts';
import { benchCommand, machine, machineLine, progress, withFolder, type SharedOptions } from './program.ts';

interface Options extends SharedOptions {
  rounds: number;
  /** Runs of the study. */
  runs: number | undefined;
  images: number;
  epochs: number;
}

const ways = ['1', 'auto'] as const;
type Way = (typeof ways)[number];

const BAR = 1.15;

interface Time {
  way: Way;
  seconds: number;
}

function writeStudy(folder: string, { runs, images, epochs, threads }: Options): string {
  const file = join(folder, 'study.json');
  const study = {
    name: 'bench',
    data: { limitTrain: images, limitTest: Math.ceil(images / 4) },
    networks: [{ types: 8, dim: 4, depth: 4 }],
    epochs: { train: epochs, fineTune: 0 },
    seeds: Array.from({ length: runs ?? 4 * threads }, (_, i) => i + 1),
  };
  writeFileSync(file, JSON.stringify(study));
  return file;
}

/** Begins the study anew, so that all of it is trained. Answers the seconds, and the sums of the weights. */
async function time(study: string, database: string, way: Way, threads: number): Promise<{ seconds: number; weights: string[] }> {
  const start = fileURLToPath(new URL('../src/cli/start.mjs', import.meta.url));
  const args = ['study', study, '--db', database, '--engine', 'wasm', '--threads', String(threads), '--parallel', way, '--fresh', '--json'];
  const begun = performance.now();
  const child = spawn(process.execPath, [start, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const seconds = (performance.now() - begun) / 1000;
  if (code !== 0) throw new Error(`The study ended with code ${code}:\n${stderr}`);
  const store = new Store(database);
  try {
    const { runs } = JSON.parse(stdout) as StudyResult;
    return { seconds, weights: runs.map(({ id }) => store.files.find(id, 'weights')!.sha256) };
  } finally {
    store.close();
  }
}

async function main(options: Options): Promise<void> {
  const { threads, rounds, json } = options;
  const runs = options.runs ?? 4 * threads;
  const times: Time[] = [];
  const sums = new Set<string>();
  await withFolder(async (folder) => {
    const study = writeStudy(folder, options);
    const database = join(folder, 'capscope.db');
    // Reads the images once, before anything is timed.
    await time(study, database, 'auto', threads);
    for (let round = 0; round < rounds; round++)
      for (const way of round % 2 === 0 ? ways : ways.toReversed()) {
        const { seconds, weights } = await time(study, database, way, threads);
        progress(`Round ${round + 1}, --parallel ${way}: ${seconds.toFixed(1)} s`);
        times.push({ way, seconds });
        sums.add(weights.join());
      }
  });
  if (sums.size !== 1) throw new Error('Several at once did not end with the weights of one after another.');
  const quietest = (way: Way) => Math.min(...times.filter((one) => one.way === way).map(({ seconds }) => seconds));
  const perHour = Object.fromEntries(ways.map((way) => [way, (3600 * runs) / quietest(way)])) as Record<Way, number>;
  const gain = perHour.auto / perHour['1'];
  if (json) {
    printJson({
      machine: machine(null),
      threads,
      runs,
      images: options.images,
      epochs: options.epochs,
      times,
      runsPerHour: perHour,
      gain,
      bar: BAR,
    });
    return;
  }
  print(machineLine(machine(null)));
  print(
    `\n${runs} runs of N = 8, D = 4, L = 4 on ${count(options.images)} images, ${options.epochs} epochs, ${threads} threads in all; the quickest of ${rounds} rounds\n`,
  );
  const rows = ways.map((way) => [`--parallel ${way}`, quietest(way).toFixed(1), count(Math.round(perHour[way]))]);
  const columns = [{ head: 'way' }, { head: 'seconds', align: 'right' as const }, { head: 'runs per hour', align: 'right' as const }];
  print(table(columns, rows));
  print(`\nSeveral at once: ${gain.toFixed(2)} times as many. The weights are the same.`);
}

await benchCommand('bench:study', 'runs per hour, one at a time against several at once')
  .addOption(new Option('--rounds <n>', 'how often each way is timed').argParser(integerBetween(1, 100)).default(3))
  .addOption(new Option('--runs <n>', 'runs of the study; by default four per thread').argParser(integerBetween(1, 10_000)))
  .addOption(new Option('--images <n>', 'training images').argParser(integerBetween(100, 10_000)).default(2000))
  .addOption(new Option('--epochs <n>', 'epochs of each run').argParser(integerBetween(1, 1000)).default(2))
  .action(main)
  .parseAsync();

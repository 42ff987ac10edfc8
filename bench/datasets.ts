/** `npm run bench:datasets`: how fast data sets are read and opened again, next to NumPy and Pillow, and what that costs. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { bytes, count, plain } from '../src/shared/present/format.ts';
import { integerBetween, jsonOption, print, printJson } from '../src/cli/options.ts';
import { table } from '../src/cli/table.ts';
import type { ProgressReport, Report } from './datasets/contestant.ts';
import { barsOf, LARGE_ARRAY, seconds, type Bar, type Standing } from './datasets/bars.ts';
import {
  readMnist,
  writeCifar,
  writeIdx,
  writeJpegFolders,
  writeLargeArray,
  writePhotos,
  writePngFolders,
  writeZip,
} from './datasets/problems.ts';
import { progress, withFolder } from './program.ts';

const zipEntries = 300_000;
const allPhotos = 24;
/** Decoded as many at once, they need as much memory. */
const fewPhotos = 4;
/** Of 16 KiB each: 2.1 GiB. */
const arrayImages = 140_000;
/** Folders of fewer images are a short trial, which leaves the large array out and makes do with a few photos. */
const fewestAtLength = 10_000;

interface Options {
  rounds: number;
  images: number;
  peers: boolean;
  json?: true;
}

const own = fileURLToPath(new URL('datasets/contestant.ts', import.meta.url));
const peer = fileURLToPath(new URL('peers/datasets.py', import.meta.url));

interface Entrant {
  name: string;
  program: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
}

/** A program's report. Throws when it fails. */
function run({ name, program, args, env = process.env }: Entrant): unknown {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 26, env });
  if (error || status !== 0) throw new Error(`${name}: ${error?.message ?? stderr}`);
  return JSON.parse(stdout) as unknown;
}

/** Everybody in turn, round by round; the best of each. Throws when two have not read the same. */
function race(problem: string, entrants: Entrant[], rounds: number): Standing[] {
  const best = new Map<Entrant, Report>();
  for (let round = 1; round <= rounds; round++)
    for (const entrant of entrants) {
      progress(`${problem}: ${entrant.name}, round ${round} of ${rounds}`);
      const report = run(entrant) as Report;
      const before = best.get(entrant);
      best.set(entrant, !before || report.seconds < before.seconds ? report : before);
    }
  const standings = [...best].map(([{ name }, report]) => ({ problem, name, ...report }));
  for (const { name, images, check } of standings)
    if (images !== standings[0]!.images || check.join() !== standings[0]!.check.join())
      throw new Error(`${problem}: ${name} and ${standings[0]!.name} have not read the same.`);
  return standings;
}

/** $PYTHON or python3, if it has NumPy and Pillow. */
function findPeers(): { program: string; versions: string } | null {
  const program = process.env['PYTHON'] ?? 'python3';
  const { status, stdout, stderr } = spawnSync(
    program,
    ['-c', 'import numpy, PIL; print("NumPy", numpy.__version__ + ", Pillow", PIL.__version__)'],
    {
      encoding: 'utf8',
    },
  );
  if (status === 0) return { program, versions: stdout.trim() };
  progress(`Without peers: ${program} lacks NumPy or Pillow (${stderr.trim().split('\n').at(-1) ?? ''}); PYTHON names another.`);
  return null;
}

async function main({ rounds, images, peers: wanted, json }: Options): Promise<void> {
  const python = wanted ? findPeers() : null;
  const processes = os.availableParallelism();
  const photoCount = images >= fewestAtLength ? allPhotos : fewPhotos;
  const { standings, watched } = await withFolder(async (folder) => {
    progress('Writing files to read');
    const [idx, png, cifar, kept] = ['idx', 'png', 'cifar', 'kept'].map((name) => join(folder, name)) as [string, string, string, string];
    const mnist = await readMnist();
    writeIdx(idx, mnist);
    writePngFolders(png, mnist, images);
    writeCifar(cifar);
    const [jpeg, photos, zip, array] = ['jpeg', 'photos', 'many.zip', 'array'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
      string,
    ];
    await writeJpegFolders(jpeg, mnist, images);
    await writePhotos(photos, photoCount);
    if (python) writeZip(zip, python.program, zipEntries, join(jpeg, 'train', '0', readdirSync(join(jpeg, 'train', '0'))[0]!));
    if (images >= fewestAtLength) writeLargeArray(array, arrayImages);
    mkdirSync(kept);
    // Compiled modules are kept from start to start, as the terminal's commands keep theirs.
    const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') };
    const ours = (name: string, task: string, path: string, to = ''): Entrant => ({
      name,
      program: process.execPath,
      args: [own, task, path, to],
      env,
    });
    const python_ = (name: string, task: string, path: string): Entrant[] =>
      python ? [{ name, program: python.program, args: [peer, task, path, String(processes)] }] : [];
    progress('Compiling');
    run(ours('Capscope', 'ready', png));
    const results = [
      ...race('MNIST, IDX in gzip', [ours('Capscope', 'ready', idx), ...python_('NumPy', 'idx', idx)], rounds),
      ...race(
        `${count(images)} PNG files`,
        [ours('Capscope', 'ready', png), ...python_(`Pillow, ${processes} processes`, 'folders', png)],
        rounds,
      ),
      ...race(
        `${count(images)} JPEG files`,
        [ours('Capscope', 'ready', jpeg), ...python_(`Pillow, ${processes} processes`, 'folders', jpeg)],
        rounds,
      ),
      ...(python
        ? race(`ZIP of ${count(zipEntries)} files, listed`, [ours('Capscope', 'list', zip), ...python_('zipfile', 'zip', zip)], rounds)
        : []),
      ...race(`${photoCount} photos of 24 megapixels`, [ours('Capscope', 'ready', photos)], rounds),
      ...(images >= fewestAtLength ? race(LARGE_ARRAY, [ours('Capscope', 'ready', array)], 1) : []),
      ...race('CIFAR-10 binary, arrays', [ours('Capscope', 'arrays', cifar), ...python_('NumPy', 'cifar', cifar)], rounds),
      ...race('CIFAR-10 binary, checked and named', [ours('Capscope', 'ready', cifar)], rounds),
    ];
    run(ours('Capscope', 'keep', idx, kept));
    results.push(...race('MNIST, opened again', [ours('Capscope', 'reopen', idx, kept)], rounds));
    progress(`${count(images)} PNG files: in the reading thread, then cancelled`);
    return { standings: results, watched: run(ours('Capscope', 'watched', png, kept)) as ProgressReport };
  });
  const bars = barsOf(standings, watched, images);
  const machine = { processor: os.cpus()[0]?.model.trim() ?? 'unknown processor', cores: processes, peers: python?.versions ?? null };
  if (json) {
    printJson({ machine, standings, watched, bars });
    return;
  }
  print(`${machine.processor}, ${processes} cores; Node ${process.versions.node}, ${machine.peers ?? 'no peers'}`);
  print(`\n${standingsTable(standings)}\n\nThe best of ${rounds} rounds in turn, each in a process of its own, without its start.\n`);
  print(barsTable(bars));
}

function standingsTable(standings: Standing[]): string {
  const columns = [
    { head: 'data set' },
    { head: 'reader' },
    ...['time', 'images/s', 'peak memory'].map((head) => ({ head, align: 'right' as const })),
  ];
  const rows = standings.map(({ problem, name, seconds: time, images, peakBytes }) => [
    problem,
    name,
    seconds(time),
    count(images / time),
    plain(bytes(peakBytes)),
  ]);
  return table(columns, rows);
}

function barsTable(bars: Bar[]): string {
  return table(
    [{ head: 'bar' }, ...['needed', 'measured'].map((head) => ({ head, align: 'right' as const })), { head: 'met' }],
    bars.map(({ what, needed, measured, met }) => [what, needed, measured ?? '-', met === null ? 'not measured' : met ? 'met' : 'not met']),
  );
}

await new Command('bench:datasets')
  .description('time reading data sets, next to NumPy and Pillow')
  .addOption(new Option('--rounds <n>', 'times that everybody reads').argParser(integerBetween(1, 20)).default(3))
  .addOption(new Option('--images <n>', 'PNG files').argParser(integerBetween(120, 70_000)).default(60_000))
  .option('--no-peers', 'leave NumPy and Pillow out')
  .addOption(jsonOption())
  .action(main)
  .parseAsync();

/** `npm run bench:datasets`: how fast data sets are read and opened again, next to NumPy and Pillow, and what that costs. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { bytes, count, plain } from '../src/shared/present/format.ts';
import { integerBetween, jsonOption, print, printJson } from '../src/cli/options.ts';
import { table } from '../src/cli/table.ts';
import { YOUNG_MEGABYTES } from '../src/workbench/datasets/reading.ts';
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
import { machine, progress, putIntoDocument, withFolder } from './program.ts';

const zipEntries = 300_000;
const allPhotos = 24;
/** Decoded as many at once, they need as much memory. */
const fewPhotos = 4;
/** Of 16 KiB each: 2.1 GiB. */
const arrayImages = 140_000;
/** Folders of fewer images are a short trial, which leaves the large array out and makes do with a few photos. */
const fewestAtLength = 10_000;

/** As options name them. */
const parts = ['idx', 'png', 'jpeg', 'zip', 'photos', 'array', 'cifar', 'again'] as const;
type Part = (typeof parts)[number];

interface Options {
  rounds: number;
  images: number;
  peers: boolean;
  only?: Part;
  document?: true;
  json?: true;
}

/** The limit that the window sets for its reading thread: what V8 is told is a third of it, the size of one of three parts. */
const asInWindow = [`--max-semi-space-size=${YOUNG_MEGABYTES / 3}`];

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

/** What is read of one part, by everybody, and the report of the reading thread where it is watched. */
interface Read {
  standings: Standing[];
  watched?: ProgressReport;
}

async function main({ rounds, images, peers: wanted, only, document, json }: Options): Promise<void> {
  const python = wanted ? findPeers() : null;
  const processes = os.availableParallelism();
  const photoCount = images >= fewestAtLength ? allPhotos : fewPhotos;
  const read = await withFolder(async (folder) => {
    const place = (name: string) => join(folder, name);
    const [idx, png, jpeg, cifar, kept] = [place('idx'), place('png'), place('jpeg'), place('cifar'), place('kept')];
    mkdirSync(kept);
    // Compiled modules are kept from start to start, as the terminal's commands keep theirs.
    const env = { ...process.env, NODE_COMPILE_CACHE: place('compiled') };
    const ours = (task: string, path: string, to = ''): Entrant => ({
      name: 'Capscope',
      program: process.execPath,
      args: [...asInWindow, own, task, path, to],
      env,
    });
    const python_ = (name: string, task: string, path: string): Entrant[] =>
      python ? [{ name, program: python.program, args: [peer, task, path, String(processes)] }] : [];
    const pillow = `Pillow, ${processes} processes`;
    const mnist = await readMnist();
    const tasks: Record<Part, () => Promise<Read> | Read> = {
      idx: () => {
        writeIdx(idx, mnist);
        return { standings: race('MNIST, IDX in gzip', [ours('ready', idx), ...python_('NumPy', 'idx', idx)], rounds) };
      },
      png: () => {
        writePngFolders(png, mnist, images);
        const problem = `${count(images)} PNG files`;
        const standings = race(problem, [ours('ready', png), ...python_(pillow, 'folders', png)], rounds);
        progress(`${problem}: in the reading thread, then cancelled`);
        return { standings, watched: run(ours('watched', png, kept)) as ProgressReport };
      },
      jpeg: async () => {
        await writeJpegFolders(jpeg, mnist, images);
        return { standings: race(`${count(images)} JPEG files`, [ours('ready', jpeg), ...python_(pillow, 'folders', jpeg)], rounds) };
      },
      zip: async () => {
        if (!python) return { standings: [] };
        const [one, zip] = [place('one'), place('many.zip')];
        await writeJpegFolders(one, mnist, 1);
        const [label] = readdirSync(join(one, 'train'));
        const [image] = readdirSync(join(one, 'train', label!));
        writeZip(zip, python.program, zipEntries, join(one, 'train', label!, image!));
        const entrants = [ours('list', zip), ...python_('zipfile', 'zip', zip)];
        return { standings: race(`ZIP of ${count(zipEntries)} files, listed`, entrants, rounds) };
      },
      photos: async () => {
        await writePhotos(place('photos'), photoCount);
        return { standings: race(`${photoCount} photos of 24 megapixels`, [ours('ready', place('photos'))], rounds) };
      },
      array: () => {
        if (images < fewestAtLength) return { standings: [] };
        writeLargeArray(place('array'), arrayImages);
        return { standings: race(LARGE_ARRAY, [ours('ready', place('array'))], 1) };
      },
      cifar: () => {
        writeCifar(cifar);
        return {
          standings: [
            ...race('CIFAR-10 binary, arrays', [ours('arrays', cifar), ...python_('NumPy', 'cifar', cifar)], rounds),
            ...race('CIFAR-10 binary, checked and named', [ours('ready', cifar)], rounds),
          ],
        };
      },
      again: () => {
        if (!existsSync(idx)) writeIdx(idx, mnist);
        run(ours('keep', idx, kept));
        return { standings: race('MNIST, opened again', [ours('reopen', idx, kept)], rounds) };
      },
    };
    progress('Compiling');
    writePngFolders(place('few'), mnist, 240);
    run(ours('ready', place('few')));
    const all: Read[] = [];
    for (const part of only ? [only] : parts) all.push(await tasks[part]());
    return all;
  });
  const standings = read.flatMap((one) => one.standings);
  const watched = read.find((one) => one.watched)?.watched ?? null;
  const bars = barsOf(standings, watched, images).filter(({ met }) => !only || met !== null);
  const { processor, cores, memoryBytes, node } = machine(null);
  const here = { processor, cores, memoryBytes, node, peers: python?.versions ?? null };
  if (json) {
    printJson({ machine: here, standings, watched, bars });
    return;
  }
  const text = [
    `${processor}, ${cores} cores, ${plain(bytes(memoryBytes))}; Node ${node}, ${here.peers ?? 'no peers'}`,
    standingsTable(standings),
    `The best of ${rounds} rounds in turn, each in a process of its own, without its start.`,
    barsTable(bars),
  ].join('\n\n');
  print(text);
  if (document) putIntoDocument('bench:datasets', text);
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
  .addOption(new Option('--only <part>', 'one part of it').choices(parts))
  .addOption(new Option('--document', 'put the tables into docs/performance.md, too').conflicts('only'))
  .addOption(jsonOption())
  .action(main)
  .parseAsync();

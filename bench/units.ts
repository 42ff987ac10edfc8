/**
 * `npm run bench:units`: a study of tens of thousands of units, with made-up results: how long it takes to plan it, to say how far it
 * is, and to collect it into a database, and how much memory.
 */
import { Option } from 'commander';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { countImages } from '../src/datasets/facts.ts';
import { loadDataset, SAMPLE } from '../src/datasets/load.ts';
import { Bundle } from '../src/scale/bundle.ts';
import { planBundle } from '../src/scale/plan.ts';
import { writeResults } from '../src/scale/results.ts';
import { statusOf } from '../src/scale/status.ts';
import { integerBetween, print, printJson } from '../src/cli/options.ts';
import { bytes, count, plain } from '../src/shared/present/format.ts';
import { randomStream } from '../src/shared/random.ts';
import type { RunAnalysis } from '../src/shared/results.ts';
import { StudySpec } from '../src/shared/spec/study.ts';
import { sha256 } from '../src/store/run-files.ts';
import { folders } from '../src/workbench/node-host.ts';
import { benchCommand, machine, machineLine, progress, withFolder, type SharedOptions } from './program.ts';
import { evaluationOf, metricsOf } from './window/database.ts';

interface Options extends SharedOptions {
  units: number;
  epochs: number;
}

const bars = { planSeconds: 10, collectSeconds: 120, collectBytes: 1e9 };

/** Of a size that makes the files of all units fit anywhere; sums are checked all the same. */
const fileBytes = 4096;

const Collected = z.object({
  seconds: z.number(),
  peakBytes: z.number(),
  collected: z.object({ added: z.int(), known: z.int(), failed: z.int(), waiting: z.int() }),
  runs: z.int(),
  listSeconds: z.number(),
});

const analysis: RunAnalysis = { coupling: [], correlation: [], cut: null, dead: [] };

function writeUnits(bundle: Bundle, epochs: number): void {
  let unit = 0;
  const time = new Date().toISOString();
  for (const planned of bundle.allRuns()) {
    const { float, int } = randomStream(unit, 'bench units');
    const random = () => Math.round(1e6 * float()) / 1e6;
    const runs = planned.map((run) => {
      const folder = bundle.path('runs', run.id);
      mkdirSync(folder, { recursive: true });
      const files = (['weights', 'activity'] as const).map((kind) => {
        const content = new Uint8Array(fileBytes).fill(int(0, 255));
        writeFileSync(join(folder, `${kind}.safetensors`), content);
        return { kind, bytes: content.length, sha256: sha256(content) };
      });
      const numbers = Array.from({ length: epochs }, (_, n) => n + 1);
      return {
        run: { ...run, status: 'finished' as const, started: time, ended: time },
        epochs: numbers.map((epoch) => metricsOf(epoch, epochs, random)),
        result: { evaluation: evaluationOf(0.9, 0.1, random), analysis },
        files,
      };
    });
    writeResults(bundle.results(unit), { study: bundle.facts.study.id, unit, processor: 'made up', runs });
    unit++;
    if (unit % 2000 === 0) progress(`${count(unit)} units written`);
  }
}

async function main({ units, epochs, json }: Options): Promise<void> {
  const dataset = await loadDataset(SAMPLE, { resources: folders().resources });
  const spec = StudySpec.parse({
    name: 'bench',
    networks: [{ types: 16, dim: 8, depth: 3 }],
    epochs: { train: epochs, fineTune: 0 },
    seeds: Array.from({ length: units }, (_, i) => i + 1),
  });
  const found = await withFolder(async (folder) => {
    const target = join(folder, 'bundle');
    const planned = performance.now();
    const stored = { ...dataset, ...countImages(dataset) };
    await planBundle(target, { spec, dataset: stored, images: () => Promise.resolve(dataset), engine: 'wasm', hands: 2 });
    const planSeconds = (performance.now() - planned) / 1000;
    progress(`Planned in ${planSeconds.toFixed(1)} s`);
    const bundle = new Bundle(target);
    writeUnits(bundle, epochs);
    const asked = performance.now();
    const finished = statusOf(bundle).filter(({ state }) => state === 'finished').length;
    const statusSeconds = (performance.now() - asked) / 1000;
    const script = fileURLToPath(new URL('units/collect.ts', import.meta.url));
    const collected = Collected.parse(
      JSON.parse(execFileSync(process.execPath, [script, target, join(folder, 'db', 'capscope.db')], { encoding: 'utf8' })),
    );
    return { planSeconds, statusSeconds, finished, ...collected };
  });
  const met = found.planSeconds < bars.planSeconds && found.seconds < bars.collectSeconds && found.peakBytes < bars.collectBytes;
  if (json) {
    printJson({ machine: machine(null), units, epochs, ...found, bars, met });
    return;
  }
  print(machineLine(machine(null)));
  print(`\nA study of ${count(units)} units of ${epochs} epochs:`);
  print(`  planned in ${found.planSeconds.toFixed(1)} s (expected: below ${bars.planSeconds})`);
  print(`  asked how far it is in ${found.statusSeconds.toFixed(1)} s`);
  print(
    `  collected in ${found.seconds.toFixed(1)} s (below ${bars.collectSeconds}), with ${plain(bytes(found.peakBytes))} (below ${plain(bytes(bars.collectBytes))})`,
  );
  print(`  its ${count(found.runs)} runs listed, as the window does when it opens, in ${found.listSeconds.toFixed(1)} s`);
}

await benchCommand('bench:units', 'plan and collect a study of many units')
  .addOption(new Option('--units <n>', 'units of the study').argParser(integerBetween(1, 1_000_000)).default(20_000))
  .addOption(new Option('--epochs <n>', 'epochs of each run').argParser(integerBetween(1, 1000)).default(2))
  .action(main)
  .parseAsync();

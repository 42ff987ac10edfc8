/** `capscope plan`, `status` and `collect`: a study in pieces that can be done anywhere. */
import type { Command } from 'commander';
import { availableParallelism } from 'node:os';
import { Bundle } from '../../scale/bundle.ts';
import { collect, type Collected } from '../../scale/collect.ts';
import { collectAnywhere, statusAnywhere } from '../../scale/elsewhere.ts';
import { planBundle } from '../../scale/plan.ts';
import { oneLine } from '../../shared/one-line.ts';
import { count } from '../../shared/present/format.ts';
import { defaultDatabasePath } from '../../store/location.ts';
import { Store } from '../../store/store.ts';
import { checkStudy } from '../../workbench/open-study.ts';
import { loadData, mustBeUsable } from '../data-of-study.ts';
import { checkEngine, decideEngine, engineOption, type AskedEngine } from '../engines.ts';
import { databaseCommand, dataOption, integerBetween, jsonOption, print, printJson } from '../options.ts';
import { ReadingProgress } from '../reading-progress.ts';
import { presets, readStudy } from '../study-file.ts';
import { statusLines } from '../unit-status.ts';

interface PlanOptions {
  data?: string[];
  skipBad?: boolean;
  engine: AskedEngine;
  threads: number;
  seed?: number;
  json?: boolean;
}

const say = (line: string): void => void process.stderr.write(`${oneLine(line)}\n`);

export function addUnits(program: Command): void {
  program
    .command('plan')
    .description('write a study as a folder of units, which can be done anywhere')
    .argument('<study>', `study file, or a preset: ${presets().join(', ')}`)
    .argument('<folder>', 'new folder')
    .addOption(dataOption())
    .option('--skip-bad', 'go on without the images that cannot be read')
    .addOption(engineOption())
    .option(
      '--threads <n>',
      'threads that the numbers are to be those of, whatever a unit gets',
      integerBetween(1, 256),
      availableParallelism(),
    )
    .option('--seed <n>', "one seed, instead of the study's", integerBetween(0, 0xffff_ffff))
    .addOption(jsonOption())
    .action(plan);
  program
    .command('status')
    .description('how far the units of a planned study are')
    .argument('<folder>', 'planned study')
    .addOption(jsonOption())
    .action(async (folder: string, { json = false }: { json?: boolean }) => {
      const units = await statusAnywhere(new Bundle(folder));
      if (json) printJson({ units });
      else print(statusLines(units));
    });
  databaseCommand(program, 'collect', 'add what units have computed to the database of runs')
    .argument('<folder>', 'planned study')
    .option('--weights', 'fetch weights, too, from the computer that the study has been brought to')
    .addOption(jsonOption())
    .action(async (folder: string, { db, weights = false, json = false }: { db: string; weights?: boolean; json?: boolean }) => {
      const bundle = new Bundle(folder);
      const store = new Store(db);
      try {
        const { collected } = await collectAnywhere(bundle, weights ? 'all' : 'none', (withoutWeights) =>
          collectHere(bundle, store, withoutWeights),
        );
        if (json) printJson(collected);
        else print(collectedText(collected, store.path));
      } finally {
        store.close();
      }
    });
}

async function plan(
  study: string,
  folder: string,
  { data, skipBad, engine: asked, threads, seed, json = false }: PlanOptions,
): Promise<void> {
  const file = readStudy(study, seed);
  mustBeUsable(defaultDatabasePath());
  const { dataset, images } = await loadData(file, { data, skipBad, db: defaultDatabasePath(), json });
  checkStudy(file.plan, dataset);
  const engine = await decideEngine(asked, threads);
  await checkEngine(asked, threads);
  const counts = await planBundle(folder, { spec: file.spec, dataset, images, engine: engine.name, hands: threads });
  if (json) printJson(counts);
  else
    print(
      `${count(counts.units)} units with ${count(counts.runs)} runs in ${folder}. Next: capscope unit ${folder} <0 to ${counts.units - 1}>`,
    );
}

function collectHere(bundle: Bundle, store: Store, withoutWeights: boolean): { collected: Collected; damaged: string[] } {
  const damaged: string[] = [];
  const progress = new ReadingProgress(process.stderr);
  const onProgress = (done: number, total: number) => progress.report({ stage: 'Units', done, total });
  const onSay = (line: string) => {
    progress.end();
    say(line);
  };
  try {
    const collected = collect(bundle, store, { say: onSay, withoutWeights, onDamaged: (name) => damaged.push(name), onProgress });
    return { collected, damaged };
  } finally {
    progress.end();
  }
}

function collectedText({ added, known, failed, waiting }: Collected, database: string): string {
  const parts = [
    `${count(added)} units added`,
    `${count(known)} known already`,
    `${count(failed)} failed`,
    `${count(waiting)} not done yet`,
  ];
  return `${parts.join(', ')}.\nRuns: ${database}`;
}

/** `capscope study [file|preset]`: the whole experiment from one command. */
import { mixedKinds } from '../../shared/computed-on.ts';
import type { Command } from 'commander';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { AtOnce } from '../../shared/contract/index.ts';
import type { StudyResult } from '../../shared/study-result.ts';
import { writeDurably } from '../../store/disk.ts';
import { recordOf } from '../../store/records.ts';
import { Store } from '../../store/store.ts';
import { sweep } from '../../store/sweep.ts';
import type { StoredRun, StoredStudy } from '../../store/types.ts';
import { folders, reportPage } from '../../workbench/node-host.ts';
import { resultsOf } from '../../workbench/outcomes.ts';
import { checkStudy } from '../../workbench/open-study.ts';
import { reportHtml } from '../../workbench/report.ts';
import { reportName } from '../../workbench/report-name.ts';
import { armTable, conclusionText } from '../arm-table.ts';
import { wrapped } from '../table.ts';
import { loadData, mustBeUsable } from '../data-of-study.ts';
import { checkEngine, decideEngine, engineOption, type AskedEngine } from '../engines.ts';
import { interruptedExitCode } from '../interrupt.ts';
import { databaseCommand, dataOption, integerBetween, jsonOption, parallelOption, print, printJson, readingOption } from '../options.ts';
import { startProgress } from '../progress.ts';
import { queueStudy, runStudy, type StudyOutcome } from '../study.ts';
import { presets, readStudy } from '../study-file.ts';

interface Options {
  data?: string[];
  reading?: Record<string, string>;
  skipBad?: boolean;
  db: string;
  engine: AskedEngine;
  threads: number;
  parallel: AtOnce;
  seed?: number;
  fresh?: boolean;
  reuse?: boolean;
  tensorboard?: string;
  json?: boolean;
}

const exitCodes = { finished: 0, failed: 1, stopped: interruptedExitCode } as const satisfies Record<StudyOutcome, number>;

export function addStudy(program: Command, exit: (code: number) => void): void {
  databaseCommand(program, 'study', 'train, prune, fine-tune and compare; a second start goes on where the first stopped')
    .argument('[study]', `study file, or a preset: ${presets().join(', ')}`, 'quick')
    .addOption(dataOption())
    .addOption(readingOption())
    .option('--skip-bad', 'go on without the images that cannot be read')
    .addOption(engineOption())
    .option('--threads <n>', 'threads of the engine', integerBetween(1, 256), availableParallelism())
    .addOption(parallelOption())
    .option('--seed <n>', "one seed, instead of the study's", integerBetween(0, 0xffff_ffff))
    .option('--tensorboard <folder>', 'write event files for TensorBoard while it trains')
    .option('--fresh', 'start over even if this study has been started before')
    .option('--reuse', 'take over what another study has computed with the same settings, instead of computing it again')
    .addOption(jsonOption())
    .action(async (name: string, options: Options) => {
      exit(exitCodes[await study(name, options)]);
    });
}

async function study(
  name: string,
  { db, data, reading, skipBad, engine: asked, threads, parallel, seed, fresh = false, reuse = false, tensorboard, json = false }: Options,
): Promise<StudyOutcome> {
  const file = readStudy(name, seed);
  const { spec } = file;
  mustBeUsable(db);
  const { dataset, path, remember } = await loadData(file, { data, reading, skipBad, db, json });
  checkStudy(file.plan, dataset);
  const engine = await decideEngine(asked, threads);
  await checkEngine(asked, threads);
  const store = new Store(db);
  try {
    await sweep(store);
    await remember(store);
    const { name: known, fingerprint, train, test } = store.dataset(dataset.fingerprint);
    const { study: begun, runs } = queueStudy(store, { spec, dataset: fingerprint, engine: engine.name, fresh, reuse });
    const progress = startProgress(process.stderr);
    progress.say(`${spec.name}: ${runs.length} runs on ${known} (${train} + ${test} images)`);
    const reused = runs.filter((run) => run.study !== begun.id).length;
    if (reused > 0) progress.say(`${reused} of them reused: computed before with the same settings`);
    const outcome = await runStudy(runs, {
      store,
      dataset: { path, name: known, fingerprint },
      engine: { ...engine, threads, hands: null, ...folders() },
      atOnce: parallel,
      progress,
      tensorboard: tensorboard === undefined ? null : resolve(tensorboard),
    });
    if (outcome === 'stopped') progress.say('Stopped. The same command goes on from here.');
    else await conclude(store, begun, runs, engine.name, json);
    return outcome;
  } finally {
    store.close();
  }
}

/** Writes the report and prints what came out. */
async function conclude(store: Store, study: StoredStudy, planned: StoredRun[], engine: string, json: boolean): Promise<void> {
  const { spec } = study;
  const runs = planned.map(({ id }) => store.run(id));
  const report = join(dirname(store.path), 'reports', `${reportName(store, study)}.html`);
  writeDurably(report, reportHtml(store, await reportPage(), { title: spec.name, runs, settings: spec }));
  const { statistics, conclusion, kinds } = resultsOf(store, runs);
  if (json) {
    const { name, train, test } = store.dataset(runs[0]!.dataset);
    printJson({
      study: spec.name,
      engine,
      dataset: { name, train, test },
      runs: runs.flatMap((run) => recordOf(store, run) ?? []),
      statistics: statistics.arms,
      controls: statistics.controls,
      pooled: statistics.pooled,
      conclusion: conclusion.map(({ text }) => text),
      kinds,
      report,
    } satisfies StudyResult);
  } else {
    print(armTable(statistics));
    const mixed = mixedKinds(kinds);
    if (conclusion.length > 0) print(`\n${conclusionText(conclusion)}`);
    if (mixed !== null) print(`\n${wrapped(mixed)}`);
    print(`\nReport: ${report}\nRuns:   ${store.path}`);
  }
}

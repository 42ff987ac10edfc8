/** `capscope study [file|preset]`: the whole experiment from one command. */
import { Option, type Command } from 'commander';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { loadDataset } from '../../datasets/load.ts';
import type { Dataset } from '../../shared/dataset.ts';
import { InputError } from '../../shared/input-error.ts';
import type { RunRecord, StudyResult } from '../../shared/results.ts';
import { writeDurably } from '../../store/disk.ts';
import { recordOf } from '../../store/records.ts';
import { Store } from '../../store/store.ts';
import type { StoredRun } from '../../store/types.ts';
import { startEngine } from '../../trainer/node/engine.ts';
import { reportHtml } from '../../workbench/report.ts';
import { comparedByGroup, comparisonTable } from '../comparison.ts';
import { interruptedExitCode, listenForInterrupt } from '../interrupt.ts';
import { databaseCommand, integerBetween, jsonOption, print, printJson } from '../options.ts';
import { startProgress } from '../progress.ts';
import { checkNetworks, openStudy, runStudy, type StudyOutcome } from '../study.ts';
import { presets, readStudy, type StudyFile } from '../study-file.ts';

interface Options {
  data?: string;
  db: string;
  engine: 'wasm';
  threads: number;
  seed?: number;
  fresh?: boolean;
  json?: boolean;
}

const exitCodes = { finished: 0, failed: 1, stopped: interruptedExitCode } as const satisfies Record<StudyOutcome, number>;

export function addStudy(program: Command, exit: (code: number) => void): void {
  databaseCommand(program, 'study', 'train, prune, fine-tune and compare; a second start goes on where the first stopped')
    .argument('[study]', `study file, or a preset: ${presets().join(', ')}`, 'quick')
    .option('--data <folder>', "folder with the four IDX files of MNIST or Fashion-MNIST, instead of the study's")
    .addOption(new Option('--engine <engine>', 'what computes').choices(['wasm']).default('wasm'))
    .option('--threads <n>', 'threads of the engine', integerBetween(1, 256), availableParallelism())
    .option('--seed <n>', "one seed, instead of the study's", integerBetween(0, 0xffff_ffff))
    .option('--fresh', 'begin anew even if this study has been started before')
    .addOption(jsonOption())
    .action(async (name: string, options: Options) => {
      exit(exitCodes[await study(name, options)]);
    });
}

async function study(
  name: string,
  { db, data, engine: engineName, threads, seed, fresh = false, json = false }: Options,
): Promise<StudyOutcome> {
  const file = readStudy(name, seed);
  const dataset = await loadData(file, data);
  checkNetworks(file.plan, dataset);
  const store = new Store(db);
  try {
    const { runs } = openStudy(store, file, dataset, engineName, fresh);
    refuseSecond(runs);
    const progress = startProgress(process.stderr);
    const engine = await startEngine({ engine: engineName, threads });
    const interrupt = listenForInterrupt(() => progress.say('Stopping after this step; Ctrl-C again quits at once.'));
    let outcome: StudyOutcome;
    try {
      const { train, test } = dataset;
      progress.say(`${file.spec.name}: ${runs.length} runs on ${dataset.name} (${train.labels.length} + ${test.labels.length} images)`);
      progress.say(`Engine: ${engine.description}`);
      outcome = await runStudy(runs, { store, dataset, engine, progress, shouldStop: interrupt.requested });
    } finally {
      interrupt.release();
      engine.dispose();
    }
    if (outcome === 'stopped') progress.say('Stopped. The same command goes on from here.');
    else conclude(store, file, runs, engineName, json);
    return outcome;
  } finally {
    store.close();
  }
}

/** @param override path from the command line, which stands in for the study's own. */
function loadData({ spec, folder }: StudyFile, override: string | undefined): Promise<Dataset> {
  const { path, ...limits } = spec.data;
  const [base, name] = override === undefined ? [folder, path] : ['.', override];
  return loadDataset(name === 'sample' ? name : resolve(base, name), limits);
}

/** So that the second of two starts at once ends with one line; should both get this far together, the run itself can be claimed only once. */
function refuseSecond(runs: StoredRun[]): void {
  const running = runs.find(({ status }) => status === 'running');
  if (running) throw new InputError(`run ${running.id} of this study is being trained by another process; wait for it or stop it first`);
}

/** Writes the report and prints what came out. */
function conclude(store: Store, file: StudyFile, planned: StoredRun[], engine: string, json: boolean): void {
  const runs = planned.map(({ id }) => store.run(id));
  const report = join(dirname(store.path), 'reports', `${slug(file.spec.name)}-${file.spec.seeds.join('-')}.html`);
  writeDurably(report, reportHtml(store, { title: file.spec.name, runs, settings: file.spec }));
  const records = new Map(runs.flatMap((run) => recordOf(store, run) ?? []).map((record) => [record.id, record]));
  if (json) {
    const { name, train, test } = store.dataset(runs[0]!.dataset);
    printJson({ study: file.spec.name, engine, dataset: { name, train, test }, runs: [...records.values()], report } satisfies StudyResult);
  } else {
    print(comparisonTable(comparedByGroup(groups(runs, records))));
    print(`\nReport: ${report}\nRuns:   ${store.path}`);
  }
}

/** Runs of the same network and seed, as the keys of their plan begin. */
function groups(runs: StoredRun[], records: Map<string, RunRecord>): RunRecord[][] {
  const byGroup = Map.groupBy(runs, ({ key }) => key.slice(0, key.lastIndexOf('/')));
  return [...byGroup.values()].map((group) => group.flatMap(({ id }) => records.get(id) ?? []));
}

/** A study's name as part of a file name. */
function slug(name: string): string {
  return (
    name
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
      .replaceAll(/^-+|-+$/g, '') || 'study'
  );
}

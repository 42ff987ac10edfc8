/** `capscope study [file|preset]`: the whole experiment from one command. */
import type { Command } from 'commander';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { SAMPLE } from '../../datasets/load.ts';
import { InputError } from '../../shared/input-error.ts';
import { fileName } from '../../shared/present/file-name.ts';
import type { RunRecord, StudyResult } from '../../shared/results.ts';
import { unprepared } from '../../shared/spec/preparation.ts';
import { writeDurably } from '../../store/disk.ts';
import { tensorflowFolder } from '../../store/location.ts';
import { recordOf } from '../../store/records.ts';
import { Store } from '../../store/store.ts';
import type { StoredRun } from '../../store/types.ts';
import { startEngine } from '../../trainer/node/engine.ts';
import { reportHtml } from '../../workbench/report.ts';
import { remember } from '../../workbench/datasets/records.ts';
import { openStudy } from '../../workbench/plan.ts';
import { comparedByGroup, comparisonTable } from '../comparison.ts';
import { openData, type OpenedData } from '../data.ts';
import { decideEngine, engineOption, type AskedEngine } from '../engines.ts';
import { interruptedExitCode, listenForInterrupt } from '../interrupt.ts';
import { databaseCommand, dataOption, integerBetween, jsonOption, print, printJson } from '../options.ts';
import { startProgress } from '../progress.ts';
import { checkNetworks, runStudy, type StudyOutcome } from '../study.ts';
import { presets, readStudy, type StudyFile } from '../study-file.ts';

interface Options {
  data?: string[];
  skipBad?: boolean;
  db: string;
  engine: AskedEngine;
  threads: number;
  seed?: number;
  fresh?: boolean;
  json?: boolean;
}

const exitCodes = { finished: 0, failed: 1, stopped: interruptedExitCode } as const satisfies Record<StudyOutcome, number>;

export function addStudy(program: Command, exit: (code: number) => void): void {
  databaseCommand(program, 'study', 'train, prune, fine-tune and compare; a second start goes on where the first stopped')
    .argument('[study]', `study file, or a preset: ${presets().join(', ')}`, 'quick')
    .addOption(dataOption())
    .option('--skip-bad', 'go on without the images that cannot be read')
    .addOption(engineOption())
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
  { db, data, skipBad, engine: asked, threads, seed, fresh = false, json = false }: Options,
): Promise<StudyOutcome> {
  const file = readStudy(name, seed);
  const { paths, dataset, record } = await loadData(file, { data, skipBad, db, json });
  checkNetworks(file.plan, dataset);
  const { name: engineName, reason } = await decideEngine(asked, threads);
  const store = new Store(db);
  try {
    if (record) remember(store, record, { paths });
    const { name: datasetName, shape, classes, fingerprint, train, test } = dataset;
    store.addDataset({ name: datasetName, shape, classes, fingerprint, train: train.labels.length, test: test.labels.length });
    const { runs } = openStudy(store, { spec: file.spec, dataset: fingerprint, engine: engineName, fresh });
    refuseSecond(runs);
    const progress = startProgress(process.stderr);
    const engine = await startEngine({ engine: engineName, threads, tensorflow: tensorflowFolder() });
    const interrupt = listenForInterrupt(() => progress.say('Stopping after this step; Ctrl-C again quits at once.'));
    let outcome: StudyOutcome;
    try {
      progress.say(`${file.spec.name}: ${runs.length} runs on ${dataset.name} (${train.labels.length} + ${test.labels.length} images)`);
      progress.say(`Engine: ${engine.description}; chosen because ${reason}`);
      outcome = await runStudy(runs, { store, dataset, engine, reason, progress, shouldStop: interrupt.requested });
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

/** @param data paths from the command line, which stand in for the study's own. */
export function loadData(
  { spec, folder }: StudyFile,
  { data, skipBad, db, json }: { data: string[] | undefined; skipBad: boolean | undefined; db: string; json: boolean },
): Promise<OpenedData> {
  const { path, limitTrain, limitTest, preparation = unprepared, skipBad: skipBadOfStudy } = spec.data;
  const [base, named] = data ? ['.', data] : [folder, typeof path === 'string' ? [path] : path];
  const { limits } = preparation;
  return openData({
    paths: named.length === 1 && named[0] === SAMPLE ? named : named.map((one) => resolve(base, one)),
    preparation: { ...preparation, limits: { ...limits, train: limitTrain ?? limits.train, test: limitTest ?? limits.test } },
    skipBad: skipBad ?? skipBadOfStudy ?? false,
    folder: join(dirname(resolve(db)), 'datasets'),
    ask: !json,
  });
}

/** So that the second of two starts at once ends with one line; should both get this far together, the run itself can be claimed only once. */
function refuseSecond(runs: StoredRun[]): void {
  const running = runs.find(({ status }) => status === 'running');
  if (running) throw new InputError(`run ${running.id} of this study is being trained by another process; wait for it or stop it first`);
}

/** Writes the report and prints what came out. */
function conclude(store: Store, file: StudyFile, planned: StoredRun[], engine: string, json: boolean): void {
  const runs = planned.map(({ id }) => store.run(id));
  const report = join(dirname(store.path), 'reports', `${fileName(`${file.spec.name}-${file.spec.seeds.join('-')}`)}.html`);
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

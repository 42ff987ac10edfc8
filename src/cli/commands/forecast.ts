/** `capscope forecast [study|preset]`: what will become of the networks of a study before they are trained, and where its cuts take them. */
import type { Command } from 'commander';
import { availableParallelism } from 'node:os';
import type { Engine } from '../../engine/engine.ts';
import { inputShape, type Dataset } from '../../shared/dataset.ts';
import { NetworkSpecError } from '../../shared/describe.ts';
import { forecast, type NetworkForecast } from '../../shared/forecast/forecast.ts';
import { ProbeOptions } from '../../shared/forecast/probe.ts';
import { InputError } from '../../shared/input-error.ts';
import type { InputShape, NetworkSpec } from '../../shared/spec/network.ts';
import { networkAfter } from '../../shared/pruning-plan.ts';
import { networksOf } from '../../shared/spec/study.ts';
import { networkLabel, networkOfStudy, pruningName, pruningSettings } from '../../shared/study-plan.ts';
import { tensorflowFolder } from '../../store/location.ts';
import { decideEngine, engineOption, type AskedEngine } from '../engines.ts';
import { describeForecast, type CutForecast } from '../forecast-table.ts';
import { databaseOption, dataOption, integerBetween, jsonOption, print, printJson } from '../options.ts';
import { presets, readStudy, type StudyFile } from '../study-file.ts';
import { loadData, mustBeUsable } from '../data-of-study.ts';

interface Options {
  data?: string[];
  skipBad?: boolean;
  db: string;
  engine: AskedEngine;
  threads: number;
  draws: number;
  json?: true;
}

/** Of the bundled sample; stands in where the images cannot be read. Only full layers and class capsules depend on it. */
const usualInput: InputShape = { height: 28, width: 28, channels: 1, classes: 10 };

export function addForecast(program: Command): void {
  program
    .command('forecast')
    .description('say where the activity of untrained networks vanishes, and where cuts take them')
    .argument('[study]', `study file, or a preset: ${presets().join(', ')}`, 'quick')
    .addOption(dataOption())
    .option('--skip-bad', 'go on without the images that cannot be read')
    .addOption(engineOption())
    .option('--threads <n>', 'threads of the engine', integerBetween(1, 256), availableParallelism())
    .option('--draws <n>', 'how many times weights are drawn', integerBetween(1, 20), ProbeOptions.parse({}).draws)
    .addOption(databaseOption())
    .addOption(jsonOption())
    .action(async (name: string, options: Options) => {
      const file = readStudy(name);
      mustBeUsable(options.db);
      const dataset = await dataOf(file, options);
      const { json } = options;
      const engine = dataset && (await engineFor(options));
      try {
        const networks = await forecasts(file, dataset, engine, options.draws);
        if (json) printJson({ networks });
        else print(networks.map(({ name: title, cuts, ...found }) => describeForecast(title, found, cuts)).join('\n\n'));
      } finally {
        engine?.dispose();
      }
    });
}

/** Null when the study's own images cannot be read: a forecast can do without. Those named on the command line have to be there. */
async function dataOf(file: StudyFile, { data, skipBad, db }: Options): Promise<Dataset | null> {
  try {
    const { images } = await loadData(file, { data, skipBad, db, json: true });
    return await images();
  } catch (error) {
    if (!(error instanceof InputError) || data) throw error;
    const { height, width, classes } = usualInput;
    process.stderr.write(
      `${error.message}. The forecast therefore goes by gains alone, for images of ${height} × ${width} and ${classes} classes.\n`,
    );
    return null;
  }
}

async function engineFor({ engine: asked, threads }: Options): Promise<Engine> {
  const { name } = await decideEngine(asked, threads);
  // Here, so that no other command waits for the engine to be loaded.
  const { startEngine } = await import('../../trainer/node/engine.ts');
  return startEngine({ engine: name, threads, tensorflow: tensorflowFolder() });
}

type Named = NetworkForecast & { name: string; cuts: CutForecast[] };

async function forecasts({ spec }: StudyFile, dataset: Dataset | null, engine: Engine | null, draws: number): Promise<Named[]> {
  const input = dataset ? inputShape(dataset) : usualInput;
  const { probe } = await import('../../engine/analysis/probe.ts');
  const known = new Map<string, NetworkForecast>();
  const look = async (network: NetworkSpec): Promise<NetworkForecast> => {
    const key = JSON.stringify(network);
    const before = known.get(key);
    if (before) return before;
    forecast(network, input); // refuses what cannot be built, before anything is computed
    const seen = dataset && engine ? await probe(network, dataset, engine.kernels, ProbeOptions.parse({ draws }), { shouldStop }) : null;
    const found = forecast(network, input, seen);
    known.set(key, found);
    return found;
  };
  const networks: Named[] = [];
  for (const [n, entry] of networksOf(spec.networks).entries()) {
    const name = networkLabel(entry, n);
    const network = networkOfStudy(entry);
    const found = await buildable(name, () => look(network));
    const cuts: CutForecast[] = [];
    for (const pruning of pruningSettings(spec.pruning)) {
      const title = pruningName(pruning);
      // Trained weights are nothing that a forecast could be about.
      const after =
        pruning.capsuleLayers === 'inherit' ? null : await buildable(`${name}, ${title}`, () => look(networkAfter(network, pruning)));
      cuts.push({ name: title, after });
    }
    networks.push({ name, ...found, cuts });
  }
  return networks;
}

const shouldStop = () => false;

async function buildable<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NetworkSpecError) throw new InputError(`${name} cannot be built: ${error.message}`, { cause: error });
    throw error;
  }
}

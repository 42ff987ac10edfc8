/** `capscope import-weights <file>`: a network that was trained elsewhere becomes a run that can be measured, pruned and compared. */
import type { Command } from 'commander';
import { basename, extname } from 'node:path';
import manifest from '../../../package.json' with { type: 'json' };
import { readWeights } from '../../exchange/weights/read.ts';
import { inputShape } from '../../shared/dataset.ts';
import { describe } from '../../shared/describe.ts';
import { InputError } from '../../shared/input-error.ts';
import { oneLine } from '../../shared/one-line.ts';
import { accuracy, plain } from '../../shared/present/format.ts';
import type { FinishedRun } from '../../shared/run-job.ts';
import { TrainingSpec } from '../../shared/spec/training.ts';
import { checkParameters, encodeNetworkFile } from '../../shared/weights-file.ts';
import { readWhole } from '../../store/disk.ts';
import { newId } from '../../store/ids.ts';
import { toJson } from '../../store/json.ts';
import { tensorflowFolder } from '../../store/location.ts';
import { sha256 } from '../../store/run-files.ts';
import { Store } from '../../store/store.ts';
import { checkClasses, checkStandardisation, datasetFor, networkIn, saidOf } from '../outside-network.ts';
import { decideEngine, engineOption, type AskedEngine } from '../engines.ts';
import { databaseCommand, dataOption, integerBetween, jsonOption, print, printJson } from '../options.ts';

interface Options {
  db: string;
  network?: string;
  data?: string[];
  dataset?: string;
  name?: string;
  epochs: number;
  engine: AskedEngine;
  json?: true;
}

export function addImportWeights(program: Command): void {
  databaseCommand(program, 'import-weights', 'turn weights that were trained elsewhere into a run, and measure it')
    .argument('<file>', 'a safetensors file, or what torch.save writes of a state dict; names and shapes as in docs/weights.md')
    .option('--network <file>', 'JSON file with the network, as in a study file; needed unless the weights say it themselves')
    .addOption(dataOption())
    .option('--dataset <name>', 'a data set of the database, by its name or the beginning of its fingerprint, instead of --data')
    .option('--name <name>', "the run's; by default the file's")
    .option('--epochs <n>', 'how many epochs it has been trained', integerBetween(0, 100_000), 0)
    .addOption(engineOption())
    .addOption(jsonOption())
    .action(importWeights);
}

async function importWeights(path: string, options: Options): Promise<void> {
  const { json, name = basename(path, extname(path)), epochs } = options;
  const { weights, spec } = readWeights(readWhole(path), path);
  const said = saidOf(spec, path, options.network !== undefined);
  const network = options.network === undefined ? said?.network : networkIn(options.network);
  if (!network) throw new InputError(`${path} does not say what network it belongs to; name a file that does with --network`);
  const store = new Store(options.db);
  try {
    const dataset = await datasetFor(store, options, said?.preparation);
    checkStandardisation(said, dataset, path);
    checkClasses(said, dataset, path);
    const input = inputShape(dataset);
    const { params, flops } = describe(network, input);
    checkParameters(weights, { network, input }, path);
    const { classes, preparation, standardisation } = dataset;
    const file = encodeNetworkFile({ network, input, classes, preparation, standardisation }, weights);

    const { name: engineName, reason } = await decideEngine(options.engine, null);
    const { startEngine } = await import('../../trainer/node/engine.ts');
    const { nodeHost } = await import('../../trainer/node/host.ts');
    const { run } = await import('../../engine/jobs/run.ts');
    const engine = await startEngine({ engine: engineName, tensorflow: tensorflowFolder() });
    // No network of a study is taken for this one: its seed stands for its weights, not for how they were drawn.
    const seed = Number.parseInt(sha256(file).slice(0, 8), 16);
    const training = TrainingSpec.parse({ epochs: 0 });
    const runSpec = { network, training, pruning: null, control: null, seed, firstEpoch: epochs };
    try {
      process.stderr.write(`Measuring on ${dataset.test.labels.length} test images; Ctrl-C leaves everything as it was.\n`);
      await run({ spec: runSpec, parent: file, checkpoint: null }, dataset, engine, {
        ...nodeHost(),
        shouldStop: () => false,
        onStage: () => undefined,
        onCut: () => undefined,
        onStep: () => undefined,
        onEpoch: () => undefined,
        onStop: () => undefined,
        onFinish: (finished) => {
          checkMeasured(finished, path);
          const used = {
            name: engine.name,
            versions: { capscope: manifest.version, ...engine.versions },
            device: engine.device.name,
            choice: reason,
          };
          const id = store.atomically(() => {
            const added = store.addRun({
              ...{ study: null, key: newId(), name, role: 'unpruned', parent: null, dataset: dataset.fingerprint },
              ...{ spec: runSpec, params, flops },
            });
            store.training.claim(added.id, used);
            return added.id;
          });
          store.training.recordFinish(id, finished);
          const { accuracy: reached } = finished.evaluation;
          if (json) printJson({ id, accuracy: reached, params });
          else print(`Run ${id} (${oneLine(name)}) added: ${plain(accuracy(reached))} of the test images of ${oneLine(dataset.name)}.`);
        },
      });
    } finally {
      engine.dispose();
    }
  } finally {
    store.close();
  }
}

/** Before a run is added, which would be left without its results. */
function checkMeasured({ evaluation, analysis }: FinishedRun, path: string): void {
  try {
    toJson({ evaluation, analysis });
  } catch (error) {
    throw new InputError(`${path}: its weights are too large to be computed with: ${(error as Error).message}`, { cause: error });
  }
}

/** `capscope predict <run> <image or folder>…`: what a run's network says to images, which are prepared as its own were. */
import type { Command } from 'commander';
import Papa from 'papaparse';
import { resolve } from 'node:path';
import { imagesForNetwork } from '../../datasets/images/for-network.ts';
import { InputError } from '../../shared/input-error.ts';
import { oneLine } from '../../shared/one-line.ts';
import { count } from '../../shared/present/format.ts';
import { longestClasses } from '../../shared/ties.ts';
import type { SavedNetwork } from '../../shared/weights-file.ts';
import { writeDurably } from '../../store/disk.ts';
import { tensorflowFolder } from '../../store/location.ts';
import { networkOfRun } from '../../workbench/exchange/networks.ts';
import { decideEngine, engineOption, type AskedEngine } from '../engines.ts';
import { databaseCommand, jsonOption, print, printJson, withExistingStore } from '../options.ts';
import { mustNotReplace } from '../output-path.ts';
import { ReadingProgress } from '../reading-progress.ts';
import { table } from '../table.ts';

interface Options {
  db: string;
  engine: AskedEngine;
  csv?: string;
  json?: true;
}

interface Prediction {
  file: string;
  /** Null where the longest capsules are equally long, as in a network that has vanished: then nothing is said. */
  class: string | null;
  /** Of the longest class capsule: the probability. */
  length: number;
  /** By class. */
  lengths: Record<string, number>;
  /** As the file has it. */
  height: number;
  width: number;
}

/** Images per pass. */
const BATCH = 64;

export function addPredict(program: Command, exit: (code: number) => void): void {
  databaseCommand(program, 'predict', 'classify images with the network of a finished run')
    .argument('<id>', 'id of the run, or its first characters')
    .argument('<image...>', 'image files or folders of them')
    .option('--csv <file>', 'write the predictions, with the lengths of all class capsules')
    .addOption(engineOption())
    .addOption(jsonOption())
    .action(async (prefix: string, paths: string[], options: Options) => {
      if (options.csv !== undefined) mustNotReplace(options.csv, { db: options.db, reads: paths });
      const { run, saved } = await withExistingStore(options.db, (store) => {
        const run = store.runByPrefix(prefix);
        return { run, saved: networkOfRun(store, run) };
      });
      const { predictions, problems } = await predict(saved, paths, options.engine);
      if (predictions.length === 0 && problems.length === 1) throw new InputError(`${problems[0]!.file}: ${problems[0]!.problem}`);
      if (options.csv !== undefined) writeDurably(resolve(options.csv), new TextEncoder().encode(csvOf(predictions, saved)));
      for (const { file, problem } of problems) process.stderr.write(`${oneLine(`capscope: left out: ${file}: ${problem}`)}\n`);
      if (options.json) printJson({ run: run.id, images: predictions, problems });
      else if (predictions.length > 0) print(tableOf(predictions));
      if (!options.json && options.csv !== undefined)
        print(
          `\n${predictions.length === 1 ? '1 prediction is' : `${count(predictions.length)} predictions are`} in ${resolve(options.csv)}.`,
        );
      if (problems.length > 0) exit(1);
    });
}

async function predict(saved: ReturnType<typeof networkOfRun>, paths: string[], asked: AskedEngine) {
  const { height, width, channels } = saved.input;
  const predictions: Prediction[] = [];
  const problems: { file: string; problem: string }[] = [];
  const { name } = await decideEngine(asked, null);
  // Here, so that no other command waits for the engine to be loaded.
  const { startEngine } = await import('../../trainer/node/engine.ts');
  const { Predictor } = await import('../../engine/jobs/predict.ts');
  const engine = await startEngine({ engine: name, tensorflow: tensorflowFolder() });
  const predictor = new Predictor(saved, engine);
  let batch: { file: string; pixels: Uint8Array; height: number; width: number }[] = [];
  const flush = async () => {
    if (batch.length === 0) return;
    const data = new Float32Array(batch.length * height * width * channels);
    for (const [i, { pixels }] of batch.entries()) for (const [j, value] of pixels.entries()) data[i * pixels.length + j] = value / 255;
    const { lengths } = await predictor.predict({ shape: [batch.length, height, width, channels], data });
    for (const [i, { file, ...size }] of batch.entries())
      predictions.push(predictionOf(file, size, lengths.subarray(i * saved.input.classes, (i + 1) * saved.input.classes), saved));
    batch = [];
  };
  const progress = new ReadingProgress(process.stderr);
  try {
    const onProgress = (done: number, total: number) => progress.report({ stage: 'looking at images', done, total });
    for await (const image of imagesForNetwork(paths, saved, { onProgress })) {
      if ('problem' in image) problems.push(image);
      else batch.push({ file: image.file, pixels: image.pixels, height: image.from.height, width: image.from.width });
      if (batch.length === BATCH) await flush();
    }
    await flush();
  } finally {
    progress.end();
    predictor.dispose();
    engine.dispose();
  }
  return { predictions: predictions.sort((a, b) => (a.file < b.file ? -1 : 1)), problems };
}

function predictionOf(file: string, size: { height: number; width: number }, lengths: Float32Array, { classes }: SavedNetwork): Prediction {
  const [longest, tied] = longestClasses(lengths);
  return {
    file,
    class: tied === undefined ? classes[longest!]! : null,
    length: lengths[longest!]!,
    lengths: Object.fromEntries(classes.map((name, i) => [name, lengths[i]!])),
    ...size,
  };
}

function tableOf(predictions: readonly Prediction[]): string {
  return table(
    [{ head: 'image' }, { head: 'class' }, { head: 'length', align: 'right' }, { head: 'next' }, { head: 'length', align: 'right' }],
    predictions.map(({ file, class: said, length, lengths }) => {
      const next = Object.entries(lengths)
        .filter(([name]) => name !== said)
        .reduce((a, b) => (b[1] > a[1] ? b : a));
      return said === null ? [file, '(a tie)', length.toFixed(3), '', ''] : [file, said, length.toFixed(3), next[0], next[1].toFixed(3)];
    }),
  );
}

function csvOf(predictions: readonly Prediction[], { classes }: SavedNetwork): string {
  const rows = predictions.map(({ file, class: said, length, lengths }) => [file, said, length, ...classes.map((name) => lengths[name])]);
  return `${Papa.unparse([['file', 'class', 'length', ...classes.map((name) => `length of ${name}`)], ...rows], { newline: '\n' })}\n`;
}

/** `capscope export`: runs and studies for this program on another machine, and for other programs. What it writes follows from the file's name, or from an option. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { existsSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import type { ImageShape } from '../../datasets/raw.ts';
import { InputError } from '../../shared/input-error.ts';
import { oneLine } from '../../shared/one-line.ts';
import { exportRun } from '../../store/archive.ts';
import { writeDurably } from '../../store/disk.ts';
import type { Store } from '../../store/store.ts';
import type { StoredRun } from '../../store/types.ts';
import { onnxOfRun, pytorchOfRun } from '../../workbench/exchange/networks.ts';
import { runsAsTable, type TableFormat } from '../../workbench/exchange/tables.ts';
import { runsNamed, writeEvents } from '../../workbench/exchange/tensorboard.ts';
import { folders } from '../../workbench/node-host.ts';
import { databaseCommand, jsonOption, print, printJson, withExistingStore } from '../options.ts';
import { mustNotReplace, mustNotReplaceUnasked } from '../output-path.ts';
import { ReadingProgress } from '../reading-progress.ts';

interface Options {
  db: string;
  json?: true;
  float?: true;
  images?: ImageShape;
  pytorch?: true;
  tensorboard?: true;
  tidy?: true;
  force?: true;
}

/** What has been written. */
interface Written {
  /** What it is, for a sentence: "Run a1b2c3d4 (name) as an ONNX network". */
  what: string;
  ids: string[];
  /** Every file. */
  files: string[];
}

export function addExport(program: Command): void {
  databaseCommand(program, 'export', 'write runs for another machine or another program; see docs/exchange.md')
    .usage('<run or study>… <file or folder> [options]')
    .argument(
      '<what...>',
      'ids of runs, or their first characters, or names of studies, then the file or folder to write: .capscope, .onnx, .csv, .parquet',
    )
    .addOption(
      new Option('--pytorch', 'a folder with the network as a module of PyTorch, its weights and an example').conflicts([
        'float',
        'images',
      ]),
    )
    .addOption(
      new Option('--tensorboard', 'event files of the runs, in a folder for TensorBoard').conflicts(['pytorch', 'float', 'images']),
    )
    .option('--tidy', 'CSV and Parquet: a row per run, epoch, measure and layer, instead of one per run')
    .option('--force', 'replace files in the folder of --pytorch, or a file where the data dictionary of a table goes')
    .option('--float', 'ONNX: images as intensities in [0, 1] instead of bytes')
    .option('--images <size>', 'ONNX: prepare images of this size as well, e.g. 64x48x3: height, width, channels', sizeOf)
    .addOption(jsonOption())
    .action((what: string[], { db, ...options }: Options) =>
      withExistingStore(db, async (store) => {
        const path = resolve(what.at(-1)!);
        mustNotReplace(path, { db });
        const { what: done, ids, files } = await write(store, what.slice(0, -1), path, options);
        if (options.json) printJson({ ...(ids.length === 1 ? { id: ids[0] } : { ids }), file: path, files });
        else print(`${oneLine(done)} is now in ${oneLine(path)}.`);
      }),
    );
}

async function write(store: Store, prefixes: string[], path: string, options: Omit<Options, 'db'>): Promise<Written> {
  if (prefixes.length === 0) throw new InputError('name the run first, then the file or folder to write');
  const extension = extname(path).toLowerCase();
  const onnx = extension === '.onnx';
  const table = extension === '.csv' ? 'csv' : extension === '.parquet' ? 'parquet' : null;
  if (!onnx && (options.float || options.images)) throw new InputError('--float and --images are about ONNX: let the file end in .onnx');
  if (!table && options.tidy) throw new InputError('--tidy is about tables: let the file end in .csv or .parquet');
  if (options.tensorboard) return writeTensorboard(store, runsNamed(store, prefixes), path);
  if (table && !options.pytorch) return writeTable(store, runsNamed(store, prefixes), path, table, options);
  if (!options.pytorch && !onnx && extension !== '.capscope')
    throw new InputError(
      `${path} does not say what to write: expected a name that ends in .capscope, .onnx, .csv or .parquet, or --pytorch or --tensorboard for a folder`,
    );
  const run = single(store, prefixes);
  const named = `Run ${run.id} (${run.name})`;
  if (options.pytorch) return { what: `${named} for PyTorch`, ids: [run.id], files: writePytorch(store, run, path, options.force) };
  if (onnx) {
    writeDurably(path, onnxOfRun(store, run, { input: options.float ? 'float32' : 'uint8', size: options.images ?? null }));
    return { what: `The network of run ${run.id} (${run.name})`, ids: [run.id], files: [path] };
  }
  exportRun(store, run, path);
  return { what: named, ids: [run.id], files: [path] };
}

/** What is there already stays, so that this may be stopped and repeated. */
async function writeTensorboard(store: Store, runs: StoredRun[], folder: string): Promise<Written> {
  const progress = new ReadingProgress(process.stderr);
  const files: string[] = [];
  try {
    for (const [i, run] of runs.entries()) {
      progress.report({ stage: 'writing events of runs', done: i, total: runs.length });
      files.push((await writeEvents(store, run, folder)).path);
    }
  } finally {
    progress.end();
  }
  const what = runs.length === 1 ? `What run ${runs[0]!.id} (${runs[0]!.name}) has measured` : `What ${runs.length} runs have measured`;
  return { what, ids: runs.map(({ id }) => id), files: [...new Set(files)].filter((file) => existsSync(file)) };
}

/** Into a folder, which is made if need be. Answers the files. */
function writePytorch(store: Store, run: StoredRun, folder: string, force?: true): string[] {
  const files = new Map([...pytorchOfRun(store, run, folders().resources)].map(([name, bytes]) => [join(folder, name), bytes] as const));
  if (!force) mustNotReplaceUnasked(files);
  for (const [path, bytes] of files) writeDurably(path, bytes);
  return [...files.keys()];
}

/** With its data dictionary beside it. */
function writeTable(
  store: Store,
  runs: StoredRun[],
  path: string,
  format: TableFormat,
  { tidy, force }: Pick<Options, 'tidy' | 'force'>,
): Written {
  const { table, dictionary, rows, untested } = runsAsTable(store, runs, { format, tidy: tidy === true });
  const beside = `${path.slice(0, -extname(path).length)}.dictionary.csv`;
  // Of another table it has other rows, but the same head.
  if (!force) mustNotReplaceUnasked(new Map([[beside, dictionary]]), (there, content) => headOf(there) === headOf(content));
  writeDurably(path, table);
  writeDurably(beside, dictionary);
  if (tidy)
    for (const { id, name, status } of untested)
      process.stderr.write(`${oneLine(`capscope: no rows of run ${id} (${name}): it is ${status}, and has finished no epoch`)}\n`);
  const what = `A table of ${rows} ${rows === 1 ? 'row' : 'rows'} about ${runs.length} ${runs.length === 1 ? 'run' : 'runs'}`;
  return { what, ids: runs.map(({ id }) => id), files: [path, beside] };
}

const headOf = (csv: Uint8Array): string => new TextDecoder().decode(csv).split('\n', 1)[0]!;

function single(store: Store, prefixes: string[]): StoredRun {
  const [prefix, ...others] = prefixes;
  if (others.length > 0) throw new InputError(`this format holds one run, but ${prefixes.length} are named`);
  return store.runByPrefix(prefix!);
}

function sizeOf(text: string): ImageShape {
  const [, height, width, channels] = /^(\d{1,4})x(\d{1,4})(?:x(\d{1,2}))?$/.exec(text)?.map(Number) ?? [];
  if (!height || !width || channels === 0) throw new InvalidArgumentError('It must be height x width x channels, e.g. 64x48x3.');
  return { height, width, channels: Number.isNaN(channels ?? NaN) ? 1 : channels! };
}

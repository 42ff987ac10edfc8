/** `capscope export`: runs and studies for this program on another machine, and for other programs. What it writes follows from the file's name, or from an option. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { extname, resolve } from 'node:path';
import type { ImageShape } from '../../datasets/raw.ts';
import { InputError } from '../../shared/input-error.ts';
import { oneLine } from '../../shared/one-line.ts';
import { exportRun } from '../../store/archive.ts';
import { writeDurably } from '../../store/disk.ts';
import type { Store } from '../../store/store.ts';
import type { StoredRun } from '../../store/types.ts';
import { onnxOfRun, writePytorch } from '../../workbench/exchange/networks.ts';
import { folders } from '../../workbench/node-host.ts';
import { databaseCommand, jsonOption, print, printJson, withExistingStore } from '../options.ts';

interface Options {
  db: string;
  json?: true;
  float?: true;
  images?: ImageShape;
  pytorch?: true;
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
    .usage('<run> <file or folder> [options]')
    .argument('<what...>', 'ids of runs, or their first characters, then the file or folder to write: .capscope, .onnx')
    .addOption(
      new Option('--pytorch', 'a folder with the network as a module of PyTorch, its weights and an example').conflicts([
        'float',
        'images',
      ]),
    )
    .option('--float', 'ONNX: images as intensities in [0, 1] instead of bytes')
    .option('--images <size>', 'ONNX: prepare images of this size as well, e.g. 64x48x3: height, width, channels', sizeOf)
    .addOption(jsonOption())
    .action((what: string[], { db, ...options }: Options) =>
      withExistingStore(db, (store) => {
        const path = resolve(what.at(-1)!);
        const { what: done, ids, files } = write(store, what.slice(0, -1), path, options);
        if (options.json) printJson({ ...(ids.length === 1 ? { id: ids[0] } : { ids }), file: path, files });
        else print(`${oneLine(done)} is now in ${oneLine(path)}.`);
      }),
    );
}

function write(store: Store, prefixes: string[], path: string, options: Omit<Options, 'db'>): Written {
  if (prefixes.length === 0) throw new InputError('name the run first, then the file or folder to write');
  const onnx = extname(path).toLowerCase() === '.onnx';
  if (!onnx && (options.float || options.images)) throw new InputError('--float and --images are about ONNX: let the file end in .onnx');
  const run = single(store, prefixes);
  const named = `Run ${run.id} (${run.name})`;
  if (options.pytorch) return { what: `${named} for PyTorch`, ids: [run.id], files: writePytorch(store, run, path, folders().resources) };
  if (onnx) {
    writeDurably(path, onnxOfRun(store, run, { input: options.float ? 'float32' : 'uint8', size: options.images ?? null }));
    return { what: `The network of run ${run.id} (${run.name})`, ids: [run.id], files: [path] };
  }
  exportRun(store, run, path);
  return { what: named, ids: [run.id], files: [path] };
}

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

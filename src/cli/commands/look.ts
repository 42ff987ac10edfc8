/** `capscope look <run>`: what one image makes of a run's network. */
import type { Command } from 'commander';
import { basename, dirname, join, resolve } from 'node:path';
import { KeptDataset } from '../../datasets/kept.ts';
import { loadDataset, SAMPLE } from '../../datasets/load.ts';
import { preparedFile } from '../../datasets/preparation/one-image.ts';
import { InputError } from '../../shared/input-error.ts';
import { lookFigure } from '../../shared/inside/figure.ts';
import { lookTensors } from '../../shared/inside/tensors.ts';
import type { Look } from '../../shared/inside/look.ts';
import { oneLine } from '../../shared/one-line.ts';
import { encodeSafetensors } from '../../shared/safetensors.ts';
import type { InsideTask } from '../../shared/trainer-protocol.ts';
import type { SavedNetwork } from '../../shared/weights-file.ts';
import { writeDurably } from '../../store/disk.ts';
import type { StoredImages } from '../../store/images.ts';
import type { Store } from '../../store/store.ts';
import type { StoredRun } from '../../store/types.ts';
import { insideTask, networkFile } from '../../workbench/inside/opened.ts';
import { folders } from '../../workbench/node-host.ts';
import { lookText, type LookedAt } from '../look-text.ts';
import { databaseCommand, integerBetween, jsonOption, print, printJson, withExistingStore } from '../options.ts';

interface Options {
  db: string;
  image?: number;
  file?: string;
  out?: string;
  figure?: string;
  json?: true;
}

export function addLook(program: Command): void {
  databaseCommand(program, 'look', 'look into a network with one image: lengths, couplings, the strongest path')
    .argument('<id>', 'id of the run, or its first characters')
    .option('--image <n>', 'test image, counted from 0; the first by default', integerBetween(0, 2 ** 31))
    .option('--file <file>', 'image file, which is prepared as the images of the run were')
    .option('--out <file>', 'safetensors file to write: vectors, lengths and couplings of every iteration')
    .option('--figure <file>', 'SVG file to write')
    .addOption(jsonOption())
    .action(async (prefix: string, options: Options) => {
      if (options.image !== undefined && options.file !== undefined)
        throw new InputError('--image and --file are two images; give one of them');
      const looked = await lookAt(await withExistingStore(options.db, (store) => runOf(store, prefix)), options);
      writeFiles(looked, options);
      if (options.json) printJson(documentOf(looked));
      else print(lookText(looked));
    });
}

/** What is needed of the database. */
interface Opened {
  run: StoredRun;
  task: InsideTask;
  /** Name of the data set, and where its images are; null: not here. */
  dataset: string;
  images: Pick<StoredImages, 'file'> | null;
}

function runOf(store: Store, prefix: string): Opened {
  const run = store.runByPrefix(prefix);
  return {
    run,
    task: insideTask(store, run.id, networkFile(store, run.id)),
    dataset: store.dataset(run.dataset).name,
    images: store.images.find(run.dataset),
  };
}

async function lookAt(opened: Opened, { db, image = 0, file }: Options): Promise<LookedAt> {
  const { run, task } = opened;
  // Here, so that no other command waits for the engine to be loaded.
  const { startEngine } = await import('../../trainer/node/engine.ts');
  const { openNetwork } = await import('../../trainer/inside.ts');
  const { Inspector } = await import('../../engine/inspection/inspector.ts');
  const network = openNetwork(task);
  const { pixels, label } = file === undefined ? await testImage(opened, db, image) : await shownImage(file, network);
  const engine = await startEngine({ engine: 'wasm' });
  const inspector = new Inspector(network, engine.kernels);
  try {
    const look = await inspector.look(pixels, () => performance.now());
    const name = file === undefined ? `test image ${image}` : basename(file);
    return { look, run, image: name, classes: network.classes, label };
  } finally {
    inspector.dispose();
    engine.dispose();
  }
}

type Shown = Pick<LookedAt, 'label'> & { pixels: Uint8Array };

const shownImage = async (file: string, network: SavedNetwork): Promise<Shown> => ({
  pixels: await preparedFile(resolve(file), network),
  label: null,
});

async function testImage({ dataset: name, images: kept }: Opened, db: string, index: number): Promise<Shown> {
  if (!kept) throw new InputError(`the images of ${name} are not here; open the data set again, or show an image with --file`);
  const outside = (count: number) => new InputError(`--image ${index}: there is no such test image; expected 0 to ${count - 1}`);
  if (kept.file === null) {
    const { test } = await loadDataset(SAMPLE, folders());
    const count = test.labels.length;
    if (index >= count) throw outside(count);
    const size = test.images.length / count;
    return { pixels: test.images.slice(index * size, (index + 1) * size), label: test.labels[index]! };
  }
  const images = await KeptDataset.open(join(dirname(resolve(db)), 'datasets', kept.file));
  try {
    const labels = await images.labels('test');
    if (index >= labels.length) throw outside(labels.length);
    return { pixels: await images.image('test', index), label: labels[index]! };
  } finally {
    await images.close();
  }
}

function writeFiles({ look, run, image, classes }: LookedAt, { out, figure }: Options): void {
  const about = { 'capscope.run': run.id, 'capscope.image': image };
  if (out !== undefined) writeDurably(resolve(out), encodeSafetensors(lookTensors(look, about)));
  if (figure !== undefined)
    writeDurably(resolve(figure), new TextEncoder().encode(lookFigure({ look, title: `${run.name}, ${image}`, classes })));
  for (const file of [out, figure]) if (file !== undefined) process.stderr.write(`Wrote ${oneLine(resolve(file))}\n`);
}

/** What --json prints; types, layers and iterations are counted from 0, as in the arrays of --out. */
function documentOf({ look, run, image, classes, label }: LookedAt) {
  const { layers, routing, longest, paths, reconstruction, took } = look;
  return {
    run: { id: run.id, name: run.name },
    image,
    label: label === null ? null : classes[label]!,
    read: longest.map((each) => classes[each]!),
    classes: Object.fromEntries(classes.map((name, each) => [name, layers.at(-1)!.lengths[each]!])),
    layers: layers.map(({ layer, height, width, types, dim, lengths }) => ({ layer, height, width, types, dim, lengths: [...lengths] })),
    routing: routing.map(routingOf),
    paths: paths.map((path) => path.map(({ layer, ...step }) => ({ layer: layers[layer]!.layer, ...step }))),
    reconstruction: reconstruction && { error: reconstruction.error },
    milliseconds: took,
  };
}

/** Couplings and flows as [iteration][type below][type]. */
function routingOf({ layer, iterations, from, to, coupling, flow, entropy, agreement }: Look['routing'][number]) {
  const rows = (values: Float32Array, length: number) =>
    Array.from({ length: values.length / length }, (_, i) => [...values.subarray(i * length, (i + 1) * length)]);
  const nested = (values: Float32Array) => {
    const all = rows(values, to);
    return Array.from({ length: iterations }, (_, i) => all.slice(i * from, (i + 1) * from));
  };
  return { layer, coupling: nested(coupling), flow: nested(flow), entropy: [...entropy], agreement: rows(agreement, to) };
}

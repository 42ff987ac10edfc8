/** `capscope look <run>`: what one image makes of a run's network. */
import { Option, type Command } from 'commander';
import { basename, resolve } from 'node:path';
import { preparedFile } from '../../datasets/preparation/one-image.ts';
import { InputError } from '../../shared/input-error.ts';
import { lookFigure } from '../../shared/inside/figure.ts';
import { lookTensors } from '../../shared/inside/tensors.ts';
import { openNetwork } from '../../shared/inside/open-network.ts';
import { Disturbance } from '../../shared/inside/robustness.ts';
import type { Look } from '../../shared/inside/look.ts';
import { oneLine } from '../../shared/one-line.ts';
import { encodeSafetensors } from '../../shared/safetensors.ts';
import type { SavedNetwork } from '../../shared/weights-file.ts';
import { writeDurably } from '../../store/disk.ts';
import { printDisturbed } from '../disturbed.ts';
import { lookText, type LookedAt } from '../look-text.ts';
import { runOf, testImage, type OpenedRun, type ShownImage } from '../opened-run.ts';
import { databaseCommand, integerBetween, jsonOption, print, printJson, withExistingStore } from '../options.ts';
import { mustNotReplace } from '../output-path.ts';

interface Options {
  db: string;
  image?: number;
  file?: string;
  out?: string;
  figure?: string;
  disturb?: Disturbance;
  json?: true;
}

export function addLook(program: Command): void {
  databaseCommand(program, 'look', 'look into a network with one image: lengths, couplings, the strongest path')
    .argument('<id>', 'id of the run, or its first characters')
    .option('--image <n>', 'test image, counted from 0; the first by default', integerBetween(0, 2 ** 31))
    .option('--file <file>', 'image file, which is prepared as the images of the run were')
    .option('--out <file>', 'safetensors file to write: vectors, lengths and couplings of every iteration')
    .option('--figure <file>', 'SVG or PNG file to write')
    .addOption(
      new Option('--disturb <how>', 'instead: accuracy on 1,000 test images that are disturbed more and more').choices(Disturbance.options),
    )
    .addOption(jsonOption())
    .action(async (prefix: string, options: Options) => {
      if (options.image !== undefined && options.file !== undefined)
        throw new InputError('--image and --file are two images; give one of them');
      if (options.disturb) {
        for (const option of ['image', 'file', 'out', 'figure'] as const)
          if (options[option] !== undefined)
            throw new InputError(`--disturb is about many images, and --${option} about one; leave one of them out`);
        await printDisturbed(await withExistingStore(options.db, (store) => runOf(store, prefix)), options.disturb, options);
        return;
      }
      for (const written of [options.out, options.figure])
        if (written !== undefined) mustNotReplace(written, { db: options.db, reads: options.file === undefined ? [] : [options.file] });
      if (options.figure !== undefined) figureKind(options.figure);
      if (options.out !== undefined && options.out === options.figure) throw new InputError('--out and --figure name the same file');
      const looked = await lookAt(await withExistingStore(options.db, (store) => runOf(store, prefix)), options);
      await writeFiles(looked, options);
      if (options.json) printJson(documentOf(looked));
      else print(lookText(looked));
    });
}

async function lookAt(opened: OpenedRun, { db, image = 0, file }: Options): Promise<LookedAt> {
  const { run, task } = opened;
  const network = openNetwork(task);
  const { pixels, label } = file === undefined ? await testImage(opened, db, image) : await shownImage(file, network);
  // Here, so that no other command waits for the engine to be loaded.
  const { startEngine } = await import('../../trainer/node/engine.ts');
  const { Inspector } = await import('../../engine/inspection/inspector.ts');
  const engine = await startEngine({ engine: 'wasm' });
  const inspector = new Inspector(network, engine.kernels);
  try {
    const look = await inspector.look(pixels, () => performance.now());
    const name = file === undefined ? `test image ${image}` : basename(file);
    return { look, run, image: name, classes: network.classes, label, checkpoint: task.checkpointOf !== null };
  } finally {
    inspector.dispose();
    engine.dispose();
  }
}

const shownImage = async (file: string, network: SavedNetwork): Promise<ShownImage> => ({
  pixels: await preparedFile(resolve(file), network),
  label: null,
});

async function writeFiles({ look, run, image, classes }: LookedAt, { out, figure }: Options): Promise<void> {
  const about = { 'capscope.run': run.id, 'capscope.image': image };
  if (out !== undefined) writeDurably(resolve(out), encodeSafetensors(lookTensors(look, about)));
  if (figure !== undefined) {
    const drawn = new TextEncoder().encode(lookFigure({ look, title: `${run.name}, ${image}`, classes }));
    writeDurably(resolve(figure), figureKind(figure) === 'png' ? await pngOf(drawn) : drawn);
  }
  for (const file of [out, figure]) if (file !== undefined) process.stderr.write(`Wrote ${oneLine(resolve(file))}\n`);
}

/** By the end of its name. */
function figureKind(path: string): 'svg' | 'png' {
  const [kind] = /(?<=\.)(svg|png)$/.exec(path.toLowerCase()) ?? [];
  if (kind !== 'svg' && kind !== 'png') throw new InputError(`--figure ${path}: expected a file that ends in .svg or .png`);
  return kind;
}

/** Twice as many pixels as the drawing has, as where it is saved from the window. */
async function pngOf(svg: Uint8Array): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  return sharp(svg, { density: 144 }).png().toBuffer();
}

/** What --json prints; types, layers and iterations are counted from 0, as in the arrays of --out. */
function documentOf({ look, run, checkpoint, image, classes, label }: LookedAt) {
  const { layers, routing, longest, paths, reconstruction, took } = look;
  return {
    run: { id: run.id, name: run.name, checkpoint },
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

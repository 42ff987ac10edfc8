/** What a preparation makes of a few images of every class, without preparing all of them. */
import { permutation, randomStream } from '../../shared/random.ts';
import type { ImageBackground, PreparationSpec } from '../../shared/spec/preparation.ts';
import type { ImageShape, RawDataset, RawSplit } from '../raw.ts';
import type { Reading } from '../readings.ts';
import { ImageMaker, opaque, type OpaqueImage } from './image.ts';
import { imageAt } from './make.ts';
import { examine, planOf, type Examined } from './prepare.ts';
import { takenAs } from './taken.ts';

export interface Preview {
  /** Of the data set as it was read. */
  classes: string[];
  /** Images that the preparation leaves, of the classes that it leaves. */
  counts: { class: string; train: number; test: number }[];
  /** Of the images after it. */
  shape: ImageShape;
  images: { class: string; before: OpaqueImage; after: Uint8Array | null }[];
  notes: string[];
  /** What could be read otherwise. */
  readings: Reading[];
}

export interface PreviewOptions {
  perClass: number;
  /** Most classes to show. */
  classes: number;
  seed: number;
}

interface Shown {
  label: number;
  on: (background: ImageBackground) => OpaqueImage;
}

/** Bytes of large images that are kept to be shown; what goes beyond is not. */
const KEPT_BYTES = 2 ** 28;

/** Reads what it shows only once, for as many preparations as are tried. */
export class Previewer {
  readonly #raw: RawDataset;
  readonly #examined: Promise<Examined>;
  #shown: { key: string; images: Promise<Shown[]> } | null = null;

  constructor(raw: RawDataset) {
    this.#raw = raw;
    this.#examined = examine(raw);
  }

  /** Throws a DatasetError when the preparation is not possible. */
  async preview(wanted: PreparationSpec, options: PreviewOptions): Promise<Preview> {
    const examined = await this.#examined;
    const { classes } = examined.labelled;
    const { spec, shape, target, selection, notes } = planOf(examined, wanted);
    const maker = new ImageMaker(target);
    const shown = await this.#images(examined, options);
    const kept = new Set(selection.classes);
    const counted = { train: countLabels(selection.train.labels), test: countLabels(selection.test.labels) };
    return {
      classes: classes.slice(),
      counts: selection.classes.map((name, label) => ({ class: name, train: counted.train[label] ?? 0, test: counted.test[label] ?? 0 })),
      shape,
      images: shown.map(({ label, on }) => ({
        class: classes[label]!,
        before: on('black'),
        after: kept.has(classes[label]!) ? maker.make(on(target.background)) : null,
      })),
      readings: this.#raw.readings ?? [],
      notes: [...takenAs(examined, { selection, spec }, this.#raw), ...notes],
    };
  }

  #images(examined: Examined, options: PreviewOptions): Promise<Shown[]> {
    const key = JSON.stringify([options.perClass, options.classes, options.seed]);
    if (this.#shown?.key !== key) this.#shown = { key, images: readShown(examined, options) };
    return this.#shown.images;
  }
}

function countLabels(labels: Uint16Array): number[] {
  const counts: number[] = [];
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

/** Training images, `perClass` of each class, classes in order. */
async function readShown({ splits: [train], scale }: Examined, { perClass, classes, seed }: PreviewOptions): Promise<Shown[]> {
  const { images, labels } = train!;
  const chosen = choose(train!, { perClass, classes, seed });
  if (images.kind === 'uniform') {
    return chosen.map((index) => {
      const image = imageAt(images, index);
      return { label: labels[index]!, on: () => image };
    });
  }
  const read = new Map<number, Shown>();
  let bytes = 0;
  for await (const one of images.read({ indices: chosen, reduce: true })) {
    if (!('image' in one)) continue;
    const { index } = one;
    const image = { ...one.image, pixels: one.image.pixels.slice() };
    read.set(index, { label: labels[index]!, on: (background) => opaque(image, background, scale) });
    bytes += image.pixels.byteLength;
    if (bytes > KEPT_BYTES) break;
  }
  return chosen.flatMap((index) => read.get(index) ?? []);
}

function choose({ labels }: RawSplit, { perClass, classes, seed }: PreviewOptions): number[] {
  const byClass = new Map<number, number[]>();
  for (const index of permutation(labels.length, randomStream(seed, 'preview'))) {
    const label = labels[index]!;
    const chosen = byClass.get(label) ?? [];
    byClass.set(label, chosen);
    if (chosen.length < perClass) chosen.push(index);
  }
  return [...byClass]
    .sort(([a], [b]) => a - b)
    .slice(0, classes)
    .flatMap(([, chosen]) => chosen);
}

/** From what a reader delivered to a Dataset: consistent, divided, in one size, in bytes. */
import { counted } from '../counted.ts';
import type { Dataset, Split } from '../../shared/dataset.ts';
import { InputShape } from '../../shared/spec/network.ts';
import { unprepared, type ImageColour, type PreparationSpec } from '../../shared/spec/preparation.ts';
import { DatasetError } from '../errors.ts';
import { fingerprint } from '../fingerprint.ts';
import { likely } from '../likely.ts';
import type { ImageShape, Problem, RawDataset, RawSplit } from '../raw.ts';
import type { Reading } from '../readings.ts';
import { recognise, type ShapedSplit } from '../recognise.ts';
import { channelsFor, type ImageTarget } from './image.ts';
import { make, type MakeOptions } from './make.ts';
import { resolve, shapesOf, type Shapes } from './resolve.ts';
import { select, type Labelled, type Selection } from './select.ts';
import type { Scale } from './scale.ts';
import { standardisationOf } from './standardise.ts';
import { takenAs } from './taken.ts';

export interface PrepareOptions extends MakeOptions {
  /** Most bytes that the prepared images may take. */
  dataBytes?: number | undefined;
}

export interface Prepared {
  dataset: Dataset;
  /** What was left out, and why. */
  problems: Problem[];
  /** What could be read otherwise. */
  readings: Reading[];
  /** What the reader took as classes, split, orientation and range, a line each. */
  taken: string[];
  /** What was decided about things that were left open, one sentence each. */
  notes: string[];
}

const DATA_BYTES = 8 * 2 ** 30;

/** By number of channels. Images not looked at before may be of the other kind. */
const colours: Partial<Record<number, ImageColour>> = { 1: 'grey', 3: 'rgb' };

/**
 * Throws a DatasetError when images, labels and splits do not fit each other or the preparation leaves too little, or
 * what `signal` was aborted with.
 */
export async function prepare(raw: RawDataset, wanted: PreparationSpec = unprepared, options: PrepareOptions = {}): Promise<Prepared> {
  const examined = await examine(raw, { signal: options.signal, onImage: () => options.onProgress?.(0, null) });
  const { name } = examined.labelled;
  const { spec, shape, target, selection, notes } = planOf(examined, wanted);
  checkSize(name, shape, selection.train.images.length + selection.test.images.length, options.dataBytes ?? DATA_BYTES);
  const { train, test, problems, pages } = await make(examined.splits, selection, target, examined.scale, options);
  checkWhatIsLeft(name, selection, train, test, problems);
  const content = {
    shape,
    classes: selection.classes,
    train,
    test,
    ...(spec.standardise ? { standardisation: standardisationOf(train.images, shape.channels) } : {}),
  };
  return {
    dataset: { name, ...content, ...(isUnprepared(spec) ? {} : { preparation: spec }), fingerprint: fingerprint(content) },
    readings: raw.readings ?? [],
    taken: takenAs(examined, { selection, spec }, raw),
    problems: [...raw.problems.filter(({ file }) => file !== null), ...problems],
    notes: [
      ...raw.problems.flatMap(({ file, message }) => (file === null ? [message] : [])),
      ...examined.scale.notes,
      ...pagesNote(pages),
      ...notes,
    ],
  };
}

const pagesNote = (pages: readonly number[]): string[] =>
  pages.length === 0
    ? []
    : [
        `${counted(pages.length, 'image file', 'hold')} several pages or frames, up to ${pages.reduce((a, b) => Math.max(a, b))}; only the first of each is read.`,
      ];

export interface Plan {
  /** With everything decided that was left open. */
  spec: PreparationSpec;
  shape: ImageShape;
  target: ImageTarget & { channels: number };
  selection: Selection;
  notes: string[];
}

/** What is to be made of which images. Throws a DatasetError when that is not possible. */
export function planOf({ splits, shapes, labelled }: Examined, wanted: PreparationSpec): Plan {
  const separate = splits.some(({ images }) => images.kind === 'separate');
  if (!separate && wanted.size === null) checkAlike(splits);
  const { spec, height, width, notes } = resolve(wanted, { shapes, separate, hasTest: labelled.test !== null });
  const channels = channelsOf(labelled.name, shapes, spec);
  const shape = { height, width, channels };
  const { fit, background } = spec;
  const selection = select(labelled, spec);
  return {
    spec,
    shape,
    target: { ...shape, fit, background, colour: colours[channels] ?? 'own' },
    selection,
    notes: [...notes, ...singlesNote(selection)],
  };
}

function singlesNote({ singles }: Selection): string[] {
  const [first] = singles;
  if (first === undefined) return [];
  const what =
    singles.length === 1
      ? `The class ${first}, which has a single image, is`
      : `${singles.length} classes with a single image each, such as ${first}, are`;
  return [`${what} left out: dividing the images takes one to train on and one to test with.`];
}

export interface Examined {
  splits: RawSplit[];
  shapes: Shapes;
  scale: Scale;
  labelled: Labelled;
}

/** Checks what was read against itself, and finds its shapes, name and classes. Throws a DatasetError. */
export async function examine(
  raw: RawDataset,
  looking: { signal?: AbortSignal | undefined; onImage?: (() => void) | undefined } = {},
): Promise<Examined> {
  const splits = raw.test ? [raw.train, raw.test] : [raw.train];
  for (const split of splits) checkCounts(split);
  const { shapes, scale, problem } = await shapesOf(splits, looking);
  if (shapes.length === 0)
    throw new DatasetError(
      raw.train.from.images,
      `none of its images can be read${problem ? `; of ${problem.file ?? 'one'}: ${problem.message}` : ''}`,
    );
  for (const { shape } of shapes) checkShape(raw.train.from.images, shape);
  const bytes = splits.map(shaped);
  const known = bytes.every((split) => split !== null) ? (recognise(bytes) ?? (raw.classes ? undefined : likely(bytes))) : undefined;
  const highest = splits.reduce((most, { labels }) => labels.reduce((a, b) => Math.max(a, b), most), 0);
  const classes = known?.classes ?? raw.classes ?? Array.from({ length: highest + 1 }, (_, i) => String(i));
  if (classes.length <= highest)
    throw new DatasetError(raw.train.from.labels, `labels go up to ${highest}, but there are only ${classes.length} class names`);
  const labelled = {
    name: known?.name ?? raw.name,
    place: raw.train.from.labels,
    classes,
    train: raw.train.labels,
    test: raw.test?.labels ?? null,
  };
  return { splits, shapes, scale, labelled };
}

function checkCounts({ images, labels, from }: RawSplit): void {
  if (images.count === 0) throw new DatasetError(from.images, 'it holds no images; expected at least one');
  if (labels.length !== images.count)
    throw new DatasetError(from.labels, `it has ${labels.length} labels, but ${from.images} has ${images.count} images`);
  if (images.kind !== 'uniform') return;
  const { values, count, height, width, channels } = images;
  if (values.length !== count * height * width * channels)
    throw new RangeError(`${from.images}: ${values.length} values do not make ${count} images of ${height} × ${width} × ${channels}`);
}

/** Arrays of different shapes are more likely two data sets than one. */
function checkAlike([train, test]: RawSplit[]): void {
  const shape = ({ images }: RawSplit) => (images.kind !== 'separate' ? `${images.height} × ${images.width} × ${images.channels}` : '');
  if (test && shape(train!) !== shape(test))
    throw new DatasetError(
      test.from.images,
      `its images are ${shape(test)}, but the training images are ${shape(train!)}; expected the same`,
    );
}

function checkShape(place: string, { height, width, channels }: ImageShape): void {
  const { channels: c } = InputShape.shape;
  if (height < 1 || width < 1 || !c.safeParse(channels).success)
    throw new DatasetError(
      place,
      `its images are ${height} × ${width} with ${channels} channels; expected at least one pixel and 1 to ${c.maxValue!} channels`,
    );
}

/** Images in the form in which well-known data sets are recognised; null when they come in another. */
function shaped({ images, labels }: RawSplit): ShapedSplit | null {
  if (images.kind !== 'uniform' || !(images.values instanceof Uint8Array)) return null;
  const { values, height, width, channels } = images;
  return { images: values, labels, height, width, channels };
}

function checkWhatIsLeft(name: string, { classes }: Selection, train: Split, test: Split, problems: Problem[]): void {
  const trained = new Set(train.labels);
  const lost = classes.findIndex((_, label) => !trained.has(label));
  if (lost < 0 && test.labels.length > 0) return;
  const what = lost >= 0 ? `training image of class ${classes[lost]!}` : 'test image';
  throw new DatasetError(name, `no ${what} can be read; for one, ${problems[0]!.file ?? 'it'}: ${problems[0]!.message}`);
}

function channelsOf(name: string, shapes: Shapes, { colour }: PreparationSpec): number {
  const channels = [...new Set(shapes.map(({ shape }) => channelsFor(shape.channels, colour)))];
  const [only = 0] = channels;
  if (channels.length > 1)
    throw new DatasetError(name, `its images have ${channels.join(' or ')} channels; expected the same number in all of them`);
  if (colour !== 'own' && only !== (colour === 'grey' ? 1 : 3))
    throw new DatasetError(name, `its images have ${only} channels; only grey and RGB images can be made ${colour}`);
  return only;
}

function checkSize(name: string, { height, width, channels }: ImageShape, images: number, most: number): void {
  const { height: h, width: w } = InputShape.shape;
  if (!h.safeParse(height).success || !w.safeParse(width).success)
    throw new DatasetError(
      name,
      `its images are ${height} × ${width}; expected 1 to ${h.maxValue!} pixels a side, or a smaller size to make them`,
    );
  const bytes = images * height * width * channels;
  if (bytes > most)
    throw new DatasetError(
      name,
      `${images} images of ${height} × ${width} × ${channels} take ${bytes} bytes, more than ${most}; make them smaller or take fewer`,
    );
}

/** Whether images stay what they are, in number and in form. */
export function isUnprepared(spec: PreparationSpec): boolean {
  return JSON.stringify(spec) === JSON.stringify(unprepared);
}

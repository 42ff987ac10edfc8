/** CIFAR's Python batches: pickled dictionaries with the pixels as an array (images, 3072) and the labels as a list. */
import { DatasetError, NoDataset } from '../../errors.ts';
import type { RawDataset, RawSplit } from '../../raw.ts';
import { baseName, folderName, type Source } from '../../sources/source.ts';
import { contentsOf, readItem, type Item } from '../contents.ts';
import { take, type ReadingOption } from '../../readings.ts';
import { divided, leftForValidation, mentionedSplit, splitName } from '../../splits.ts';
import { classLabels, type Marks } from '../labels.ts';
import type { Reader, ReadOptions } from '../reader.ts';
import { imageBytes, interleave, side } from './pixels.ts';
import { asText, PickledArray, type Pickled } from '../pickles/pickled.ts';
import { unpickle } from '../pickles/unpickle.ts';

/** Labels of CIFAR-10, and the fine ones of CIFAR-100. */
const labelKeys = ['labels', 'fine_labels'];
const nameKeys = ['label_names', 'fine_label_names'];

/** Larger pickles are others. */
const batchBytes = 2 ** 29;

interface Batch {
  item: Item;
  /** What lies in one folder, of one kind of labels. */
  set: string;
  pixels: Uint8Array;
  labels: number[];
}

const pickles = async (source: Source, options: ReadOptions): Promise<Item[]> =>
  (await contentsOf(source, options)).items.filter(({ kind }) => kind === 'pickle').sort((a, b) => (a.file.path < b.file.path ? -1 : 1));

export const cifarPythonReader: Reader = {
  name: 'CIFAR Python',
  kinds: ['pickle'],
  looksLike: async (source, options) => (await pickles(source, options)).length > 0,
  read: async (source, options) => {
    const items = await pickles(source, options);
    const classes = new Map<string, string[]>();
    const batches: Batch[] = [];
    let bytes = 0;
    for (const [i, item] of items.entries()) {
      if ((await item.file.size()) > batchBytes) throw new NoDataset(item.file.label, `it is larger than any of CIFAR's batches`);
      const content = unpickle(await readItem(item, options), item.file.label);
      options.onProgress?.({ stage: 'reading files', done: i + 1, total: items.length });
      if (!(content instanceof Map)) throw new NoDataset(item.file.label, 'it holds no dictionary; expected one with "data" and "labels"');
      const kind = nameKeys.findIndex((key) => content.has(key));
      const names = content.get(nameKeys[kind] ?? '');
      if (Array.isArray(names)) classes.set(setOf(item, kind), names.map(asText));
      if (!content.has('data')) continue;
      batches.push(batchOf(content, item));
      bytes += batches.at(-1)!.pixels.length;
      if (bytes > options.limits.dataBytes)
        throw new DatasetError(source.label, `its images take more than ${options.limits.dataBytes} bytes of memory`);
    }
    const [first] = batches;
    if (!first) throw new NoDataset(source.label, 'no pickle in it has "data"; expected batches with "data" and "labels"');
    const sets = [...Map.groupBy(batches, ({ set }) => set)].map(([name, of]) => ({ name, of, ...optionOf(of) }));
    const isToTrain = ({ of }: { of: Batch[] }) =>
      of.some(({ item }) => (mentionedSplit(baseName(item.file.path))?.split ?? 'train') === 'train');
    const choice =
      sets.length > 1 && sets.every(isToTrain)
        ? take(
            'set',
            sets.map(({ option }) => option),
            options.reading,
            source.label,
          )
        : undefined;
    const chosen = choice ? sets.find(({ option }) => option.name === choice.taken)!.of : batches;
    const { parts, left } = divided(chosen, ({ item }) => baseName(item.file.path));
    const read = classLabels(parts.map(marksOf));
    const splits = parts.map((part, i) => splitOf(part, read.labels[i]!));
    const dataset: RawDataset = {
      name: source.name,
      train: splits[0]!,
      test: splits[1] ?? null,
      problems: [],
      readings: choice ? [choice] : [],
    };
    if (choice) dataset.problems.push({ file: null, message: `${sets.length} data sets are here, of which ${choice.taken} is read.` });
    if (left.length > 0)
      dataset.problems.push({ file: null, message: leftForValidation(left.reduce((sum, { labels }) => sum + labels.length, 0)) });
    const named = classes.get(chosen[0]!.set) ?? (classes.size === 1 && !choice ? [...classes.values()][0] : undefined) ?? read.classes;
    return named ? { ...dataset, classes: named } : dataset;
  },
};

const setOf = ({ file }: Item, kind: number): string =>
  `${folderName(file.path)
    .split('/')
    .filter((name) => splitName(name) === undefined)
    .join('/')} ${kind}`;

/** Called by its folder, or its first file. */
function optionOf(batches: readonly Batch[]): { option: ReadingOption } {
  const { path } = batches[0]!.item.file;
  const name = folderName(path) || path;
  return { option: { name, label: `the batches in ${name}` } };
}

function batchOf(content: Map<string, Pickled>, item: Item): Batch {
  const place = item.file.label;
  const data = content.get('data');
  if (
    !(data instanceof PickledArray) ||
    !(data.bytes instanceof Uint8Array) ||
    data.type !== 'u1' ||
    data.shape.length !== 2 ||
    data.shape[1] !== imageBytes ||
    data.fortran
  )
    throw new NoDataset(place, `its "data" is not an array of bytes (images, ${imageBytes})`);
  if (data.bytes.length !== data.shape[0]! * imageBytes)
    throw new DatasetError(place, `its "data" has ${data.bytes.length} bytes; expected ${data.shape[0]!} × ${imageBytes}`);
  const kind = labelKeys.findIndex((key) => content.has(key));
  const labels = content.get(labelKeys[kind] ?? '');
  if (!Array.isArray(labels)) throw new NoDataset(place, 'it has no list of labels; expected "labels" or "fine_labels"');
  if (labels.length !== data.shape[0]) throw new DatasetError(place, `it has ${labels.length} labels, but ${data.shape[0]!} images`);
  return {
    item,
    set: setOf(item, kind),
    pixels: data.bytes,
    labels: labels.map((label, i) => {
      if (typeof label !== 'number') throw new DatasetError(place, `label ${i} is no whole number`);
      return label;
    }),
  };
}

const marksOf = (batches: Batch[]): Marks => ({ values: batches.flatMap(({ labels }) => labels), place: batches[0]!.item.file.label });

function splitOf(batches: Batch[], labels: Uint16Array): RawSplit {
  const values = new Uint8Array(labels.length * imageBytes);
  let to = 0;
  for (const { pixels } of batches)
    for (let from = 0; from < pixels.length; from += imageBytes, to += imageBytes) interleave(pixels, from, values, to);
  const from = batches[0]!.item.file.label;
  return {
    images: { kind: 'uniform', count: labels.length, height: side, width: side, channels: 3, values, range: [0, 255] },
    labels,
    from: { images: from, labels: from },
  };
}

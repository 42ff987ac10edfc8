/**
 * CIFAR's binary batches: records of one label (CIFAR-10), or of a coarse and a fine label (CIFAR-100), and 32 × 32 pixels,
 * all red ones first, then all green, then all blue ones. Each file may be compressed with gzip. Nothing but sizes and labels
 * tells the format.
 */
import { DatasetError } from '../../errors.ts';
import type { RawDataset, RawSplit } from '../../raw.ts';
import { divided } from '../../splits.ts';
import { gunzipHead, unpackedSize } from '../../gzip.ts';
import { baseName, type Source } from '../../sources/source.ts';
import { contentsOf, readItems, type Item } from '../contents.ts';
import type { Reader, ReadOptions } from '../reader.ts';
import { imageBytes, interleave, side } from './pixels.ts';
import { classNames } from './names.ts';

interface Variant {
  name: string;
  /** Bytes before the pixels; the last one is the label. */
  labelBytes: number;
  classes: number;
  /** Largest value of each label byte. */
  most: readonly number[];
}

const variants: readonly Variant[] = [
  { name: 'CIFAR-10', labelBytes: 1, classes: 10, most: [9] },
  { name: 'CIFAR-100', labelBytes: 2, classes: 100, most: [19, 99] },
];

interface Batch {
  item: Item;
  /** After decompression. */
  size: number;
}

interface Batches {
  variant: Variant;
  batches: Batch[];
  /** Files of the other variant. */
  others: Batch[];
}

/** The files that are batches, of whichever variant has more of them. */
async function findBatches(source: Source, options: ReadOptions): Promise<Batches | undefined> {
  const { items } = await contentsOf(source, options);
  const candidates = items.filter(({ kind }) => kind === 'unknown' || kind === 'text' || kind === 'idx');
  const found = variants.map((variant) => ({ variant, batches: [] as Batch[] }));
  for (const item of candidates.slice(0, 1000)) {
    const { file, gzip } = item;
    const start = await file.head(1024);
    const head = gzip ? gunzipHead(start, file.label) : start;
    const fitting = variants.filter(({ most }) => most.every((limit, i) => head[i]! <= limit));
    // A batch that is cut or damaged still has its name.
    const named = /^(?:data_batch_\d|test_batch)\.bin(?:\.gz)?$/.test(baseName(file.path));
    if (fitting.length === 0 && !named) continue;
    const size = gzip ? unpackedSize(await file.read({ limit: options.limits.fileBytes, signal: options.signal })) : await file.size();
    for (const { variant, batches } of found) {
      const whole = size > 0 && size % (variant.labelBytes + imageBytes) === 0 && fitting.includes(variant);
      if (whole || (named && variant.classes === 10)) batches.push({ item, size });
    }
  }
  const [most, other] = found.sort((a, b) => b.batches.length - a.batches.length);
  if (!most || most.batches.length === 0) return undefined;
  const others = other?.batches.filter(({ item }) => !most.batches.some((batch) => batch.item === item)) ?? [];
  return { ...most, others };
}

export const cifarBinaryReader: Reader = {
  name: 'CIFAR binary',
  kinds: ['unknown', 'text', 'idx'],
  looksLike: async (source, options) => (await findBatches(source, options)) !== undefined,
  read: async (source, options) => {
    const { variant, batches, others } = (await findBatches(source, options))!;
    const { problems } = await contentsOf(source, options);
    const damaged = problems.find(({ file: label }) => batches.some(({ item }) => item.file.label === label));
    if (damaged) throw new DatasetError(damaged.file!, damaged.message);
    const { parts, left } = divided(batches, ({ item }) => baseName(item.file.path));
    const byPath = (a: Batch, b: Batch) => (a.item.file.path < b.item.file.path ? -1 : 1);
    const splits: RawSplit[] = [];
    for (const part of parts) splits.push(await readSplit(source, part.sort(byPath), variant, options));
    const classes = await classNames(source, options, variant.classes);
    const dataset: RawDataset = { name: source.name, train: splits[0]!, test: splits[1] ?? null, problems: [] };
    if (left.length > 0)
      dataset.problems.push({
        file: null,
        message: `${left.map(({ item }) => baseName(item.file.path)).join(', ')}, for validation, are left out.`,
      });
    if (others.length > 0) {
      const [{ name }] = variants.filter((other) => other !== variant) as [Variant];
      const paths = others.slice(0, 4).map(({ item }) => item.file.path);
      dataset.problems.push({
        file: null,
        message: `${others.length} files of ${name}, ${paths.join(', ')}${others.length > 4 ? ', …' : ''}, are left out; ${variant.name} is read.`,
      });
    }
    return classes ? { ...dataset, classes } : dataset;
  },
};

async function readSplit(
  source: Source,
  batches: readonly Batch[],
  { labelBytes, most, name }: Variant,
  options: ReadOptions,
): Promise<RawSplit> {
  const record = labelBytes + imageBytes;
  const counts = batches.map(({ item, size }) => {
    if (size % record !== 0)
      throw new DatasetError(item.file.label, `it has ${size} bytes, which is no whole number of ${name}'s records of ${record} bytes`);
    return size / record;
  });
  const count = counts.reduce((a, b) => a + b, 0);
  if (count * imageBytes > options.limits.dataBytes)
    throw new DatasetError(
      source.label,
      `its images take ${count * imageBytes} bytes of memory; expected at most ${options.limits.dataBytes}`,
    );
  const values = new Uint8Array(count * imageBytes);
  const labels = new Uint16Array(count);
  let first = 0;
  for (const [b, { item, size }] of batches.entries()) {
    const { label } = item.file;
    // One batch in memory at a time.
    const bytes = (await readItems(source, [item], options)).get(item)!;
    if (bytes.length !== size) throw new DatasetError(label, `it has ${bytes.length} bytes; expected ${size}`);
    for (let i = 0, at = 0; at < bytes.length; i++, at += record) {
      const wrong = most.findIndex((limit, k) => bytes[at + k]! > limit);
      if (wrong >= 0)
        throw new DatasetError(
          label,
          `the label of record ${i} (byte ${at + wrong}) is ${bytes[at + wrong]!}; expected 0 to ${most[wrong]!}`,
        );
      labels[first + i] = bytes[at + labelBytes - 1]!;
      interleave(bytes, at + labelBytes, values, (first + i) * imageBytes);
    }
    first += counts[b]!;
    options.onProgress?.({ stage: 'reading files', done: first, total: count });
  }
  const { label } = batches[0]!.item.file;
  const from = batches.length === 1 ? label : `${label} and ${batches.length - 1} more`;
  return {
    images: { kind: 'uniform', count, height: side, width: side, channels: 3, values, range: [0, 255] },
    labels,
    from: { images: from, labels: from },
  };
}

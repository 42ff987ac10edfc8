/**
 * CIFAR's binary batches: records of one label (CIFAR-10), or of a coarse and a fine label (CIFAR-100), and 32 × 32 pixels,
 * all red ones first, then all green, then all blue ones. Nothing but sizes and labels tells the format.
 */
import { DatasetError } from '../../errors.ts';
import type { RawDataset, RawSplit } from '../../raw.ts';
import { baseName, readFiles, type Source, type SourceFile } from '../../sources/source.ts';
import { contentsOf } from '../contents.ts';
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

interface Batches {
  variant: Variant;
  files: SourceFile[];
}

/** The files that are batches, of whichever variant has more of them. */
async function findBatches(source: Source, options: ReadOptions): Promise<Batches | undefined> {
  const { items } = await contentsOf(source, options);
  const candidates = items.filter(({ kind, gzip }) => (kind === 'unknown' || kind === 'text' || kind === 'idx') && !gzip);
  const found: Batches[] = variants.map((variant) => ({ variant, files: [] }));
  for (const { file } of candidates.slice(0, 1000)) {
    const size = await file.size();
    const head = await file.head(1024);
    for (const { variant, files } of found) {
      const record = variant.labelBytes + imageBytes;
      if (size > 0 && size % record === 0 && variant.most.every((most, i) => head[i]! <= most)) files.push(file);
      // A batch that is cut or damaged still has its name.
      else if (/^(?:data_batch_\d|test_batch)\.bin$/.test(baseName(file.path)) && variant.classes === 10) files.push(file);
    }
  }
  return found.filter(({ files }) => files.length > 0).sort((a, b) => b.files.length - a.files.length)[0];
}

export const cifarBinaryReader: Reader = {
  name: 'CIFAR binary',
  kinds: ['unknown', 'text', 'idx'],
  looksLike: async (source, options) => (await findBatches(source, options)) !== undefined,
  read: async (source, options) => {
    const { variant, files } = (await findBatches(source, options))!;
    const isTest = ({ path }: SourceFile) => /test|eval/i.test(baseName(path));
    const [test, train] = [files.filter(isTest), files.filter((file) => !isTest(file))];
    const byPath = (a: SourceFile, b: SourceFile) => (a.path < b.path ? -1 : 1);
    const both = train.length > 0 && test.length > 0;
    const splits: RawSplit[] = [];
    for (const part of both ? [train, test] : [files]) splits.push(await readSplit(source, part.sort(byPath), variant, options));
    const classes = await classNames(source, options, variant.classes);
    const dataset: RawDataset = { name: source.name, train: splits[0]!, test: splits[1] ?? null, problems: [] };
    return classes ? { ...dataset, classes } : dataset;
  },
};

async function readSplit(
  source: Source,
  files: SourceFile[],
  { labelBytes, most, name }: Variant,
  options: ReadOptions,
): Promise<RawSplit> {
  const record = labelBytes + imageBytes;
  const counts: number[] = [];
  for (const file of files) {
    const size = await file.size();
    if (size % record !== 0)
      throw new DatasetError(file.label, `it has ${size} bytes, which is no whole number of ${name}'s records of ${record} bytes`);
    counts.push(size / record);
  }
  const count = counts.reduce((a, b) => a + b, 0);
  if (count * imageBytes > options.limits.dataBytes)
    throw new DatasetError(
      source.label,
      `its images take ${count * imageBytes} bytes of memory; expected at most ${options.limits.dataBytes}`,
    );
  const values = new Uint8Array(count * imageBytes);
  const labels = new Uint16Array(count);
  const starts = new Map(files.map((file, i) => [file, counts.slice(0, i).reduce((a, b) => a + b, 0)]));
  for (const group of files) {
    // One batch in memory at a time.
    const bytes = (await readFiles(source, [group], { limit: options.limits.fileBytes, signal: options.signal })).get(group)!;
    const first = starts.get(group)!;
    for (let i = 0, at = 0; at < bytes.length; i++, at += record) {
      const wrong = most.findIndex((limit, k) => bytes[at + k]! > limit);
      if (wrong >= 0)
        throw new DatasetError(
          group.label,
          `the label of record ${i} (byte ${at + wrong}) is ${bytes[at + wrong]!}; expected 0 to ${most[wrong]!}`,
        );
      labels[first + i] = bytes[at + labelBytes - 1]!;
      interleave(bytes, at + labelBytes, values, (first + i) * imageBytes);
    }
    options.onProgress?.({ stage: 'reading files', done: first + bytes.length / record, total: count });
  }
  const from = files.length === 1 ? files[0]!.label : `${files[0]!.label} and ${files.length - 1} more`;
  return {
    images: { kind: 'uniform', count, height: side, width: side, channels: 3, values, range: [0, 255] },
    labels,
    from: { images: from, labels: from },
  };
}

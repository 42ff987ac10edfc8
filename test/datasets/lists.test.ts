/** Lists and tables as people keep them, with lines that say nothing and columns that mean something else: nothing of it is taken for more than it is. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import sharp from 'sharp';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RawSplit } from '../../src/datasets/raw.ts';
import { readPaths } from '../../src/datasets/read.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'capscope-lists-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

const png = await sharp({ create: { width: 4, height: 4, channels: 3, background: '#123456' } })
  .png()
  .toBuffer();

async function read(reading?: Record<string, string>) {
  const { train, test, classes, problems, readings, format } = await readPaths([folder], { reading });
  const named = (split: RawSplit | null) => split && Array.from(split.labels, (label) => classes?.[label] ?? String(label));
  const notes = problems.map(({ file, message }) => `${file === null ? '' : `${file}: `}${message}`.replaceAll(folder, '…'));
  return { train: named(train), test: named(test), notes, readings, format, from: train.from };
}

function count(labels: readonly string[] | null): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const label of labels ?? []) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

const classes = ['cat', 'dog'];
const lines = (of: readonly (readonly (string | number)[])[]) => of.map((line) => line.join(',')).join('\n');
/** A square of 16 pixels, different for each number. */
const pixels = (i: number) => Array.from({ length: 16 }, (_, k) => (k % 3 === 0 ? 0 : (i * 31 + k * 17) % 256));

describe('lines whose part is blank or unknown', () => {
  const partOf = (i: number) => (i % 10 === 3 ? '' : i % 10 === 7 ? 'extra' : i < 14 ? 'train' : 'test');
  const told = (place: string, column: string, what: string) => [
    `${place} has nothing in ${column} for 2 ${what}, which are left out.`,
    `${place} has "extra" in ${column} for 2 ${what}, which is neither training, validation nor testing; they are left out.`,
  ];
  const [train, test] = [
    { cat: 7, dog: 4 },
    { cat: 3, dog: 2 },
  ];

  it.each([
    ['beside class folders', (i: number) => [`${classes[i % 2]!}/${i}.png`, partOf(i)], ['path', 'split'], (i: number) => classes[i % 2]!],
    ['in a list of labels', (i: number) => [`${i}.png`, classes[i % 2]!, partOf(i)], ['file', 'label', 'split'], () => 'images'],
    [
      'in a list with a column per class',
      (i: number) => [`${i}.png`, (i + 1) % 2, i % 2, partOf(i)],
      ['file', 'cat', 'dog', 'split'],
      () => 'images',
    ],
  ])('are left out and counted by kind: %s', async (_, line, header, home) => {
    const all = Array.from({ length: 20 }, (__, i) => i);
    for (const i of all) write(`${home(i)}/${i}.png`, png);
    write('list.csv', lines([header, ...all.map(line)]));
    const found = await read();
    expect([count(found.train), count(found.test)]).toEqual([train, test]);
    expect(found.notes).toEqual(expect.arrayContaining(told('list.csv', 'the column split', 'images')));
    expect(found.notes.join('\n')).not.toMatch(/no list with a label|in none of them|Left out/);
  });

  it.each([
    ['in a field of pixels', (i: number) => [i % 2, pixels(i).join(' '), partOf(i)], ['emotion', 'pixels', 'Usage']],
    ['in columns of pixels', (i: number) => [i % 2, ...pixels(i), partOf(i)], ['label', ...pixels(0).map((__, k) => `p${k}`), 'Usage']],
  ])('are left out and counted by kind: %s', async (_, line, header) => {
    write('table.csv', lines([header, ...Array.from({ length: 20 }, (__, i) => line(i))]));
    const found = await read();
    expect([count(found.train), count(found.test)]).toEqual([
      { 0: train.cat, 1: train.dog },
      { 0: test.cat, 1: test.dog },
    ]);
    expect(found.notes).toEqual(told('table.csv', 'the column Usage', 'lines'));
  });

  it('are left out where 0 and 1 say the part', async () => {
    for (let i = 0; i < 20; i++) write(`images/${i}.png`, png);
    // As pandas writes whole numbers beside missing ones.
    const rows = Array.from({ length: 20 }, (_, i) => [`${i}.png`, classes[i % 2]!, i % 10 === 3 ? '' : i < 14 ? '1.0' : '0.0']);
    write('list.csv', lines([['file', 'label', 'is_train'], ...rows]));
    const found = await read();
    expect([found.train!.length, found.test!.length]).toEqual([12, 6]);
    expect(found.notes).toEqual(['list.csv has nothing in the column is_train for 2 images, which are left out.']);
  });

  it('are left out where another list says the part, as are images that it does not name', async () => {
    for (let i = 0; i < 20; i++) write(`images/${i}.png`, png);
    const all = Array.from({ length: 20 }, (_, i) => i);
    write('labels.csv', lines([['file', 'label'], ...all.map((i) => [`${i}.png`, classes[i % 2]!])]));
    write('parts.csv', lines([['file', 'split'], ...all.slice(1).map((i) => [`${i}.png`, i === 5 ? '' : i < 14 ? 'train' : 'test'])]));
    const found = await read();
    expect([found.train!.length, found.test!.length]).toEqual([12, 6]);
    expect(found.notes).toEqual([
      'parts.csv has nothing in the column split for 1 image, which is left out.',
      'parts.csv says which images are for training, validation and testing.',
      '1 image is not in the list of parts, which names others for training, and is left out.',
    ]);
  });
});

describe('the label in a table of pixels without names of columns', () => {
  /** Of 30 lines in three classes. */
  const labelOf = (i: number) => Math.floor(i / 10);
  const table = (line: (i: number) => (string | number)[], size = 30) =>
    write('table.csv', lines(Array.from({ length: size }, (_, i) => line(i))));
  // The first pixel is often black and else of few greys, without gaps.
  const dull = (i: number) => [i % 4 === 0 ? i % 3 : 0, ...pixels(i).slice(1)];

  it('is the last column if that looks more like classes, also where the lines are sorted by it', async () => {
    table((i) => [...dull(i), labelOf(i)]);
    const found = await read();
    expect([count(found.train), found.from.column]).toEqual([{ 0: 10, 1: 10, 2: 10 }, 'the last column']);
    expect(found.readings?.[0]).toEqual({
      about: 'column',
      taken: 'last',
      options: [
        { name: 'last', label: 'the last column' },
        { name: 'first', label: 'the first column' },
      ],
    });
    const other = await read({ column: 'first' });
    expect([count(other.train), other.from.column]).toEqual([{ 0: 25, 1: 3, 2: 2 }, 'the first column']);
  });

  it('is not a first pixel that changes slowly', async () => {
    table(
      (i) => [
        Math.floor(((i * 7) % 256) / 16),
        ...pixels(i)
          .slice(1)
          .map((value) => value >> 4),
        i % 10,
      ],
      60,
    );
    expect((await read()).from.column).toBe('the last column');
  });

  it('is beyond what pixels are, where these are only black and white', async () => {
    table((i) => [
      i % 3,
      ...pixels(i)
        .map((value) => Number(value > 99))
        .with(15, i % 2),
    ]);
    expect((await read()).from.column).toBe('the first column');
  });

  it('is in the same place in training and in testing', async () => {
    write('train.csv', lines(Array.from({ length: 30 }, (_, i) => [...dull(i), labelOf(i)])));
    // By itself, the first column would do better.
    write('test.csv', lines(Array.from({ length: 9 }, (_, i) => [i % 3, ...pixels(i).slice(1), i < 8 ? 0 : 1])));
    const found = await read();
    expect([found.from.column, count(found.test)]).toEqual(['the last column', { 0: 8, 1: 1 }]);
  });

  it('is no number of the line, in whatever order', async () => {
    const shuffled = (i: number) => (i * 7) % 30;
    table((i) => [shuffled(i), i % 3, ...pixels(i)]);
    expect(count((await read()).train)).toEqual({ 0: 10, 1: 10, 2: 10 });
    write(
      'table.csv',
      lines([
        ['', 'label', ...pixels(0).map((_, k) => `p${k}`)],
        ...Array.from({ length: 9 }, (_, i) => [shuffled(i), i % 3, ...pixels(i)]),
      ]),
    );
    expect(count((await read()).train)).toEqual({ 0: 3, 1: 3, 2: 3 });
  });
});

describe('folders', () => {
  const pictures = async (paths: readonly string[], per = 3) => {
    for (const path of paths) for (let i = 0; i < per; i++) write(`${path}/${path.replaceAll('/', '_')}_${i}.png`, png);
    return read();
  };

  it.each([
    [['cat', 'dog', 'thumbs'], ['3 images in thumbs are thumbnails of other images and are left out.']],
    [
      ['cat', 'dog', 'thumbnails', 'masks'],
      ['3 images in thumbnails are thumbnails of other images', '3 images in masks are masks or the like'],
    ],
    [['train/cat', 'train/dog', 'train/masks', 'test/cat', 'test/dog'], ['3 images in train/masks are masks or the like']],
    [['images/cat', 'images/dog', 'masks/cat', 'masks/dog'], ['6 images in masks are masks or the like']],
  ])('%j: what belongs to other images is no class', async (paths, wanted) => {
    const { train, notes } = await pictures(paths);
    expect(count(train)).toEqual({ cat: 3, dog: 3 });
    for (const note of wanted) expect(notes.join('\n')).toContain(note);
  });

  it('called "mask" are a class beside "no_mask", and where they mirror nothing', async () => {
    expect(count((await pictures(['mask', 'no_mask', 'cap'])).train)).toEqual({ cap: 3, mask: 3, no_mask: 3 });
    rmSync(join(folder, 'no_mask'), { recursive: true });
    expect(count((await pictures(['helmet'])).train)).toEqual({ cap: 3, helmet: 3, mask: 3 });
  });

  it('called after a part and a year are parts, and no classes', async () => {
    const names = ['train_set_2019', 'test_set_2019', 'train_set_2020', 'test_set_2020'];
    for (const name of names)
      for (const [c, className] of classes.entries()) for (let i = 0; i < 4; i++) write(`${name}/${className}.${c}${i}.png`, png);
    const all = names.flatMap((name) =>
      classes.flatMap((className, c) => [0, 1, 2, 3].map((i) => [`${name}/${className}.${c}${i}.png`, className])),
    );
    write('labels.csv', lines([['file', 'label'], ...all]));
    const listed = await read();
    rmSync(join(folder, 'labels.csv'));
    const named = await read();
    for (const { train, test } of [listed, named])
      expect([count(train), count(test)]).toEqual([
        { cat: 8, dog: 8 },
        { cat: 8, dog: 8 },
      ]);
  });

  it('called after years with the same classes in each are parts of one set', async () => {
    const { train, notes } = await pictures(['2019/cat', '2019/dog', '2020/cat', '2020/dog']);
    expect(count(train)).toEqual({ cat: 6, dog: 6 });
    expect(notes).toEqual(['2019, 2020 in the folder are taken for parts of one set, not for classes.']);
  });
});

describe('a column of 0 and 1 for each class', () => {
  const rows = (i: number) => [`${i}.png`, Number(i % 3 === 0), Number(i % 3 === 1), Number(i % 3 === 2)];
  const list = (header: readonly string[], line: (i: number) => (string | number)[]) => {
    for (let i = 0; i < 12; i++) write(`images/${i}.png`, png);
    write('list.csv', lines([header, ...Array.from({ length: 12 }, (_, i) => line(i))]));
    return read();
  };
  const thirds = { bird: 4, cat: 4, dog: 4 };

  it.each([
    ['image,cat,dog,bird,is_flipped', (i: number) => [...rows(i), i % 2]],
    [
      'image,is_dark,cat,dog,bird,is_flipped',
      (i: number) =>
        rows(i)
          .toSpliced(1, 0, Number(i < 9))
          .concat(Number(i > 1)),
    ],
    ['image,cat,dog,bird,is_flipped,is_original', (i: number) => [...rows(i), i % 2, 1 - (i % 2)]],
  ])('is one beside flags: %s', async (header, line) => {
    const { train, readings } = await list(header.split(','), line);
    expect(count(train)).toEqual(thirds);
    expect(readings?.[0]).toMatchObject({ about: 'column', taken: 'cat..bird' });
    expect(count((await read({ column: readings![0]!.options[1]!.name })).train)).not.toEqual(thirds);
  });

  it('leaves nothing open by itself, and is no column that says what images are for', async () => {
    const { train, test, readings } = await list('image,cat,dog,bird,is_train'.split(','), (i) => [...rows(i), Number(i < 9)]);
    expect([count(train), count(test)]).toEqual([
      { bird: 3, cat: 3, dog: 3 },
      { bird: 1, cat: 1, dog: 1 },
    ]);
    expect(readings?.filter(({ about }) => about === 'column')).toEqual([]);
  });
});

describe('what breaks off or goes on is told', () => {
  const labels = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`${i}.png`, classes[i % 2]!]));
  const entries = Object.entries(labels).map(([file_name, label]) => JSON.stringify({ file_name, label }));

  it.each([
    ['labels.json', `${JSON.stringify(labels)}<html>`, 'it goes on behind its list, with "<html>"; expected nothing there'],
    ['labels.json', JSON.stringify(labels).slice(0, -20), 'it is no whole JSON, and perhaps truncated'],
    ['metadata.jsonl', entries.with(3, '{"file_name": "3.p').join('\n'), 'line 4 is no JSON; expected an entry in every line'],
  ])('in a list of labels: %s', async (name, content, message) => {
    for (let i = 0; i < 6; i++) write(`images/${i}.png`, png);
    write(name, content);
    await expect(read()).rejects.toThrow(`${name}: ${message}`);
    for (const className of classes) write(`images/${className}/a.png`, png);
    expect((await read()).notes).toContainEqual(`Left out, as no data set (list of image files): …/${name}: ${message}.`);
  });

  it('in lists of pixels', async () => {
    const list = JSON.stringify([pixels(1), pixels(2), pixels(3)]);
    write('a.json', list);
    write('b.json', `${list}\n]`);
    await expect(read()).rejects.toThrow('b.json: it goes on behind its list, with "]"; expected nothing there');
    write('b.json', `{"data": ${list}} x`);
    await expect(read()).rejects.toThrow('b.json: it goes on behind its list, with "x"; expected nothing there');
    write('b.json', `${list}\n`);
    expect((await read()).train).toHaveLength(6);
  });

  it('in a TAR archive that is cut between two files', async () => {
    const archive = pack();
    for (const className of classes) for (let i = 0; i < 3; i++) archive.entry({ name: `${className}/${i}.png` }, png);
    archive.finalize();
    const whole = await buffer(archive);
    write('set.tar', whole);
    expect((await read()).notes).toEqual([]);
    // A file takes a block of its own and those of its content.
    const size = 512 * (1 + Math.ceil(png.length / 512));
    write('set.tar', whole.subarray(0, 5 * size));
    expect((await read()).notes).toEqual([
      '…/set.tar: it breaks off behind 5 files without the end that a TAR archive has; it may be truncated, and have held more',
    ]);
  });
});

describe('published layouts', () => {
  const image = (path: string) => write(path, png);

  it('a table of what the classes look like is no training data', async () => {
    const rows = (part: string) => Array.from({ length: 6 }, (_, i) => [`${part}/${i}.png`, classes[i % 2]!]);
    for (const part of ['Train', 'Test']) {
      for (const [path] of rows(part)) image(path!);
      write(`${part}.csv`, lines([['Path', 'ClassId'], ...rows(part)]));
    }
    for (const name of classes) image(`Meta/${name}.png`);
    write('Meta.csv', lines([['Path', 'ClassId'], ...classes.map((name) => [`Meta/${name}.png`, name])]));
    const found = await read();
    expect([count(found.train), count(found.test)]).toEqual([
      { cat: 3, dog: 3 },
      { cat: 3, dog: 3 },
    ]);
    expect(found.notes).toEqual(['2 images in Meta.csv are in none of the lists for training and testing and are left out.']);
  });

  it('folders with the same pictures in several forms are read once', async () => {
    for (const form of ['grayscale', 'color'])
      for (const name of classes) for (const i of [1, 2]) image(`set/${form}/${name}/${form}${i}.png`);
    const found = await read();
    expect(count(found.train)).toEqual({ cat: 2, dog: 2 });
    expect(found.readings).toMatchObject([{ about: 'variant', taken: 'color', options: [{ name: 'color' }, { name: 'grayscale' }] }]);
    expect(found.notes).toEqual(['4 images in set/grayscale are those in color in another form and are left out.']);
    expect((await read({ variant: 'grayscale' })).notes).toEqual([
      '4 images in set/color are those in grayscale in another form and are left out.',
    ]);
  });

  it('files of several numbers are named after no class', async () => {
    for (const a of [1, 2]) for (const b of [1, 2]) for (const c of [1, 2, 3]) image(`input_${a}_${b}_${c}.png`);
    await expect(read()).rejects.toThrow('its 12 images lie in no folders named after classes');
  });

  it('tables of pixels in numbered parts belong together', async () => {
    for (const [name, size] of [
      ['train_part1', 4],
      ['train_part2', 6],
      ['test', 2],
    ] as const)
      write(
        `${name}.csv`,
        lines([['label', ...pixels(0).map((_, k) => `p${k}`)], ...Array.from({ length: size }, (_, i) => [i % 2, ...pixels(i)])]),
      );
    const found = await read();
    expect([count(found.train), count(found.test)]).toEqual([
      { 0: 5, 1: 5 },
      { 0: 1, 1: 1 },
    ]);
  });

  it('paths in a list may have folders in front that are not there', async () => {
    const paths = Array.from({ length: 8 }, (_, i) => `train/patient${i}/study1/view1.png`);
    for (const path of paths) image(path);
    write('train.csv', lines([['Path', 'kind'], ...paths.map((path, i) => [`Set-v1.0/${path}`, classes[i % 2]!])]));
    expect(count((await read()).train)).toEqual({ cat: 4, dog: 4 });
  });

  it('records beside images say what these are for', async () => {
    for (let i = 0; i < 12; i++) {
      image(`${i}.png`);
      write(`${i}.json`, JSON.stringify({ label: classes[i % 2], ...(i > 1 && { split: i < 8 ? 'train' : 'test' }) }));
    }
    const found = await read();
    expect([count(found.train), count(found.test)]).toEqual([
      { cat: 3, dog: 3 },
      { cat: 2, dog: 2 },
    ]);
    expect(found.notes.join('\n')).toContain(' has nothing in the field split for 2 images, which are left out.');
  });

  it('another list of the same images does not take the place of that which agrees with the test images', async () => {
    const rows = (part: string, size: number) => Array.from({ length: size }, (_, i) => [`${part}${i}.png`, ['mel', 'nv', 'bcc'][i % 3]!]);
    for (const [path] of [...rows('train', 12), ...rows('test', 6)]) image(`images/${path}`);
    write('train/truth.csv', lines([['image', 'dx'], ...rows('train', 12)]));
    write('test/truth.csv', lines([['image', 'dx'], ...rows('test', 6)]));
    write('a_train_groups.csv', lines([['image', 'method'], ...rows('train', 12).map(([path], i) => [path!, classes[i % 2]!])]));
    const found = await read();
    expect([count(found.train), count(found.test)]).toEqual([
      { bcc: 4, mel: 4, nv: 4 },
      { bcc: 2, mel: 2, nv: 2 },
    ]);
    expect(found.readings).toMatchObject([{ about: 'list', taken: 'train/truth.csv', options: [{}, { name: 'a_train_groups.csv' }] }]);
  });
});

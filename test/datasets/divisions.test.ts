/** Lists and folders as competitions and papers publish them: which images are for what, and which column is the label. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadPaths } from '../../src/datasets/load.ts';
import type { RawSplit } from '../../src/datasets/raw.ts';
import { readPaths } from '../../src/datasets/read.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'capscope-divisions-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const png = await sharp({ create: { width: 4, height: 4, channels: 3, background: '#123456' } })
  .png()
  .toBuffer();

type Files = Record<string, string | Uint8Array>;

function write(files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

const pictures = (paths: readonly string[]) => write(Object.fromEntries(paths.map((path) => [path, png])));

/** How many images of each class there are, and what is said. */
async function read() {
  const { train, test, classes, problems } = await readPaths([folder]);
  const counts = (split: RawSplit | null) => {
    const found: Record<string, number> = {};
    for (const label of split?.labels ?? []) {
      const name = classes?.[label] ?? String(label);
      found[name] = (found[name] ?? 0) + 1;
    }
    return found;
  };
  return {
    train: counts(train),
    test: counts(test),
    notes: problems.map(({ file, message }) => `${file ? 'asks: ' : ''}${message}`.replaceAll(`${folder}/`, '')),
  };
}

const twelve = Array.from({ length: 12 }, (_, i) => `${String(i).padStart(3, '0')}.png`);
const classOf = (i: number) => ['cat', 'dog'][i % 2]!;
const labels = (of: readonly string[], folders = '') => of.map((name) => `${folders}${name},${classOf(Number.parseInt(name))}`).join('\n');

it('lists of files alone divide what a list of labels has, training and validation together too', async () => {
  pictures(twelve.map((name) => `images/${name}`));
  write({
    'labels.csv': `file,label\n${labels(twelve)}`,
    'train_val_list.txt': twelve.slice(0, 8).join('\n'),
    'test_list.txt': twelve.slice(8, 11).join('\n'),
  });
  expect(await read()).toEqual({
    train: { cat: 4, dog: 4 },
    test: { cat: 2, dog: 1 },
    notes: [
      'Lists of files, such as test_list.txt, say which images are for training and which for testing; 1 image in none of them is left out.',
    ],
  });
});

it('of several divisions in lists the first is taken, with labels or without', async () => {
  pictures(twelve.map((name) => `images/${name}`));
  const division = (n: number, content: (of: readonly string[]) => string) => ({
    [`splits/train${n}.csv`]: content(twelve.filter((_, i) => i % 3 !== n)),
    [`splits/test${n}.csv`]: content(twelve.filter((_, i) => i % 3 === n)),
  });
  const note = 'Of 2 divisions in lists, that of splits/test1.csv, splits/train1.csv is taken.';
  const withLabels = (of: readonly string[]) => `path,label\n${labels(of, '../images/')}`;
  write({ 'labels.csv': `path,label\n${labels(twelve, 'images/')}`, ...division(1, withLabels), ...division(2, withLabels) });
  expect(await read()).toEqual({ train: { cat: 4, dog: 4 }, test: { cat: 2, dog: 2 }, notes: [note] });
  const alone = (of: readonly string[]) => of.join('\n');
  write({ ...division(1, alone), ...division(2, alone) });
  const { train, test, notes } = await read();
  expect([train, test, notes[0]]).toEqual([{ cat: 4, dog: 4 }, { cat: 2, dog: 2 }, note]);
});

it('a place in the image is no label, and a category is one in any spelling', async () => {
  pictures(twelve);
  const rows = (line: (i: number) => string) => twelve.map((name, i) => `${name},${line(i)}`).join('\n');
  write({ 'boxes.csv': `file,x,y,width,height,Target\n${rows((i) => `${i},${i % 4},5,${i % 3},${classOf(i)}`)}` });
  expect((await read()).train).toEqual({ cat: 6, dog: 6 });
  write({ 'boxes.csv': `file,gender,masterCategory\n${rows((i) => `${i % 3},${classOf(i)}`)}` });
  expect((await read()).train).toEqual({ cat: 6, dog: 6 });
});

it('a line with a comma too many is asked about where it is one of many', async () => {
  pictures(twelve);
  write({ 'styles.csv': `file,label,title\n${twelve.map((name, i) => `${name},${classOf(i)},a${i === 5 ? ',' : ''} title`).join('\n')}` });
  const { train, notes } = await read();
  expect([train, notes]).toEqual([
    { cat: 6, dog: 5 },
    ['asks: line 7 has 4 columns; expected 3', '1 image is in no list with a label and is left out.'],
  ]);
});

it('labels of what is marked in an image', async () => {
  pictures(twelve);
  const marked = (name: string, i: number) => ({ image: name, annotations: [{ label: classOf(i), coordinates: { x: 1, y: 2 } }] });
  write({ '_annotations.createml.json': JSON.stringify(twelve.map(marked)) });
  expect((await read()).train).toEqual({ cat: 6, dog: 6 });
});

it('what all records of WebDataset say alike does not undo what their archives divide', async () => {
  const record = (path: string, i: number, split: string) => ({
    [`${path}/${i}.png`]: png,
    [`${path}/${i}.json`]: JSON.stringify({ label: classOf(i), split }),
  });
  const records = (shard: string, split: (i: number) => string) =>
    Object.assign({}, ...[0, 1, 2, 3].map((i) => record(shard, i, split(i)))) as Files;
  write({ ...records('set-train-0', () => 'train'), ...records('set-test-0', () => 'train') });
  expect(await read()).toEqual({ train: { cat: 2, dog: 2 }, test: { cat: 2, dog: 2 }, notes: [] });
  rmSync(folder, { recursive: true });
  write({ ...records('a/train-0', () => ''), ...records('a/train-1', () => ''), ...records('b/train-0', () => '') });
  expect(await read()).toMatchObject({ train: { cat: 4, dog: 4 }, notes: ['2 data sets are here, of which a is read.'] });
  rmSync(folder, { recursive: true });
  write(records('set-train-0', (i) => (i < 2 ? 'train' : 'test')));
  expect(await read()).toMatchObject({ train: { cat: 1, dog: 1 }, test: { cat: 1, dog: 1 } });
});

it('a second image of a key in WebDataset is none with that label', async () => {
  const record = (i: number) => ({ [`train/${i}.seg.png`]: png, [`train/${i}.png`]: png, [`train/${i}.cls`]: String(i % 2) });
  write({ ...record(0), ...record(1), ...record(2) });
  expect(await read()).toEqual({
    train: { '0': 2, '1': 1 },
    test: {},
    notes: ['3 images, such as train/0.seg.png, belong to others of the same key and are left out.'],
  });
});

it('of two numbers in a name the class is the one that comes again, where the other is a count; else it is said what they could be', async () => {
  const named = (name: (i: number) => string) => pictures(twelve.map((_, i) => `digits/${name(i)}.png`));
  const start = (note: string) => [`Classes are taken from the names of the files: ${note}.`];
  named((i) => `${i}_${i % 3}`);
  expect(await read()).toMatchObject({
    train: { '0': 4, '1': 4, '2': 4 },
    notes: start('digits/0_0.png is of class 0, the second number of its name'),
  });
  rmSync(folder, { recursive: true });
  named((i) => `${i % 2}_${twelve[i]!.slice(0, 3)}`);
  expect(await read()).toMatchObject({
    train: { '0': 6, '1': 6 },
    notes: start('digits/0_000.png is of class 0, the first number of its name'),
  });
  rmSync(folder, { recursive: true });
  named((i) => `img_${i}_label_${i % 4}`);
  expect((await read()).train).toEqual({ '0': 3, '1': 3, '2': 3, '3': 3 });
  rmSync(folder, { recursive: true });
  named((i) => `${i % 3}_${Math.floor(i / 3)}`);
  await expect(read()).rejects.toThrow(
    '12 of its images are named by 2 numbers each, such as 0_0.png, and the class could be the first (3 different) or the second (4 different); expected',
  );
});

it('images in class folders that lists for training and testing do not name are left out', async () => {
  pictures(['cat', 'dog'].flatMap((of) => [1, 2, 3].map((i) => `Images/${of}/${i}.png`)));
  write({ 'TrainImages.txt': 'cat/1.png\ndog/1.png', 'TestImages.txt': 'cat/2.png\ndog/2.png' });
  const note = 'Lists beside the images say which are for training and which for testing; 2 images in none of them are left out.';
  expect(await read()).toEqual({ train: { cat: 1, dog: 1 }, test: { cat: 1, dog: 1 }, notes: [note] });
});

it('numbers in train.txt and test.txt are classes, not parts', async () => {
  pictures(twelve);
  const list = (of: readonly string[]) => of.map((name) => `${name} ${Number.parseInt(name) % 2}`).join('\n');
  write({ 'train.txt': list(twelve.slice(0, 8)), 'test.txt': list(twelve.slice(8)) });
  expect(await read()).toEqual({ train: { '0': 4, '1': 4 }, test: { '0': 2, '1': 2 }, notes: [] });
});

it('of numbers of classes and their names the names are taken, in lists and in JSON of lists', async () => {
  pictures(twelve);
  write({
    'all.csv': `class id,file,labels,data set\n${twelve.map((name, i) => `${i % 2},${name},${classOf(i)},${i < 8 ? 'train' : 'test'}`).join('\n')}`,
  });
  const expected = { train: { cat: 4, dog: 4 }, test: { cat: 2, dog: 2 } };
  expect(await read()).toMatchObject(expected);
  rmSync(folder, { recursive: true });
  pictures(twelve);
  const entry = (name: string, i: number) => [name, i % 2, classOf(i)];
  write({ 'split.json': JSON.stringify({ train: twelve.slice(0, 8).map(entry), test: twelve.slice(8).map(entry) }) });
  expect(await read()).toMatchObject(expected);
});

it('a copy of several folders in one beside them, a test set beside a whole one, and folders of initials', async () => {
  pictures(['yes', 'no', 'tumors/yes', 'tumors/no'].flatMap((of) => [`${of}/1.png`, `${of}/2.png`]));
  expect(await read()).toEqual({
    train: { yes: 2, no: 2 },
    test: {},
    notes: ['4 images in tumors are those beside it once more and are left out.'],
  });
  rmSync(folder, { recursive: true });
  pictures(['rps/rps/paper/1.png', 'rps/rps/rock/1.png', 'rps-test-set/rps-test-set/paper/2.png', 'rps-test-set/rps-test-set/rock/2.png']);
  expect(await read()).toEqual({ train: { paper: 1, rock: 1 }, test: { paper: 1, rock: 1 }, notes: [] });
  rmSync(folder, { recursive: true });
  pictures(['a/abbey/1.png', 'a/alley/1.png', 'b/bar/1.png']);
  expect((await read()).train).toEqual({ abbey: 1, alley: 1, bar: 1 });
});

it('one folder of class folders beside the test images has all the classes; thumbnails that a disk makes are no images', async () => {
  pictures(['Images/cat/1.png', 'Images/dog/1.png', 'test/cat/2.png', 'test/dog/2.png', 'Images/cat/@eaDir/1.png/THUMB.png']);
  expect(await read()).toEqual({ train: { cat: 1, dog: 1 }, test: { cat: 1, dog: 1 }, notes: [] });
});

it('lists in the cells of MATLAB divide images in class folders, and those in structs label others', async () => {
  const element = (type: number, ...data: Uint8Array[]) => {
    const bytes = Buffer.concat(data);
    const tag = Buffer.from(Uint32Array.of(type, bytes.length).buffer);
    return Buffer.concat([tag, bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8)]);
  };
  const matrix = (kind: number, shape: number[], name: string, ...data: Uint8Array[]) => {
    const header = [element(6, Uint8Array.of(kind, 0, 0, 0, 0, 0, 0, 0)), element(5, Buffer.from(Int32Array.from(shape).buffer))];
    return element(14, ...header, element(1, Buffer.from(name)), ...data);
  };
  const value = (of: string | number) =>
    typeof of === 'string'
      ? matrix(4, [1, of.length], '', element(16, Buffer.from(of)))
      : matrix(9, [1, 1], '', element(2, Uint8Array.of(of)));
  const mat = (...variables: Uint8Array[]) => {
    const header = Buffer.alloc(128, ' ');
    header.write('MATLAB 5.0 MAT-file');
    header.set([0, 1, 0x49, 0x4d], 124);
    return Buffer.concat([header, ...variables]);
  };
  const cells = (name: string, of: readonly string[]) => matrix(1, [of.length, 1], name, ...of.map(value));
  const structs = (of: readonly Record<string, string | number>[]) => {
    const names = Object.keys(of[0]!).map((name) => Buffer.from(name.padEnd(8, '\0')));
    return matrix(
      2,
      [1, of.length],
      'annotations',
      element(5, Buffer.from(Int32Array.of(8).buffer)),
      element(1, ...names),
      ...of.flatMap((one) => Object.values(one).map(value)),
    );
  };
  const paths = ['cat', 'dog'].flatMap((of) => [1, 2, 3].map((i) => `${of}/${i}.png`));
  pictures(paths.map((path) => `Images/${path}`));
  const isTest = (path: string) => path.endsWith('3.png');
  write({
    'train_list.mat': mat(
      cells(
        'file_list',
        paths.filter((path) => !isTest(path)),
      ),
    ),
    'test_list.mat': mat(cells('file_list', paths.filter(isTest))),
  });
  const { train, test, notes } = await read();
  expect([train, test]).toEqual([
    { cat: 2, dog: 2 },
    { cat: 1, dog: 1 },
  ]);
  expect(notes.at(-1)).toBe('Lists beside the images say which are for training and which for testing.');
  rmSync(folder, { recursive: true });
  pictures(twelve.map((name) => `car_ims/${name}`));
  write({
    'cars_annos.mat': mat(structs(twelve.map((name, i) => ({ fname: `car_ims/${name}`, x1: i, class: (i % 3) + 1, test: Number(i > 7) })))),
  });
  expect(await read()).toMatchObject({ train: { '1': 3, '2': 3, '3': 2 }, test: { '1': 1, '2': 1, '3': 2 } });
});

it('lists that MATLAB keeps in cells are called that where there are images', async () => {
  const mat = Buffer.alloc(128, ' ');
  mat.write('MATLAB 5.0 MAT-file');
  mat.set([0, 1, 0x49, 0x4d], 124);
  pictures(['cars_train/1.png', 'cars_train/2.png']);
  write({ 'devkit/cars_meta.mat': mat });
  await expect(read()).rejects.toThrow(
    'lists of image files are read from cells and structs of texts and numbers in MATLAB 5 to 7, save others as CSV',
  );
});

it('JSON lines that list no images are called that', async () => {
  write({ 'cat.ndjson': [1, 2].map((i) => JSON.stringify({ word: 'cat', drawing: [[[i, 2]]] })).join('\n') });
  await expect(read()).rejects.toThrow('is JSON with an entry in every line, in none of which the name of an image stands');
});

it('names of images that begin or end with a part divide them, in class folders, in one folder and under a list', async () => {
  const divided = (path: (part: string, of: string, i: number) => string, parts = { train: 3, test: 2 }) =>
    Object.entries(parts).flatMap(([part, count]) =>
      ['cat', 'dog'].flatMap((of) => Array.from({ length: count }, (_, i) => path(part, of, i))),
    );
  const expected = { train: { cat: 3, dog: 3 }, test: { cat: 2, dog: 2 } };
  const note = (path: string) => `The names of the images say which are for training and which for testing: ${path} is for training.`;
  pictures(divided((part, of, i) => `${of}/${i}_${part}.png`, { train: 3, val: 1, test: 2 } as { train: number; test: number }));
  expect(await read()).toEqual({
    ...expected,
    notes: [note('dog/2_train.png'), '2 validation images are left out; training and test images are read.'],
  });
  rmSync(folder, { recursive: true });
  pictures(divided((part, of, i) => `all/${part}_${of}_${i}.png`));
  expect(await read()).toMatchObject({ ...expected, notes: [expect.anything(), note('all/train_cat_0.png')] });
  rmSync(folder, { recursive: true });
  const paths = divided((part, of, i) => `${part}_${of === 'cat' ? i : 9 - i}_aligned.png`);
  pictures(paths.map((path) => `aligned/${path}`));
  const lineOf = (path: string) => `${path.replace('_aligned', '')} ${Number(path.split('_')[1]) < 5 ? 'cat' : 'dog'}`;
  write({ 'labels.txt': paths.map(lineOf).join('\n') });
  expect(await read()).toEqual({ ...expected, notes: [note('aligned/train_7_aligned.png')] });
  rmSync(folder, { recursive: true });
  pictures([...divided((part, of, i) => `${of}/${part}_${i}.png`), 'cat/7.png']);
  expect((await read()).test).toEqual({});
});

it('a person before the dot of every name, as often as there are ways to look', async () => {
  pictures(['1', '2'].flatMap((of) => ['glasses', 'happy', 'sad', 'normal'].map((way) => `faces/subject0${of}.${way}`)));
  expect((await read()).train).toEqual({ subject01: 4, subject02: 4 });
});

it('of several pages of a file the first is read, which is said', async () => {
  const page = (background: string) =>
    sharp({ create: { width: 4, height: 4, channels: 3, background } })
      .png()
      .toBuffer();
  const pages = sharp(await Promise.all(['#000', '#fff', '#fff'].map(page)), { join: { animated: true } });
  write({ 'a/1.tif': await pages.tiff({ compression: 'none' }).toBuffer(), 'a/2.png': png, 'b/1.png': png, 'b/2.png': png });
  const { notes } = await loadPaths([folder]);
  expect(notes).toContain('1 image file holds several pages or frames, up to 3; only the first of each is read.');
});

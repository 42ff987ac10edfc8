/** Where files fit two readings, one is taken, the other is named, and asking for it gives it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPaths } from '../../src/datasets/load.ts';
import { readPaths } from '../../src/datasets/read.ts';
import { PreparationSpec } from '../../src/shared/spec/preparation.ts';
import { encodeIdx } from './idx.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'capscope-readings-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

const png = (value: number) =>
  sharp({ create: { width: 4, height: 4, channels: 3, background: { r: value, g: 0, b: 0 } } })
    .png()
    .toBuffer();

const read = (path: string, reading?: Record<string, string>) =>
  loadPaths([join(folder, path)], { preparation: PreparationSpec.parse({ reading }) });

/** Without decoding any image. */
const look = (path: string, reading?: Record<string, string>) => readPaths([join(folder, path)], { reading });

describe('a choice', () => {
  it('of the level of class folders is offered, and taken when asked for', async () => {
    for (const [a, outer] of ['Greek', 'Latin'].entries())
      for (const [b, inner] of ['alpha', 'beta'].entries())
        for (let i = 0; i < 2; i++) write(`letters/${outer}/${inner}/${i}.png`, await png(100 * a + 10 * b + i));
    const usual = await read('letters');
    expect(usual.dataset.classes).toEqual(['Greek', 'Latin']);
    expect(usual.readings).toMatchObject([{ about: 'classes', taken: 'outer', options: [{ name: 'outer' }, { name: 'inner' }] }]);
    expect(usual.taken.join('\n')).toContain('Choice of classes: "outer" (Greek, Latin in the folder) is taken; "inner"');
    const other = await read('letters', { classes: 'inner' });
    expect(other.dataset.classes).toEqual(['Greek/alpha', 'Greek/beta', 'Latin/alpha', 'Latin/beta']);
    expect(other.readings).toMatchObject([{ about: 'classes', taken: 'inner' }]);
    expect(other.dataset.preparation?.reading).toEqual({ classes: 'inner' });
  });

  it('of the level is still one of folders that are variants or years, where a study says so', async () => {
    const studies: [string, string[]][] = [
      ['forms', ['color', 'grayscale']],
      ['years', ['2019', '2020']],
    ];
    for (const [set, folders] of studies) {
      for (const outer of folders) for (const inner of ['cat', 'dog']) write(`${set}/${outer}/${inner}/${outer}.png`, await png(1));
      expect((await look(set)).classes).toEqual(['cat', 'dog']);
      const outer = await look(set, { classes: 'outer' });
      expect([outer.classes, [...outer.train.labels]]).toEqual([folders, [0, 0, 1, 1]]);
      const inner = await look(set, { classes: 'inner' });
      expect(inner.classes).toEqual(folders.flatMap((folder) => [`${folder}/cat`, `${folder}/dog`]));
    }
  });

  it('of a column is still one of those that are classes together, where a study names it; one that no list has is refused', async () => {
    const rows = Array.from({ length: 12 }, (_, i) => [
      `${i}.png`,
      ...[0, 1, 2].map((k) => Number(i % 3 === k)),
      i % 2,
      (i >> 1) % 2,
      Number(i < 7),
    ]);
    for (const [name] of rows) write(`hair/${name}`, await png(1));
    write('hair/list.csv', ['file,black,blond,brown,male,smiling,young', ...rows.map((row) => row.join(','))].join('\n'));
    expect((await look('hair')).classes).toEqual(['black', 'blond', 'brown']);
    const one = await look('hair', { column: 'blond' });
    expect([one.classes, one.train.labels.filter((label) => label === 0).length]).toEqual([['blond', 'not blond'], 4]);
    await expect(look('hair', { column: 'grey' })).rejects.toThrow(
      /its column cannot be read as "grey"; expected black\.\.brown or male or smiling or young$/,
    );
    // A list that is read later has it.
    write('hair/more.csv', `file,kind,place\n${rows.map(([name], i) => `${name},${'ab'[i % 2]},${'xy'[+(i < 6)]}`).join('\n')}\n`);
    expect((await look('hair', { list: 'more.csv', column: 'place' })).classes).toEqual(['x', 'y']);
  });

  it('of the level within variants is called otherwise', async () => {
    for (const form of ['color', 'grayscale'])
      for (const outer of ['apple', 'pear'])
        for (const inner of ['ill', 'well']) write(`leaves/${form}/${outer}/${inner}/1.png`, await png(1));
    expect((await look('leaves')).readings).toMatchObject([
      { about: 'level', taken: 'outer' },
      { about: 'variant', taken: 'color' },
    ]);
    expect((await look('leaves', { level: 'inner' })).classes).toEqual(['apple/ill', 'apple/well', 'pear/ill', 'pear/well']);
    expect((await look('leaves', { classes: 'outer' })).classes).toEqual(['color', 'grayscale']);
  });

  it('of orientation turns every image, and back', async () => {
    const pixels = Uint8Array.from({ length: 4 * 6 }, (_, i) => i);
    write('idx/train-images-idx3-ubyte', encodeIdx([4, 2, 3], pixels));
    write('idx/train-labels-idx1-ubyte', encodeIdx([4], Uint8Array.of(0, 1, 0, 1)));
    const usual = await read('idx');
    expect(usual.dataset.shape).toEqual({ height: 2, width: 3, channels: 1 });
    const turned = await read('idx', { orientation: 'turned' });
    expect(turned.dataset.shape).toEqual({ height: 3, width: 2, channels: 1 });
    const first = (of: typeof usual) => {
      const all = [of.dataset.train, of.dataset.test].flatMap(({ images }) =>
        [0, 1, 2].flatMap((i) => (images.length >= 6 * (i + 1) ? [[...images.subarray(6 * i, 6 * i + 6)]] : [])),
      );
      return all.find((image) => image.includes(0));
    };
    expect(first(usual)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(first(turned)).toEqual([0, 3, 1, 4, 2, 5]);
  });

  it('of lists or folders, which label the same images, is the other of both when asked for', async () => {
    let list = 'file,label\n';
    for (const [c, className] of ['a', 'b'].entries())
      for (let i = 0; i < 4; i++) {
        write(`both/${className}/${i}.png`, await png(50 * c + i));
        list += `${className}/${i}.png,${['x', 'y', 'z', 'z'][i]!}\n`;
      }
    write('both/labels.csv', list);
    const lists = await read('both');
    expect([lists.format, lists.dataset.classes]).toEqual(['list of image files', ['x', 'y', 'z']]);
    expect(lists.readings).toMatchObject([{ about: 'labels', taken: 'lists', options: [{ name: 'lists' }, { name: 'folders' }] }]);
    const folders = await read('both', { labels: 'folders' });
    expect([folders.format, folders.dataset.classes]).toEqual(['image folders', ['a', 'b']]);
  });

  it('of one data set among several names the others', async () => {
    for (const [s, set] of ['digits', 'letters'].entries())
      for (const split of ['train', 't10k']) {
        write(`sets/${set}-${split}-images-idx3-ubyte`, encodeIdx([2, 2, 2], new Uint8Array(8).fill(100 + s)));
        write(`sets/${set}-${split}-labels-idx1-ubyte`, encodeIdx([2], Uint8Array.of(0, 1)));
      }
    const usual = await read('sets');
    expect(usual.notes.join('\n')).toContain('2 data sets are here, of which digits is read');
    expect(usual.dataset.train.images[0]).toBe(100);
    expect((await read('sets', { set: 'letters' })).dataset.train.images[0]).toBe(101);
  });

  it('that is not there is refused in one sentence, with those that are', async () => {
    await expect(read('letters', { classes: 'middle' })).rejects.toThrow(
      /letters: its classes cannot be read as "middle"; expected outer or inner$/,
    );
    await expect(read('letters', { colour: 'blue' })).rejects.toThrow(
      /letters: there is no choice of colour here; there is one of classes$/,
    );
  });
});

import { expect, it } from 'vitest';
import { defaultLimits } from '../reader.ts';
import type { NamedArray } from './arrange.ts';
import { classPerGroup } from './by-file.ts';
import { mat5Arrays } from './mat5.ts';
import { elements } from './ndarray.ts';

const source = { label: 'faces.h5', name: 'faces', files: [], problems: [], readAll: () => Promise.reject(new Error()) as never };
const array = (path: string, shape: number[]): NamedArray => ({
  name: `faces.h5/${path}`,
  place: `faces.h5, array ${path}`,
  shape,
  type: 'numbers',
  itemBytes: 1,
  lastFirst: false,
  load: () => Promise.resolve({ shape, data: new Uint8Array(elements(shape)).fill(7), fortran: false }),
});
const read = async (arrays: NamedArray[]) => {
  const found = await classPerGroup(source, arrays, { limits: defaultLimits });
  return found && { classes: found.classes, train: [...found.train.labels], test: found.test && [...found.test.labels] };
};

it('arrays of one file are classes where they, or the groups that they lie in, are called so', async () => {
  const both = { classes: ['cat', 'dog'], train: [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1], test: null };
  expect(await read([array('cat', [5, 8, 8]), array('dog', [6, 8, 8])])).toEqual(both);
  expect(await read([array('all/cat/images', [5, 8, 8]), array('all/dog/images', [6, 8, 8])])).toEqual(both);
  const images = ['cat/1', 'cat/2', 'dog/1', 'dog/2', 'dog/3'].map((path) => array(path, [8, 8]));
  expect(await read(images)).toEqual({ ...both, train: [0, 0, 1, 1, 1] });
  const parts = ['train/dog', 'train/cat', 'test/cat', 'test/dog'].map((path) => array(path, [5, 8, 8, 3]));
  const five = (label: number) => new Array<number>(5).fill(label);
  expect(await read(parts)).toEqual({ classes: ['cat', 'dog'], train: [...five(1), ...five(0)], test: [...five(0), ...five(1)] });
});

it('arrays that hold the same images otherwise are none', async () => {
  expect(await read([array('images', [5, 8, 8]), array('depth', [5, 8, 8])])).toBeUndefined();
  expect(await read([array('a', [5, 8, 8]), array('b', [5, 9, 9])])).toBeUndefined();
});

it('texts in the cells of MATLAB are names', async () => {
  const element = (type: number, ...data: Uint8Array[]) => {
    const bytes = Buffer.concat(data);
    const tag = Buffer.alloc(8);
    tag.writeUInt32LE(type);
    tag.writeUInt32LE(bytes.length, 4);
    return Buffer.concat([tag, bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8)]);
  };
  const matrix = (kind: number, shape: number[], name: string, ...data: Uint8Array[]) =>
    element(
      14,
      element(6, Uint8Array.of(kind, 0, 0, 0, 0, 0, 0, 0)),
      element(5, Buffer.from(Uint32Array.from(shape).buffer)),
      element(1, Buffer.from(name)),
      ...data,
    );
  const text = (of: string) => matrix(4, [1, of.length], '', element(4, Buffer.from(of, 'utf16le')));
  const header = Buffer.alloc(128, ' ');
  header.set([0, 1, 0x49, 0x4d], 124);
  const file = { path: 'meta.mat', label: 'meta.mat' } as never;
  const cells = (...data: Uint8Array[]) => {
    const bytes = Buffer.concat([header, matrix(1, [data.length, 1], 'label_names', ...data)]);
    return mat5Arrays(bytes, { file, kind: 'mat5', gzip: false }, 2 ** 20);
  };
  const [names] = cells(text('cat'), text('frog é'));
  expect([names?.shape, await names?.load()]).toEqual([[2], ['cat', 'frog é']]);
  expect(cells(text('cat'), matrix(6, [1, 1], '', element(9, Buffer.alloc(8))))).toEqual([]);
  expect(() => cells(text('cat'), text('dog').subarray(0, 40))).toThrow('it is damaged: in the variable at byte 128');
});

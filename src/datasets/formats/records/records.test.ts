import { expect, it } from 'vitest';
import type { Problem } from '../../raw.ts';
import type { Source } from '../../sources/source.ts';
import type { ReadOptions } from '../reader.ts';
import { chooseColumns, type Column } from './columns.ts';
import { recordedDataset, type Shard } from './records.ts';

const columns = (...names: string[]): Column[] => [
  { name: 'image', type: 'image' },
  ...names.map((name): Column => ({ name, type: 'label' })),
];
const chosen = (...names: string[]) => chooseColumns(columns(...names), {}, { wanted: undefined, place: 'x' });

it('the label is the only column that says nothing of parts, and of those that may the one that is called a split says it', () => {
  expect(chosen('split', 'animal')).toMatchObject({ label: 'animal', split: 'split' });
  expect(chosen('label', 'usage', 'split')).toMatchObject({ label: 'label', split: 'split' });
  expect(chosen('dataset')).toMatchObject({ label: 'dataset', split: undefined });
  expect(chosen('split', 'animal', 'place')).toBeUndefined();
});

/** What is read of shards with these labels and words in a column "split": how many images in each part, and what is said. */
function divided(shards: Record<string, { labels?: (string | number | undefined)[]; said?: string[] }>, labelColumn = 'label'): unknown[] {
  const problems: Problem[] = [];
  const { train, test } = recordedDataset(
    { name: 'set', label: 'set' } as Source,
    {
      shards: Object.entries(shards).map(([path, { said, labels = said!.map((_, i) => i % 2) }]): Shard => ({
        path,
        place: path,
        labels,
        labelColumn,
        split: said && { column: 'split', texts: said },
        images: () => {
          throw new Error('No image is read here.');
        },
      })),
      classes: undefined,
      problems,
      readings: [],
    },
    {} as ReadOptions,
  );
  return [train.labels.length, test?.labels.length, ...problems.map(({ message }) => message)];
}

it('a column that says the same of all rows does not undo what the names of the files divide', () => {
  const all = (text: string) => Array.from({ length: 4 }, () => text);
  expect(divided({ 'train.parquet': { said: all('train') }, 'test.parquet': { said: all('train') } })).toEqual([4, 4]);
  expect(divided({ 'train.parquet': { said: all('train') }, 'test.parquet': { said: all('') } })).toEqual([4, 4]);
  expect(divided({ 'a.parquet': { said: all('train') }, 'b.parquet': { said: ['test', 'test', '', ''] } })).toEqual([
    4,
    2,
    'set has nothing in the column split for 2 rows, which are left out.',
  ]);
  expect(
    divided({ 'train.parquet': { said: ['train', 'train', 'val', 'val'] }, 'test.parquet': { said: all('test') } }).slice(0, 2),
  ).toEqual([2, 4]);
});

it('a column that says what rows are for is no label, even where there is no other', () => {
  const refusal = 'its column split says which rows are for training';
  expect(() => divided({ 'all.parquet': { labels: ['train', 'train', 'test'] } }, 'split')).toThrow(refusal);
  expect(() => divided({ 'all.parquet': { labels: [0, 0, 1, 2] } }, 'split')).toThrow(refusal);
  expect(divided({ 'all.parquet': { labels: ['mnist', 'usps'] } }, 'dataset')).toEqual([2, undefined]);
  expect(divided({ 'all.parquet': { labels: [0, 1] } }, 'test')).toEqual([2, undefined]);
});

it('rows without a label are left out and counted, and so are those with -1 where it is none', () => {
  expect(divided({ 'train.parquet': { labels: [0, 1, 2] }, 'test.parquet': { labels: [-1, -1] } })).toEqual([
    3,
    undefined,
    '2 rows have no label, or -1 for it, and are left out.',
  ]);
  expect(divided({ 'train.parquet': { labels: ['cat', undefined, 'dog'] } })).toEqual([
    2,
    undefined,
    '1 row has no label and is left out.',
  ]);
  expect(divided({ 'train.parquet': { labels: [-1, 0, 1] } })).toEqual([3, undefined]);
});

it('of folders that hold training files each, one is read; parts of one set are read together', () => {
  const two = { labels: [0, 1] };
  expect(divided({ 'clean/train.parquet': two, 'clean/test.parquet': two, 'noisy/train.parquet': two })).toEqual([
    2,
    2,
    '2 data sets are here, of which clean is read.',
  ]);
  const named = { 'a-train.tfrecord-00000-of-00001': two, 'a-test.tfrecord-00000-of-00001': two, 'b-train.tfrecord-00000-of-00001': two };
  expect(divided(named)).toEqual([2, 2, '2 data sets are here, of which a is read.']);
  expect(divided({ 'train/part-0/a.parquet': two, 'train/part-1/a.parquet': two, 'test/a.parquet': two })).toEqual([4, 2]);
});

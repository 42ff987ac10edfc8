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

it('a column that says the same of all rows does not undo what the names of the files divide', () => {
  const divided = (said: Record<string, string[]>) => {
    const shards = Object.entries(said).map(([path, texts]): Shard => ({
      path,
      place: path,
      labels: texts.map((_, i) => i % 2),
      split: { column: 'split', texts },
      images: () => {
        throw new Error('No image is read here.');
      },
    }));
    const problems: Problem[] = [];
    const { train, test } = recordedDataset(
      { name: 'set', label: 'set' } as Source,
      { shards, classes: undefined, problems, readings: [] },
      {} as ReadOptions,
    );
    return [train.labels.length, test?.labels.length, ...problems.map(({ message }) => message)];
  };
  const all = (text: string) => Array.from({ length: 4 }, () => text);
  expect(divided({ 'train.parquet': all('train'), 'test.parquet': all('train') })).toEqual([4, 4]);
  expect(divided({ 'train.parquet': all('train'), 'test.parquet': all('') })).toEqual([4, 4]);
  expect(divided({ 'a.parquet': all('train'), 'b.parquet': ['test', 'test', '', ''] })).toEqual([
    4,
    2,
    'set has nothing in the column split for 2 rows, which are left out.',
  ]);
  expect(divided({ 'train.parquet': ['train', 'train', 'val', 'val'], 'test.parquet': all('test') }).slice(0, 2)).toEqual([2, 4]);
});

import { expect, it } from 'vitest';
import { datasetNames, datasetTip } from './dataset-names.ts';

const set = (fingerprint: string, given: object = {}) => ({
  ...{ fingerprint, name: 'shapes', format: 'image folders', source: '/data/shapes', classes: ['a', 'b'], train: 1000, test: 200 },
  input: { height: 20, width: 20, channels: 3, classes: 2 },
  ...given,
});

it('tells data sets of one name apart by what differs, and leaves other names alone', () => {
  const names = datasetNames([
    set('a'),
    set('b', { format: 'CSV of pixels' }),
    set('c', { train: 500 }),
    set('d', { train: 500 }),
    set('e', { name: 'MNIST' }),
  ]);
  expect([...names.values()]).toEqual([
    'shapes, image folders, 1,000 + 200 images',
    'shapes, CSV of pixels',
    'shapes, image folders, 500 + 200 images, no. 3',
    'shapes, image folders, 500 + 200 images, no. 4',
    'MNIST',
  ]);
});

it('says where a data set lies and what it holds', () =>
  expect(datasetTip(set('a'))).toBe('/data/shapes · image folders · 1,000 to train, 200 to test · 20×20, 2 classes'));

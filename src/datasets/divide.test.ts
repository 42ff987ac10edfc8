import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Dataset } from '../shared/dataset.ts';
import { divide } from './divide.ts';
import { encodeIdx } from './formats/idx.ts';
import { decodeDataset, encodeDataset } from './kept.ts';
import { loadPaths } from './load.ts';

/** Every image is one pixel whose value is its number, so that it can be followed. */
const dataset: Dataset = {
  name: 'numbers',
  shape: { height: 1, width: 1, channels: 1 },
  classes: ['a', 'b'],
  train: { images: Uint8Array.from({ length: 40 }, (_, i) => i), labels: Uint16Array.from({ length: 40 }, (_, i) => i % 2) },
  test: { images: Uint8Array.from({ length: 10 }, (_, i) => 40 + i), labels: Uint16Array.from({ length: 10 }, (_, i) => i % 2) },
  fingerprint: 'f'.repeat(64),
};
const none = { train: null, test: null };

describe('divide', () => {
  it('gives every image to one side, with its label, each class in proportion', () => {
    const { train, test } = divide(dataset, { split: { kind: 'fraction', test: 0.3, seed: 5 }, limits: none });
    expect([...train.images, ...test.images].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    for (const { images, labels } of [train, test]) expect([...labels]).toEqual([...images].map((value) => value % 2));
    expect([...test.labels].filter((label) => label === 0)).toHaveLength(8);
    expect(test.labels).toHaveLength(16);
  });
  it('depends on the seed alone', () => {
    const of = (seed: number) => divide(dataset, { split: { kind: 'fraction', test: 0.3, seed }, limits: none });
    expect(of(1)).toEqual(of(1));
    expect(of(2).fingerprint).not.toBe(of(1).fingerprint);
  });
  it('leaves the data set itself alone when nothing is asked for', () => {
    expect(divide(dataset, { split: { kind: 'own' }, limits: none })).toBe(dataset);
  });
  it('limits', () => {
    const { train, test } = divide(dataset, { split: { kind: 'own' }, limits: { train: 4, test: 2 } });
    expect([...train.images]).toEqual([0, 1, 2, 3]);
    expect([...test.images]).toEqual([40, 41]);
    expect(() => divide(dataset, { split: { kind: 'own' }, limits: { train: 1, test: null } })).toThrow(/limit of 1 training/);
  });
});

it('a data set comes back from its file as it went in', () => {
  expect(decodeDataset(encodeDataset(dataset), 'file')).toEqual(dataset);
});

it('loads four files that were given one by one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'capscope-paths-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const write = (name: string, bytes: Uint8Array) => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const paths = [
    write('train-images-idx3-ubyte', encodeIdx([2, 1, 1], Uint8Array.of(1, 2))),
    write('train-labels-idx1-ubyte', encodeIdx([2], Uint8Array.of(0, 1))),
    write('t10k-images-idx3-ubyte', encodeIdx([1, 1, 1], Uint8Array.of(3))),
    write('t10k-labels-idx1-ubyte', encodeIdx([1], Uint8Array.of(1))),
  ];
  expect(await loadPaths(paths)).toEqual({ ...(await loadPaths([folder])), name: expect.any(String) as string });
  await expect(loadPaths(paths.slice(0, 3))).rejects.toThrow(/test labels is missing/);
});

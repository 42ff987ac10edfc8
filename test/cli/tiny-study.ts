/** A study file and IDX data so small that the whole experiment takes seconds. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Split } from '../../src/shared/dataset.ts';
import { blobs } from '../engine/blobs.ts';

/** Writes the study and its data into a folder and returns the path of the study file. */
export function writeTinyStudy(folder: string, changes: object = {}, images = 60): string {
  const { shape, train, test } = blobs(images, 24);
  mkdirSync(join(folder, 'data'), { recursive: true });
  writeSplit(join(folder, 'data', 'train'), train, shape);
  writeSplit(join(folder, 'data', 't10k'), test, shape);
  const study = {
    name: 'Tiny study',
    data: { path: 'data' },
    networks: [{ types: 2, dim: 4, depth: 2 }],
    epochs: { train: 2, fineTune: 1 },
    training: { batch: 4, shift: 1 },
    pruning: [{ backbone: 0.5, capsules: 0.5, batches: 2, batch: 16 }],
    arms: ['unpruned', 'pruned'],
    ...changes,
  };
  const path = join(folder, 'study.json');
  writeFileSync(path, JSON.stringify(study));
  return path;
}

/** The two IDX files of a split: magic number, sizes (big-endian), bytes. */
function writeSplit(prefix: string, { images, labels }: Split, { height, width }: { height: number; width: number }): void {
  writeFileSync(`${prefix}-images-idx3-ubyte`, Buffer.concat([header(0x803, labels.length, height, width), images]));
  writeFileSync(`${prefix}-labels-idx1-ubyte`, Buffer.concat([header(0x801, labels.length), Uint8Array.from(labels)]));
}

function header(...words: number[]): Buffer {
  const bytes = Buffer.alloc(4 * words.length);
  for (const [i, word] of words.entries()) bytes.writeUInt32BE(word, 4 * i);
  return bytes;
}

import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { encodeIdx } from '../../../test/datasets/idx.ts';
import { readKept } from '../../datasets/kept.ts';
import { loadPaths } from '../../datasets/load.ts';
import { PreparationSpec, unprepared } from '../../shared/spec/preparation.ts';
import { DatasetCache, signatureOf, type KeptRecord } from './cache.ts';

let folder: string;
let data: string;
let cache: DatasetCache;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'capscope-cache-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  data = join(folder, 'data');
  mkdirSync(data);
  writeData(7);
  cache = new DatasetCache(join(folder, 'datasets'));
});

function writeData(value: number): void {
  for (const split of ['train', 't10k']) {
    writeFileSync(join(data, `${split}-images-idx3-ubyte`), encodeIdx([4, 2, 2], new Uint8Array(16).fill(value)));
    writeFileSync(join(data, `${split}-labels-idx1-ubyte`), encodeIdx([4], Uint8Array.of(0, 1, 0, 1)));
  }
}

async function keep(wanted = unprepared): Promise<KeptRecord> {
  const signature = signatureOf([data]);
  return cache.keep(await loadPaths([data], { preparation: wanted }), { paths: [data], wanted, signature });
}

describe('what has been read once', () => {
  it('is found again, each preparation for itself', async () => {
    expect(cache.find([data], unprepared)).toBeNull();
    const record = await keep();
    expect(cache.find([data], unprepared)).toEqual({ ...record, gone: false });
    expect((await readKept(cache.path(record), { checked: true })).train.labels).toHaveLength(4);
    const grown = PreparationSpec.parse({ size: { height: 4, width: 4 } });
    expect(cache.find([data], grown)).toBeNull();
    const other = await keep(grown);
    expect(other.file).not.toBe(record.file);
    expect(cache.find([data], grown)).toMatchObject({ shape: { height: 4, width: 4 }, preparation: grown });
  });

  it('is there when the files are gone, and is one file however they are called', async () => {
    const record = await keep();
    const elsewhere = join(folder, 'elsewhere');
    renameSync(data, elsewhere);
    expect(cache.find([data], unprepared)).toEqual({ ...record, gone: true });
    data = elsewhere;
    expect(cache.find([data], unprepared)).toBeNull();
    expect((await keep()).file).toBe(record.file);
    expect(readdirSync(cache.folder).filter((name) => name.endsWith('.safetensors'))).toEqual([record.file]);
  });

  it('is read again when its files have changed, or its own file is not whole', async () => {
    const record = await keep();
    writeData(8);
    expect(cache.find([data], unprepared)).toBeNull();
    const changed = await keep();
    expect(changed.file).not.toBe(record.file);
    appendFileSync(cache.path(changed), 'x');
    expect(cache.find([data], unprepared)).toBeNull();
    expect(await keep()).toEqual(changed);
    expect(cache.find([data], unprepared)).not.toBeNull();
  });

  it('can be forgotten', async () => {
    const record = await keep();
    cache.remove(record.file);
    expect(existsSync(cache.path(record))).toBe(false);
    expect(cache.find([data], unprepared)).toBeNull();
  });
});

it('removes what writers have left behind, unless they may still be writing', async () => {
  const record = await keep();
  const [old, young, own] = ['a.1-aa.tmp', 'a.2-bb.tmp', `a.${process.pid}-cc.tmp`].map((name) => join(cache.folder, name));
  for (const path of [old!, young!, own!]) writeFileSync(path, '');
  utimesSync(old!, 0, 0);
  cache.clean();
  expect([old, young, own].map((path) => existsSync(path!))).toEqual([false, true, true]);
  cache.clean({ ownThreads: true });
  expect([young, own].map((path) => existsSync(path!))).toEqual([true, false]);
  expect(existsSync(cache.path(record))).toBe(true);
});

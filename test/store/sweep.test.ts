/** What processes that died have left is cleared away; what may be somebody's stays. */
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeEach, expect, it } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { sweep } from '../../src/store/sweep.ts';
import { finishTinyStudy, openStore, temporaryFolder } from './fixtures.ts';

const gone = 999_999_999;
const unfinished = (name: string, pid = gone) => `${name}.${pid}-0123abcd.tmp`;

let folder: string;
let store: Store;
let runs: string[];
beforeEach(async () => {
  folder = temporaryFolder();
  store = openStore(folder);
  runs = finishTinyStudy(store).map(({ id }) => id);
  await setTimeout(5);
});

/** Files and the folders that they lie in, last changed two hours ago. */
function leave(...paths: string[]): void {
  const old = new Date(Date.now() - 7_200_000);
  for (const path of paths) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), 'left behind');
    utimesSync(join(folder, path), old, old);
  }
  for (const path of paths) if (dirname(path) !== '.') utimesSync(join(folder, dirname(path)), old, old);
}
const here = (path: string) => existsSync(join(folder, path));

it('clears away what was being written, and folders of runs that the database does not know', async () => {
  const left = [
    unfinished('reports/study-1.html'),
    unfinished('capscope.db.before-9'),
    unfinished(`runs/${runs[0]!}/checkpoint-00000000.safetensors`),
    'runs/0000zzzz/weights.safetensors',
    unfinished('runs/0000zzzz/activity.safetensors'),
  ];
  leave(...left);
  await sweep(store);
  expect(left.filter(here)).toEqual([]);
  expect(readdirSync(join(folder, 'runs')).sort()).toEqual([...runs].sort());
  for (const id of runs) expect(store.files.read(store.files.find(id, 'weights')!).length).toBeGreaterThan(0);
});

it('leaves alone what is young, what somebody writes, and what is not ours', async () => {
  const others = [
    unfinished('reports/study-1.html', process.pid),
    'reports/study.html',
    'notes.tmp',
    'runs/0000zzzz/weights.safetensors',
    'runs/0000zzzz/mine.txt',
    'runs/my own folder/weights.safetensors',
  ];
  leave(...others);
  const young = [unfinished('reports/study-2.html'), 'runs/1111zzzz/weights.safetensors'];
  leave(...young);
  for (const path of [...young, 'runs/1111zzzz']) utimesSync(join(folder, path), new Date(), new Date());
  await sweep(store);
  expect([...others, ...young].filter((path) => !here(path))).toEqual([]);
});

it('leaves folders of runs to another database in the same folder', async () => {
  leave('runs/0000zzzz/weights.safetensors');
  writeFileSync(join(folder, 'other.db'), 'SQLite format 3\0');
  await sweep(store);
  expect(here('runs/0000zzzz/weights.safetensors')).toBe(true);
});

it('leaves folders to a database that has been moved away', async () => {
  const before = temporaryFolder();
  folder = before;
  leave('runs/0000zzzz/weights.safetensors');
  await setTimeout(5);
  await sweep(openStore(before));
  expect(here('runs/0000zzzz/weights.safetensors')).toBe(true);
});

/** A study in the terminal while the disk is full, and while another program holds the database. */
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { needs } from '../needs.ts';
import { holdDatabase, lackOfSmallDisk, mountSmallDisk } from '../small-disk.ts';
import { openStore, temporaryFolder } from '../store/fixtures.ts';
import { startCapscope, type Outcome } from './capscope.ts';
import { writeTinyStudy } from './tiny-study.ts';

/** Of one run, which trains as long as a pruned one with its fine-tuning. */
const epochs = 30;

function startStudy({ onTestFinished }: Pick<TestContext, 'onTestFinished'>, folder: string, db: string) {
  const study = writeTinyStudy(folder, { epochs: { train: epochs - 1, fineTune: 1 }, arms: ['unpruned'] }, 480);
  const { child, ended } = startCapscope(['study', study, '--db', db, '--engine', 'wasm', '--threads', '1']);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  /** Resolves when it has said so; rejects when it ends before. */
  const says = (words: string | RegExp): Promise<unknown> =>
    Promise.race([
      new Promise((resolve) => {
        const look = () => said.match(words) && resolve(null);
        child.stderr.on('data', look);
        look();
      }),
      ended.then(() => {
        throw new Error(`It ended without saying ${String(words)}:\n${said}`);
      }),
    ]);
  onTestFinished(() => void child.kill('SIGKILL'));
  return { says, ended, child };
}

function expectWhole({ code, stderr }: Outcome, folder: string, test: Pick<TestContext, 'onTestFinished'>): void {
  expect(code, stderr).toBe(0);
  const database = new Database(join(folder, 'capscope.db'));
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  database.close();
  const store = openStore(folder, test);
  const runs = store.runs();
  expect(runs.map(({ status }) => status)).toEqual(['finished']);
  expect(store.results.epochs(runs[0]!.id).map(({ epoch }) => epoch)).toEqual(Array.from({ length: epochs }, (_, i) => i + 1));
}

// At once: most of it is waiting.
describe('a study', { timeout: 240_000, concurrent: true }, () => {
  it('waits while the disk is full, and goes on when there is room', needs(lackOfSmallDisk), async (test) => {
    const disk = mountSmallDisk();
    test.onTestFinished(() => disk.remove());
    const { says, ended } = startStudy(test, temporaryFolder(test), join(disk.folder, 'capscope.db'));
    for (let round = 0; round < 2; round++) {
      await says(new RegExp(`epoch ${3 + 4 * round}: `));
      disk.fill();
      await says(new RegExp('(The disk is full: the run waits\\.[^]*){' + String(round + 1) + '}'));
      disk.free();
      await says(new RegExp(`(Goes on\\.[^]*){${round + 1}}`));
    }
    expectWhole(await ended, disk.folder, test);
  });

  it('waits while another program holds the database for 45 seconds', async (test) => {
    const folder = temporaryFolder(test);
    const { says, ended } = startStudy(test, folder, join(folder, 'capscope.db'));
    await says(/epoch 3: /);
    const release = holdDatabase(join(folder, 'capscope.db'));
    await says(/rogram holds the database: the run waits\.|rocess \d+ \(.+\) holds the database: the run waits\./);
    await new Promise((resolve) => setTimeout(resolve, 45_000));
    release();
    await says(/Goes on\./);
    expectWhole(await ended, folder, test);
  });

  it('says in one line what holds a database that it cannot begin with', async (test) => {
    const folder = temporaryFolder(test);
    openStore(folder, test);
    const release = holdDatabase(join(folder, 'capscope.db'));
    test.onTestFinished(release);
    const { code, stderr } = await startStudy(test, folder, join(folder, 'capscope.db')).ended;
    expect(code).toBe(2);
    const holder = process.platform === 'linux' ? `process ${process.pid} \\(.+\\)` : 'another program';
    expect(stderr).toMatch(new RegExp(`(^|\\n)capscope: .*${holder} holds the database.*\\n$`));
  });
});

/** Kills a study at random moments until it has been killed 20 times, then lets it end. */
import Database from 'better-sqlite3';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { randomStream } from '../../src/shared/random.ts';
import type { StudyResult } from '../../src/shared/study-result.ts';
import { openStore, temporaryFolder } from '../store/fixtures.ts';
import { startCapscope } from './capscope.ts';
import { writeTinyStudy } from './tiny-study.ts';

const kills = 20;

it(
  'kill -9 at any moment costs at most an epoch: the database stays whole and the study ends as if nothing had happened',
  { timeout: 300_000 },
  async () => {
    const folder = temporaryFolder();
    const study = writeTinyStudy(folder, { epochs: { train: 8, fineTune: 4 } }, 480);
    const [db, undisturbed] = [join(folder, 'capscope.db'), join(folder, 'undisturbed', 'capscope.db')];
    const start = (path: string) => startCapscope(['study', study, '--db', path, '--engine', 'wasm', '--threads', '1', '--json']);
    const random = randomStream(2, 'kill');
    let epochsBefore = 0;

    for (let kill = 0; kill < kills; kill++) {
      const { child, ended } = start(db);
      // Once its trainer is at work, at any moment of the next half second; now and then before, while it still starts.
      const atWork = new Promise<void>((resolve) =>
        child.stderr.on('data', (chunk: Buffer) => chunk.toString().includes('Engine: ') && resolve()),
      );
      if (kill % 5 > 0) await Promise.race([atWork, ended]);
      await new Promise((resolve) => setTimeout(resolve, random.int(0, 500)));
      child.kill('SIGKILL');
      const { code, stderr } = await ended;
      expect(code, stderr).toBeOneOf([null, 0]);

      const database = new Database(db);
      expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
      expect(database.pragma('foreign_key_check')).toEqual([]);
      database.close();
      const store = openStore(folder);
      const runs = store.runs();
      expect(runs.map(({ status }) => status)).not.toContain('running');
      for (const { id } of runs) for (const file of store.files.of(id)) store.files.read(file);
      const epochs = runs.reduce((sum, { id }) => sum + store.results.epochs(id).length, 0);
      expect(epochs).toBeGreaterThanOrEqual(epochsBefore);
      epochsBefore = epochs;
      store.close();
    }

    expect(epochsBefore, 'epochs done under fire: it was killed at work, not after').toBeLessThan(8 + 12 + 4);

    const { code, stdout, stderr } = await start(db).ended;
    expect(code, stderr).toBe(0);
    const expected = JSON.parse((await start(undisturbed).ended).stdout) as StudyResult;
    const store = openStore(folder);
    const reference = openStore(join(folder, 'undisturbed'));
    for (const [i, run] of (JSON.parse(stdout) as StudyResult).runs.entries()) {
      const twin = expected.runs[i]!;
      expect(store.files.find(run.id, 'weights')!.sha256).toBe(reference.files.find(twin.id, 'weights')!.sha256);
      expect(store.results.final(run.id)!.evaluation).toEqual(reference.results.final(twin.id)!.evaluation);
      const losses = (epochs: ReturnType<typeof store.results.epochs>) =>
        epochs.map(({ epoch, train, test }) => [epoch, train.loss, test.loss]);
      expect(losses(store.results.epochs(run.id))).toEqual(losses(reference.results.epochs(twin.id)));
      expect(readdirSync(join(folder, 'runs', run.id)).sort()).toEqual(['activity.safetensors', 'weights.safetensors']);
    }
  },
);

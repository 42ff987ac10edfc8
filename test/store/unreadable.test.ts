/** What the database holds is read by its schemas: what came later gets its default, and what is broken is named. */
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { InputError } from '../../src/shared/input-error.ts';
import type { Store } from '../../src/store/store.ts';
import { capscope } from '../cli/capscope.ts';
import { finishTinyStudy, openStore, temporaryFolder } from './fixtures.ts';

/** A finished study whose database has been changed by hand. */
function spoilt(change: (database: Database.Database, ids: { unpruned: string; source: string; pruned: string }) => void) {
  const folder = temporaryFolder();
  const store = openStore(folder);
  const [unpruned, source, pruned] = finishTinyStudy(store);
  const ids = { unpruned: unpruned.id, source: source.id, pruned: pruned.id };
  const database = new Database(store.path);
  change(database, ids);
  database.close();
  return { folder, store, ...ids };
}

const setSpec = (path: string, value: string) => `UPDATE runs SET spec = json_set(spec, '${path}', json('${value}')) WHERE id = ?`;

function problemOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as Error).message;
  }
  throw new Error('was read');
}

function listed(store: Store): { ids: string[]; problems: string[] } {
  const problems: string[] = [];
  return { ids: store.summaries(undefined, (problem) => problems.push(problem)).map(({ id }) => id), problems };
}

describe('a database', () => {
  it('without a field that came later gives its default', () => {
    const { store, unpruned } = spoilt((database, ids) => {
      database.prepare(`UPDATE runs SET spec = json_remove(spec, '$.training.shift', '$.network.squash') WHERE id = ?`).run(ids.unpruned);
    });
    expect(store.run(unpruned).spec).toMatchObject({ training: { shift: 2 }, network: { squash: 'squash' } });
  });

  it('with a run that cannot be read lists all others', async () => {
    const { folder, store, unpruned, source, pruned } = spoilt((database, ids) => {
      database.prepare(`UPDATE runs SET spec = '{"network":' WHERE id = ?`).run(ids.unpruned);
      database.prepare(setSpec('$.network.primary.types', '"many"')).run(ids.source);
    });
    const problems = [
      `spec of run ${unpruned} cannot be read: it is not JSON`,
      `spec of run ${source} cannot be read: network.primary.types: expected a number`,
    ];
    expect(listed(store)).toEqual({ ids: [pruned], problems });
    expect(problemOf(() => store.run(unpruned))).toBe(problems[0]);
    const { code, stdout, stderr } = await capscope('runs', '--json', '--db', join(folder, 'capscope.db'));
    expect((JSON.parse(stdout) as { runs: { id: string }[] }).runs.map(({ id }) => id)).toEqual([pruned]);
    expect(stderr).toBe(problems.map((problem) => `capscope: left out of the list: ${problem}\n`).join(''));
    expect(code).toBe(0);
  });

  it('says of a field that only a newer version knows where it comes from, and lists the run all the same', () => {
    const { store, unpruned, source, pruned } = spoilt((database, ids) => {
      database.prepare(setSpec('$.training.futurity', '1')).run(ids.source);
    });
    expect(problemOf(() => store.run(source))).toBe(
      `spec of run ${source} cannot be read: training: unknown field "futurity"; a newer Capscope has written it: update this one`,
    );
    expect(listed(store)).toEqual({ ids: [unpruned, source, pruned], problems: [] });
  });

  it('names the epoch, layer or result that is broken', () => {
    const { store, unpruned, source, pruned } = spoilt((database, ids) => {
      database
        .prepare(`UPDATE epochs SET metrics = json_set(metrics, '$.train.loss', 'low') WHERE run = ? AND epoch = 2`)
        .run(ids.unpruned);
      database
        .prepare(`UPDATE layer_measurements SET data = json_remove(data, '$.meanVector') WHERE run = ? AND kind = 'activity' AND epoch = 1`)
        .run(ids.source);
      database.prepare(`UPDATE analyses SET analysis = '[]' WHERE run = ?`).run(ids.source);
      database.prepare(`UPDATE runs SET cut = json_set(cut, '$[0].unit', 'weight') WHERE id = ?`).run(ids.pruned);
    });
    expect(problemOf(() => store.results.epochs(unpruned))).toMatch(`metrics of epoch 2 of run ${unpruned} cannot be read: train.loss: `);
    expect(problemOf(() => store.results.epochs(source))).toMatch(`activity in epoch 1 of run ${source} cannot be read: meanVector: `);
    expect(problemOf(() => store.results.final(source))).toMatch(`analysis of run ${source} cannot be read: `);
    expect(problemOf(() => store.run(pruned))).toMatch(`cut of run ${pruned} cannot be read: [0].unit: `);
  });

  it('lists other studies than the one that cannot be read', () => {
    const { store } = spoilt((database) => database.exec(`UPDATE studies SET spec = json_set(spec, '$.epochs', 3)`));
    const problems: string[] = [];
    expect(store.studies.list((problem) => problems.push(problem))).toEqual([]);
    expect(problems).toEqual([expect.stringMatching(/^settings of study "tiny study" cannot be read: epochs: /)]);
  });

  it('names the small value that is broken', () => {
    const { store } = spoilt((database) => database.exec(`INSERT INTO keyed (key, value) VALUES ('settings', '{"theme":"mauve"}')`));
    const schema = z.strictObject({ theme: z.enum(['light']) });
    expect(problemOf(() => store.values.get('settings', schema))).toMatch('what is kept as "settings" cannot be read: theme: ');
    expect(store.values.get('nothing', schema)).toBeNull();
  });
});

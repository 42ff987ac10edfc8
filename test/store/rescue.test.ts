/** Databases whose pages are damaged: opened normally they are refused in one line, rescued they give what can be read. */
import Database from 'better-sqlite3';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/shared/input-error.ts';
import { randomStream } from '../../src/shared/random.ts';
import { newId } from '../../src/store/ids.ts';
import { rescue } from '../../src/store/rescue/rescue.ts';
import { Store } from '../../src/store/store.ts';
import { capscope } from '../cli/capscope.ts';
import { finishTinyStudy, metrics, openStore, result, resultFiles, temporaryFolder } from './fixtures.ts';

const pageSize = 4096;

/** A database of 40 runs, in pages of which some can be spoilt. */
function manyRuns() {
  const folder = temporaryFolder();
  const store = new Store(join(folder, 'runs.db'));
  const [unpruned, , pruned] = finishTinyStudy(store);
  const { weights } = resultFiles(unpruned.spec.network);
  store.atomically(() => {
    for (let i = 0; i < 40; i++) {
      const id = newId();
      store.insertRun({ ...unpruned, id, study: null, name: `run ${i}` });
      store.results.addEpochs(
        id,
        Array.from({ length: 12 }, (_, epoch) => metrics(epoch + 1)),
      );
      store.results.addResult(id, result(i / 40));
      store.files.add(id, store.files.write(id, 'weights', weights));
    }
  });
  store.notes.edit([pruned.id], { addTags: ['kept'], note: 'noted' });
  const all = everything(store);
  store.close();
  return { path: store.path, bytes: readFileSync(store.path), all };
}

const everything = (store: Store) =>
  new Map(
    store.runs().map((run) => [
      run.id,
      {
        run,
        epochs: new Map(store.results.epochs(run.id).map((epoch) => [epoch.epoch, epoch])),
        result: store.results.final(run.id),
        files: store.files.of(run.id),
      },
    ]),
  );

/** Spoils some pages, any but the first, which says what the file is. */
function spoil(bytes: Uint8Array, seed: number, pages: number, size = pageSize): Uint8Array {
  const spoilt = Uint8Array.from(bytes);
  const { float } = randomStream(seed, 'pages');
  const integer = (below: number) => Math.floor(below * float());
  for (let n = 0; n < pages; n++) {
    const at = pageSize * (1 + integer(bytes.length / pageSize - 1)) + integer(pageSize - size + 1);
    for (let i = at; i < at + size; i++) spoilt[i] = integer(256);
  }
  return spoilt;
}

/** Null when it was the pages of the schema that were spoilt. */
function attempt(path: string, target: string) {
  try {
    return rescue(path, target);
  } catch (error) {
    expect((error as Error).message).toBe(`nothing can be rescued from ${path}: its first pages cannot be read`);
    return null;
  }
}

/** What an ordinary command would do; an error that is not a sentence goes through. */
function useAll(path: string): string | null {
  try {
    const store = new Store(path);
    try {
      everything(store);
      store.summaries();
      return null;
    } finally {
      store.close();
    }
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

describe('a database with damaged pages', () => {
  it('gives in its rescue what can be read, as it was, and names the rest', () => {
    const { path, bytes, all } = manyRuns();
    let [whole, rescues] = [0, 0];
    for (let seed = 0; seed < 20; seed++) {
      writeFileSync(path, spoil(bytes, seed, 1 + (seed % 4)));
      const before = readFileSync(path);
      const target = `${path}.${seed}`;
      const outcome = attempt(path, target);
      if (outcome === null) continue;
      const { runs, lost } = outcome;
      expect(readFileSync(path).equals(before)).toBe(true);

      const database = new Database(target, { readonly: true });
      expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
      expect(database.pragma('foreign_key_check')).toEqual([]);
      database.close();
      rescues++;
      const store = new Store(target);
      const rescued = everything(store);
      store.close();
      expect(rescued.size, `seed ${seed}`).toBe(runs);
      const named = (id: string) => lost.some((sentence) => sentence.startsWith(`run ${id}`));
      const datasetsLost = lost.some((sentence) => sentence.startsWith('data sets'));
      for (const [id, original] of all) {
        const copy = rescued.get(id);
        if (!copy) {
          expect(named(id) || datasetsLost, `seed ${seed}, run ${id}`).toBe(true);
          continue;
        }
        expect({ ...copy.run, study: null, parent: null }).toEqual({ ...original.run, study: null, parent: null });
        expect(copy.result).toEqual(original.result);
        for (const [n, epoch] of copy.epochs) expect(epoch).toEqual(original.epochs.get(n));
        if (copy.epochs.size < original.epochs.size || copy.files.length < original.files.length)
          expect(named(id), `seed ${seed}, run ${id}`).toBe(true);
        else whole++;
      }
      expect(readdirSync(join(target, '..')).filter((name) => name.includes('.tmp'))).toEqual([]);
    }
    // A page or four of some hundred: most runs are whole.
    expect(rescues).toBeGreaterThan(12);
    expect(whole / (rescues * all.size)).toBeGreaterThan(0.6);
  });

  it('is used as far as it can be read, and refused in one line that names the way out', () => {
    const { path, bytes } = manyRuns();
    let refused = 0;
    for (let seed = 0; seed < 20; seed++) {
      writeFileSync(path, spoil(bytes, seed, 3, [16, 256, pageSize][seed % 3]));
      const problem = useAll(path);
      if (problem === null) continue;
      if (!problem.includes(' is damaged: ')) expect(problem).toMatch(/cannot be read/);
      else expect(problem).toContain(`"capscope rescue ${path} <new database>" copies what can still be read`);
      refused++;
      attempt(path, `${path}.${seed}`);
    }
    expect(refused).toBeGreaterThan(7);
  });

  it('is rescued by the command, run by run', async () => {
    const { path, bytes, all } = manyRuns();
    const half = bytes.length / 2 - ((bytes.length / 2) % pageSize);
    writeFileSync(path, Buffer.from(bytes).fill(0xff, half, half + 20 * pageSize));
    const listed = await capscope('runs', '--db', path);
    const target = join(temporaryFolder(), 'new.db');
    const { code, stdout, stderr } = await capscope('rescue', path, target);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^\d+ runs are in .*new\.db\.\n(Lost: .*\n)+$/);
    expect(Number.parseInt(stdout, 10)).toBeGreaterThan(all.size / 4);
    if (listed.code !== 0) expect([listed.code, listed.stderr]).toEqual([2, expect.stringMatching(/^capscope: .* is damaged: .*\n$/)]);
    expect((await capscope('runs', '--db', target)).code).toBe(0);
    expect(await capscope('rescue', path, target)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is there already') as string,
    });
  });

  it('of an earlier version is rescued too', () => {
    const { path } = manyRuns();
    const old = new Database(path);
    old.exec('DROP TABLE reused_runs; ALTER TABLE runs DROP COLUMN findings');
    old.pragma('user_version = 7');
    old.close();
    const target = join(temporaryFolder(), 'new.db');
    expect(rescue(path, target)).toEqual({ runs: 43, lost: [] });
    expect(readdirSync(join(target, '..')).sort()).toEqual(['new.db', 'runs']);
  });

  it('has nothing that could be rescued when its beginning is gone, and nothing is written', () => {
    const { path, bytes } = manyRuns();
    const target = join(temporaryFolder(), 'new.db');
    writeFileSync(path, Buffer.from(bytes).fill(0, 100, pageSize));
    expect(() => rescue(path, target)).toThrow(`nothing can be rescued from ${path}: its first pages cannot be read`);
    writeFileSync(path, 'no database at all');
    expect(() => rescue(path, target)).toThrow(`nothing can be rescued from ${path}: `);
    expect(() => rescue(join(path, 'nowhere'), target)).toThrow('there is no database ');
    expect(existsSync(target)).toBe(false);
    const folder = temporaryFolder();
    expect(() => rescue(folder, target)).toThrow(`${folder} is a folder; expected a file`);
    const tooLong = `${target}/${'a'.repeat(5000)}`;
    expect(() => rescue(path, tooLong)).toThrow(InputError);
    expect(() => rescue(path, tooLong)).toThrow(`${path} cannot be rescued into ${tooLong}: `);
    const own = openStore(temporaryFolder());
    expect(() => rescue(path, own.path)).toThrow(`${own.path} is there already`);
  });
});

import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import Database from 'better-sqlite3';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { exportRun, importRun } from '../../src/store/archive.ts';
import type { Manifest } from '../../src/store/archive-format.ts';
import { keepNames, namesOf } from '../../src/store/dimension-names.ts';
import { InputError } from '../../src/shared/input-error.ts';
import { sha256 } from '../../src/store/run-files.ts';
import type { Store } from '../../src/store/store.ts';
import type { StoredRun } from '../../src/store/types.ts';
import { addTinyStudy, dataset, finishTinyStudy, metrics, openStore, temporaryFolder } from './fixtures.ts';

/** Exports the pruned run of a finished tiny study. */
function exported() {
  const store = openStore(temporaryFolder());
  const runs = finishTinyStudy(store);
  const path = join(temporaryFolder(), 'run.capscope');
  exportRun(store, runs[2], path);
  return { store, runs, path };
}

const manifestOf = (path: string) => JSON.parse(strFromU8(unzipSync(readFileSync(path))['capscope.json']!)) as Manifest;

function everything(store: Store) {
  return {
    runs: store
      .runs()
      .map((run) => ({ run, epochs: store.results.epochs(run.id), result: store.results.final(run.id), files: store.files.of(run.id) })),
  };
}

describe('a run as one file', () => {
  it('comes back whole in another database, with those it was cut from', async () => {
    const {
      store,
      runs: [, source, pruned],
      path,
    } = exported();
    const other = openStore(temporaryFolder());
    expect(await importRun(other, path)).toEqual({ id: pruned.id, added: true });
    expect(other.run(pruned.id)).toEqual({ ...pruned, study: null });
    expect(other.run(source.id)).toEqual({ ...source, study: null });
    expect(other.dataset(pruned.dataset)).toEqual(dataset);
    for (const { id } of [source, pruned]) {
      expect(other.results.epochs(id)).toEqual(store.results.epochs(id));
      expect(other.results.final(id)).toEqual(store.results.final(id));
    }
    for (const kind of ['weights', 'activity'] as const)
      expect(other.files.read(other.files.find(pruned.id, kind)!)).toEqual(store.files.read(store.files.find(pruned.id, kind)!));
  });

  it('brings what the dimensions of its class capsules are called, and without any is what earlier versions read', async () => {
    const {
      store,
      runs: [, , pruned],
      path,
    } = exported();
    expect(Object.keys(manifestOf(path))).not.toContain('dimensions');
    keepNames(store, pruned.id, { '3.11': 'slant' });
    exportRun(store, pruned, path);
    const other = openStore(temporaryFolder());
    await importRun(other, path);
    expect(namesOf(other, pruned.id)).toEqual({ '3.11': 'slant' });
    // What is called otherwise here stays as it is.
    keepNames(other, pruned.id, { '3.11': 'lean' });
    await importRun(other, path);
    expect(namesOf(other, pruned.id)).toEqual({ '3.11': 'lean' });
  });

  it('changes nothing when it is already there', async () => {
    const { store, runs, path } = exported();
    const before = everything(store);
    expect(await importRun(store, path)).toEqual({ id: runs[2].id, added: false });
    expect(everything(store)).toEqual(before);
  });

  it('brings back what has been deleted here, with those it was cut from', async () => {
    const { store, runs, path } = exported();
    const [unpruned, source, pruned] = runs.map(({ id }) => id) as [string, string, string];
    const before = everything(store);
    store.notes.remove([unpruned, source, pruned]);
    expect(await importRun(store, path)).toEqual({ id: pruned, added: true });
    expect(store.summaries().map(({ id }) => id)).toEqual([source, pruned]);
    expect(await importRun(store, path)).toEqual({ id: pruned, added: false });
    store.notes.restore([unpruned]);
    expect(everything(store)).toEqual(before);

    // What is here already is left alone, and so is a parent that somebody has deleted.
    store.notes.remove([source]);
    expect(await importRun(store, path)).toEqual({ id: pruned, added: false });
    expect(store.summaries().map(({ id }) => id)).toEqual([unpruned, pruned]);
  });

  it('brings back a deleted run that had come without files, as the parent of another', async () => {
    const { store, runs, path } = exported();
    const source = runs[1].id;
    const parent = join(temporaryFolder(), 'parent.capscope');
    exportRun(store, runs[1], parent);
    const other = openStore(temporaryFolder());
    await importRun(other, path);
    other.notes.remove([source]);
    expect(await importRun(other, parent)).toEqual({ id: source, added: true });
    expect(other.summaries().map(({ id }) => id)).toContain(source);
  });

  it('of a parent adds the files that its child did not bring', async () => {
    const {
      store,
      runs: [, source],
      path,
    } = exported();
    const parent = join(temporaryFolder(), 'parent.capscope');
    exportRun(store, source, parent);
    const other = openStore(temporaryFolder());
    await importRun(other, path);
    expect(() => exportRun(other, other.run(source.id), parent)).toThrow('has no weights to export');
    expect(await importRun(other, parent)).toEqual({ id: source.id, added: true });
    expect(await importRun(other, parent)).toEqual({ id: source.id, added: false });
    expect(other.files.read(other.files.find(source.id, 'weights')!).length).toBeGreaterThan(0);
  });

  it('can be made of finished runs only', () => {
    const store = openStore(temporaryFolder());
    const [run] = addTinyStudy(store);
    const path = join(temporaryFolder(), 'run.capscope');
    expect(() => exportRun(store, run, path)).toThrow(`run ${run.id} is queued; only finished runs can be exported`);
    expect(existsSync(path)).toBe(false);
  });
});

type Entries = Record<string, Uint8Array>;
const changeManifest = (entries: Entries, change: (manifest: Manifest) => void): void => {
  const manifest = JSON.parse(strFromU8(entries['capscope.json']!)) as Manifest;
  change(manifest);
  entries['capscope.json'] = strToU8(JSON.stringify(manifest));
};
/** Replaces a file and its hash, as somebody would who means harm. */
const replaceFile = (entries: Entries, kind: 'weights' | 'activity', content: Uint8Array): void => {
  entries[`${kind}.safetensors`] = content;
  changeManifest(entries, ({ files }) => {
    const file = files.find((f) => f.kind === kind)!;
    Object.assign(file, { bytes: content.length, sha256: sha256(content) });
  });
};

describe('a file that is not right', () => {
  it.each<[string, (entries: Entries) => void, string]>([
    ['no manifest', (e) => delete e['capscope.json'], 'is not an exported run: it has no capscope.json'],
    ['a manifest that is no JSON', (e) => (e['capscope.json'] = strToU8('{')), 'capscope.json is not JSON'],
    ['another JSON', (e) => (e['capscope.json'] = strToU8('null')), 'capscope.json is not valid: '],
    ['a newer format', (e) => changeManifest(e, (m) => ((m.format as number) = 2)), 'exported by a newer Capscope (format 2'],
    ['an unknown field', (e) => changeManifest(e, (m) => Object.assign(m, { extra: 1 })), 'not valid: unknown field "extra"'],
    ['an id that is a path', (e) => changeManifest(e, (m) => (m.runs[1]!.run.id = '../../x')), 'not valid: runs[1].run.id: '],
    ['a missing parent', (e) => changeManifest(e, (m) => m.runs.shift()), 'the parent of run '],
    ['an unfinished run', (e) => changeManifest(e, (m) => ((m.runs[1]!.run.status as string) = 'running')), 'runs[1].run.status'],
    ['an accuracy above 1', (e) => changeManifest(e, (m) => (m.runs[1]!.result.evaluation.accuracy = 2)), 'evaluation.accuracy'],
    ['an epoch twice', (e) => changeManifest(e, (m) => m.runs[0]!.epochs.push(m.runs[0]!.epochs[0]!)), 'has epoch 1 twice'],
    ['a wrong count of parameters', (e) => changeManifest(e, (m) => (m.runs[1]!.run.params += 1)), 'but its network has'],
    [
      'a network that cannot be built',
      (e) => changeManifest(e, (m) => (m.runs[1]!.run.spec.network.primary.kernel = 15)),
      'cannot be built: primary: ',
    ],
    ['another data set', (e) => changeManifest(e, (m) => (m.runs[0]!.run.dataset = 'f'.repeat(64))), 'belongs to another data set'],
    ['no weights', (e) => delete e['weights.safetensors'], 'has no weights.safetensors'],
    ['weights with one byte changed', (e) => (e['weights.safetensors']![2000]! ^= 1), 'weights.safetensors is damaged'],
    ['weights cut short', (e) => (e['weights.safetensors'] = e['weights.safetensors']!.slice(0, -4)), 'weights.safetensors is damaged'],
    [
      'weights that are none',
      (e) => replaceFile(e, 'weights', strToU8('no safetensors')),
      'weights.safetensors is not a valid safetensors file',
    ],
    ['activity that is none', (e) => replaceFile(e, 'activity', strToU8('{}')), 'activity.safetensors is not a valid safetensors file'],
  ])('is refused for %s, and nothing is stored', async (_, change, reason) => {
    const { path } = exported();
    const entries = unzipSync(readFileSync(path));
    change(entries);
    writeFileSync(path, zipSync(entries));
    const folder = temporaryFolder();
    const store = openStore(folder);
    const attempt = () => importRun(store, path);
    await expect(attempt()).rejects.toThrow(InputError);
    await expect(attempt()).rejects.toThrow(reason);
    expect(store.runs()).toEqual([]);
    expect(readdirSync(folder)).not.toContain('runs');
  });

  it('is refused when its weights belong to another network', async () => {
    const {
      store,
      runs: [unpruned],
      path,
    } = exported();
    const entries = unzipSync(readFileSync(path));
    replaceFile(entries, 'weights', store.files.read(store.files.find(unpruned.id, 'weights')!));
    writeFileSync(path, zipSync(entries));
    await expect(importRun(openStore(temporaryFolder()), path)).rejects.toThrow('its weights belong to another network than its run');
  });

  it('is refused when it is truncated anywhere', async () => {
    const { path } = exported();
    const bytes = readFileSync(path);
    const store = openStore(temporaryFolder());
    for (let length = 0; length < bytes.length; length += 997) {
      writeFileSync(path, bytes.subarray(0, length));
      await expect(importRun(store, path), `${length} bytes`).rejects.toThrow(InputError);
    }
    expect(store.runs()).toEqual([]);
  });

  it.each([
    ['a run may have', 0x7000_0000, 'unpacks to more than 1073741824 bytes'],
    ['the JSON of a run may have', 0x3000_0000, 'capscope.json unpacks to more than 536870912 bytes'],
    ['its packed size can hold', 0x0100_0000, 'capscope.json unpacks to more than 500 times its size'],
    ['there is', 4000, 'is not an exported run: '],
    ['there is, in the other direction', 10, 'is not an exported run: '],
  ])('is refused when it claims another size than %s', async (_, size, reason) => {
    const { path } = exported();
    const bytes = readFileSync(path);
    // Uncompressed size in the first entry of the zip's central directory.
    bytes.writeUInt32LE(size, bytes.indexOf('PK\x01\x02', 0, 'latin1') + 24);
    writeFileSync(path, bytes);
    await expect(importRun(openStore(temporaryFolder()), path)).rejects.toThrow(reason);
  });

  it('is refused when it holds something twice', async () => {
    const { path } = exported();
    const entries = unzipSync(readFileSync(path));
    const twice = Buffer.from(zipSync({ ...entries, 'weights.safetensorz': entries['weights.safetensors']! }));
    writeFileSync(path, Buffer.from(twice.toString('latin1').replaceAll('safetensorz', 'safetensors'), 'latin1'));
    await expect(importRun(openStore(temporaryFolder()), path)).rejects.toThrow('holds weights.safetensors more than once');
  });

  it.each([
    ['of epochs', '"epochs":[', '"epochs":[],"epochs":['],
    ['of epochs, one behind an escape', '"epochs":[', '"epochs":[],"\\u0065pochs":['],
    ['of runs, each with epochs', '"runs":[', '"runs":[{"epochs":[]}],"runs":['],
  ])('is refused when its JSON has two lists %s', async (_, list, lists) => {
    const { path } = exported();
    const entries = unzipSync(readFileSync(path));
    const text = strFromU8(entries['capscope.json']!).replace(list, lists);
    writeFileSync(path, zipSync({ ...entries, 'capscope.json': strToU8(text) }));
    const store = openStore(temporaryFolder());
    await expect(importRun(store, path)).rejects.toThrow('capscope.json is not valid: ');
    expect(store.runs()).toEqual([]);
  });

  it('is not looked for in files within files', async () => {
    const { path } = exported();
    const inner = readFileSync(path);
    writeFileSync(path, zipSync({ 'run.capscope': inner }));
    await expect(importRun(openStore(temporaryFolder()), path)).rejects.toThrow('it has no capscope.json');
    const entries = unzipSync(inner);
    replaceFile(entries, 'weights', inner);
    writeFileSync(path, zipSync(entries));
    await expect(importRun(openStore(temporaryFolder()), path)).rejects.toThrow('weights.safetensors is not a valid safetensors file');
  });

  it.each<[string, Uint8Array, 0 | 9, string]>([
    ['packs more than a run does', strToU8(`[${'0,'.repeat(2 ** 22)}0]`), 9, 'unpacks to more than 500 times its size'],
    ['holds millions of values', strToU8(`[${'[],'.repeat(2 ** 22)}0]`), 0, 'holds more than 8388608 values in one place'],
    ['holds a long text', new Uint8Array(2 ** 26 + 1).fill(32), 0, 'holds more than 67108864 bytes in one place'],
    ['is nested without end', strToU8('['.repeat(2 ** 20)), 0, 'is nested more deeply than any exported run'],
  ])('is refused when its manifest %s', async (_, text, level, reason) => {
    const path = join(temporaryFolder(), 'bomb.capscope');
    writeFileSync(path, zipSync({ 'capscope.json': text }, { level }));
    const attempt = importRun(openStore(temporaryFolder()), path);
    await expect(attempt).rejects.toThrow(InputError);
    await expect(attempt).rejects.toThrow(reason);
  });

  it('is refused when it does not exist', async () => {
    await expect(importRun(openStore(temporaryFolder()), '/nowhere/run.capscope')).rejects.toThrow('cannot read /nowhere/run.capscope: ');
  });

  it('cannot take the place of another run with the same id', async () => {
    const {
      runs: [, , pruned],
      path,
    } = exported();
    const store = openStore(temporaryFolder());
    const [mine] = addTinyStudy(store);
    store.insertRun({ ...mine, id: pruned.id, study: null, created: '2020-01-01T00:00:00.000Z' });
    await expect(importRun(store, path)).rejects.toThrow(`holds a run ${pruned.id}, but here that is the id of another run`);
  });

  it('is refused when it has entries that lie outside of it', async () => {
    const { path } = exported();
    const entries = unzipSync(readFileSync(path));
    writeFileSync(path, zipSync({ ...entries, '../../evil': strToU8('x') }));
    const folder = temporaryFolder();
    await expect(importRun(openStore(folder), path)).rejects.toThrow('is not an exported run: invalid relative path: ../../evil');
    expect(readdirSync(folder, { recursive: true }).filter((name) => String(name).includes('evil'))).toEqual([]);
  });

  it('may hold more than a run, which is left alone', async () => {
    const { path } = exported();
    writeFileSync(path, zipSync({ ...unzipSync(readFileSync(path)), 'runs/evil': strToU8('x') }));
    const folder = temporaryFolder();
    const { id } = await importRun(openStore(folder), path);
    expect(readdirSync(join(folder, 'runs'))).toEqual([id]);
  });
});

describe('an import', () => {
  const dead = { pid: 999_999_999, host: hostname(), process: null };

  function purge(store: Store) {
    const steps = store.removal.purge();
    while (!steps.next().done);
  }

  /** What an import leaves that ends after some epochs, the process with it. */
  function halfDone(other: Store, [, source]: readonly StoredRun[], holder: object) {
    other.atomically(() => {
      other.addDataset(dataset);
      other.insertRun({ ...source!, study: null });
      other.imports.hide(source!.id);
    });
    other.imports.addEpochs(source!.id, [metrics(1)]);
    const database = new Database(other.path);
    database.prepare('UPDATE runs SET pid = @pid, host = @host, process = @process').run(holder);
    database.close();
  }

  it('that was not ended is shown nowhere, begun anew, or removed with deleted runs', async () => {
    const { runs, path } = exported();
    const other = openStore(temporaryFolder());
    halfDone(other, runs, dead);
    expect([other.runs(), other.summaries()]).toEqual([[], []]);
    expect(await importRun(other, path)).toEqual({ id: runs[2].id, added: true });
    expect(other.results.epochs(runs[1].id)).toHaveLength(2);

    const third = openStore(temporaryFolder());
    halfDone(third, runs, dead);
    await setTimeout(2);
    purge(third);
    expect([third.findRun(runs[1].id), third.datasets()]).toEqual([null, []]);
  });

  it('is left alone while its process lives', async () => {
    const { runs, path } = exported();
    const other = openStore(temporaryFolder());
    // On another machine; it has just said that it lives.
    halfDone(other, runs, { pid: 1, host: 'elsewhere', process: null });
    await expect(importRun(other, path)).rejects.toThrow(`run ${runs[1].id} is being imported at this moment, by process `);
    await setTimeout(2);
    purge(other);
    expect(other.findRun(runs[1].id)).not.toBeNull();
  });

  it('stores nothing when its last epoch is not right', async () => {
    const { path } = exported();
    const entries = unzipSync(readFileSync(path));
    changeManifest(entries, ({ runs }) => {
      const epochs = runs[0]!.epochs;
      runs[0]!.epochs = Array.from({ length: 250 }, (_, i) => ({ ...epochs[0]!, epoch: i + 1 }));
      runs[0]!.epochs[249]!.test = { ...epochs[0]!.test, accuracy: 2 };
    });
    writeFileSync(path, zipSync(entries));
    const folder = temporaryFolder();
    const store = openStore(folder);
    const seen: number[] = [];
    await expect(importRun(store, path, ({ done }) => seen.push(done))).rejects.toThrow('is not valid: epoch 250 of run ');
    expect(seen).toEqual([100, 200]);
    expect([store.runs(), store.datasets()]).toEqual([[], []]);
    expect(readdirSync(folder)).not.toContain('runs');
  });
});

/** Runs as tables: what is in them is what is stored, and every column says what it means. */
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import { expect, it } from 'vitest';
import { measures } from '../../src/shared/measures/catalogue.ts';
import { recordOf } from '../../src/store/records.ts';
import { runsAsTable } from '../../src/workbench/exchange/tables.ts';
import { capscope } from '../cli/capscope.ts';
import { addTinyStudy, finishTinyStudy, openStore, temporaryFolder } from '../store/fixtures.ts';

type Line = Record<string, string>;
const parse = (bytes: Uint8Array | string) =>
  Papa.parse<Line>(typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes), { header: true, skipEmptyLines: true }).data;
const buffer = (bytes: Uint8Array) => Uint8Array.from(bytes).buffer;

function tiny() {
  const store = openStore(temporaryFolder());
  return { store, runs: finishTinyStudy(store) };
}

it('have a row per run, with every setting and every measure, and a dictionary of all columns', () => {
  const { store, runs } = tiny();
  const { table, dictionary } = runsAsTable(store, runs, { format: 'csv', tidy: false });
  const lines = parse(table);
  expect(lines.map(({ run }) => run)).toEqual(runs.map(({ id }) => id));
  for (const [i, run] of runs.entries()) {
    const record = recordOf(store, run)!;
    for (const { id, of } of measures) {
      const value = of(record);
      expect(lines[i]![id], id).toBe(value === null ? '' : String(value));
    }
    expect(lines[i]).toMatchObject({
      study: 'tiny study',
      dataset: 'tiny',
      seed: String(run.spec.seed),
      twin: record.twin ?? '',
      parent: run.parent ?? '',
      'network.types': String(run.spec.network.primary.types),
      'training.epochs': String(run.spec.training.epochs),
      'training.measure.threshold': '0.01',
      'pruning.criterion': run.spec.pruning?.criterion ?? '',
      'inactive.capsules.0': String(record.inactive.perLayer[0]!.inactive / record.inactive.perLayer[0]!.of),
    });
  }
  const described = parse(dictionary);
  expect(described.map(({ column }) => column)).toEqual(Object.keys(lines[0]!));
  expect(new Set(described.map(({ column }) => column)).size).toBe(described.length);
  expect(described.filter(({ label, description }) => !label || !description)).toEqual([]);
  expect(described.find(({ column }) => column === 'accuracy')).toMatchObject({ label: 'Test accuracy', kind: 'number', unit: 'share' });
});

it('have, where they are tidy, a row per run, epoch, measure and layer', () => {
  const { store, runs } = tiny();
  const lines = parse(runsAsTable(store, runs, { format: 'csv', tidy: true }).table);
  const keys = lines.map(({ run, epoch, measure, layer }) => [run, epoch, measure, layer].join());
  expect(new Set(keys).size).toBe(keys.length);
  for (const run of runs) {
    const epochs = store.results.epochs(run.id);
    const own = (measure: string, layer = '') =>
      lines.filter((line) => line['run'] === run.id && line['measure'] === measure && line['layer'] === layer);
    const values = (...of: Parameters<typeof own>) =>
      own(...of)
        .slice(-epochs.length)
        .map(({ epoch, value }) => [Number(epoch), Number(value)]);
    expect(values('accuracy')).toEqual(epochs.map(({ epoch, test }) => [epoch, test.accuracy]));
    expect(values('train.loss')).toEqual(epochs.map(({ epoch, train }) => [epoch, train.loss]));
    const { layer } = epochs[0]!.gradients[0]!;
    expect(values('gradient', layer)).toEqual(epochs.map(({ epoch, gradients }) => [epoch, gradients[0]!.norm]));
    expect(own('dead')).toHaveLength(1);
  }
});

it('are the same as Parquet, with types and the dictionary in the file', async () => {
  const { store, runs } = tiny();
  for (const tidy of [false, true]) {
    const csv = parse(runsAsTable(store, runs, { format: 'csv', tidy }).table);
    const { table: bytes, dictionary } = runsAsTable(store, runs, { format: 'parquet', tidy });
    const file = buffer(bytes);
    const rows = await parquetReadObjects({ file });
    expect(rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, String(value ?? '')])))).toEqual(csv);
    expect(rows.every(({ seed }) => typeof seed === 'number')).toBe(true);
    const { key_value_metadata: metadata } = await parquetMetadataAsync(file);
    const kept = JSON.parse(metadata!.find(({ key }) => key === 'capscope.dictionary')!.value!) as { id: string }[];
    expect(kept.map(({ id }) => id)).toEqual(parse(dictionary).map(({ column }) => column));
  }
});

it('are written by the terminal for a study by its name, with the dictionary beside them', async () => {
  const { store, runs } = tiny();
  const file = join(temporaryFolder(), 'all.csv');
  const { code, stdout } = await capscope('export', 'tiny study', file, '--tidy', '--json', '--db', store.path);
  expect(code).toBe(0);
  const { ids, files } = JSON.parse(stdout) as { ids: string[]; files: string[] };
  expect(ids).toEqual(runs.map(({ id }) => id));
  expect(files).toEqual([file, file.replace('.csv', '.dictionary.csv')]);
  expect(parse(readFileSync(file, 'utf8')).length).toBeGreaterThan(20);
  const queued = addTinyStudy(store)[0].id;
  const again = () => capscope('export', queued, file, '--tidy', '--db', store.path);
  const { stderr } = await again();
  expect(stderr).toMatch(new RegExp(`^capscope: no rows of run ${queued} \\(.+\\): it is queued, and has finished no epoch\n$`));
  // Its dictionary was not named by anybody.
  const mine = files[1]!;
  writeFileSync(mine, 'mine');
  const refused = await again();
  expect([refused.code, refused.stderr]).toEqual([
    2,
    expect.stringContaining('.dictionary.csv is there already, with something else in it'),
  ]);
  expect(readFileSync(mine, 'utf8')).toBe('mine');
  expect((await capscope('export', queued, file, '--tidy', '--force', '--db', store.path)).code).toBe(0);
  expect(readFileSync(mine, 'utf8')).not.toBe('mine');
  const wrong = await capscope('export', runs[0].id, file.replace('.csv', '.onnx'), '--tidy', '--db', store.path);
  expect([wrong.code, wrong.stderr]).toEqual([2, 'capscope: --tidy is about tables: let the file end in .csv or .parquet\n']);
});

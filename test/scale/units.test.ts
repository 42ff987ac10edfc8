/** Studies in units: whatever happens to a unit, and wherever it is done, it ends with the same numbers. */
import { cpSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { randomStream } from '../../src/shared/random.ts';
import { openStore, temporaryFolder } from '../store/fixtures.ts';
import { capscope, startCapscope } from '../cli/capscope.ts';
import { writeTinyStudy } from '../cli/tiny-study.ts';
import { added, count, killUnits, startUnit } from './kill.ts';
import { collect, numbersIn, plan, status, studyHere, unit } from './study.ts';

it('units killed at any moment, again and again, end with the numbers of a study here', { timeout: 200_000 }, async () => {
  const folder = temporaryFolder();
  const study = writeTinyStudy(folder, { epochs: { train: 6, fineTune: 3 } }, 480);
  const bundle = join(folder, 'bundle');
  const { units } = await plan(study, bundle);
  const numbers = Array.from({ length: units }, (_, i) => i);
  // Fifty and more are killed by the bench of faults.
  const { kills, crashes } = await killUnits(bundle, numbers, 5, randomStream(5, 'kill'));
  expect(crashes).toBe(0);
  expect(kills).toBeGreaterThan(6);
  expect((await status(bundle)).map(({ state }) => state)).toContain('interrupted');
  expect(Math.min(...numbers.map((i) => count(bundle, i, 'epoch'))), 'epochs done under fire').toBeGreaterThan(0);
  const here = join(folder, 'here');
  await Promise.all([...numbers.map((number) => unit(bundle, number)), studyHere(study, here)]);
  const collected = join(folder, 'collected');
  expect(await collect(bundle, collected)).toEqual({ added: units, known: 0, failed: 0, waiting: 0 });
  expect(numbersIn(collected)).toEqual(numbersIn(here));
  // Nothing that kills have left half written lies about.
  const left = readdirSync(join(bundle, 'runs'), { recursive: true }).filter((name) => /checkpoint|\.tmp$/.test(String(name)));
  expect(left).toEqual([]);
});

it('plans, does, moves, damages, mends and collects by two at once', { timeout: 200_000 }, async () => {
  const folder = temporaryFolder();
  const spec = { epochs: { train: 1, fineTune: 1 }, arms: ['unpruned'], seeds: [1, 2, 3, 4] };
  const study = writeTinyStudy(folder, spec);
  const first = join(folder, 'first');
  expect(await plan(study, first)).toEqual({ units: 4, runs: 4 });
  // Again is the same again; another study is refused.
  expect(await plan(study, first)).toEqual({ units: 4, runs: 4 });
  const other = writeTinyStudy(join(folder, 'other'), { epochs: { train: 3, fineTune: 1 } });
  const refused = await capscope('plan', other, first, '--engine', 'wasm');
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('holds another study, "Tiny study"') as string });

  await unit(first, 1);
  expect((await status(first)).map(({ i, state, tries }) => [i, state, tries])).toEqual([
    [0, 'waiting', 0],
    [1, 'finished', 1],
    [2, 'waiting', 0],
    [3, 'waiting', 0],
  ]);
  const database = join(folder, 'collected');
  expect(await collect(first, database)).toEqual({ added: 1, known: 0, failed: 0, waiting: 3 });
  // What is not done yet is planned here, too.
  const store = openStore(database);
  expect(store.runs().map(({ status }) => status)).toEqual(['queued', 'finished', 'queued', 'queued']);

  // Stopped between two epochs on one computer, and taken up on another: another path, and nothing but what was copied.
  const { child, ended } = startUnit(first, 0);
  await added(first, 0, 'start');
  child.kill('SIGUSR1');
  expect((await ended).code).toBe(75);
  expect((await status(first))[0]).toMatchObject({ state: 'interrupted', tries: 1 });
  const second = join(folder, 'elsewhere', 'second');
  mkdirSync(join(folder, 'elsewhere'));
  cpSync(first, second, { recursive: true });
  rmSync(first, { recursive: true });
  rmSync(join(folder, 'data'), { recursive: true });
  await Promise.all([0, 1, 2, 3].map((number) => unit(second, number)));
  expect((await status(second))[0]).toMatchObject({ state: 'finished', tries: 2 });

  // Damaged results and weights are named, and done again.
  const results = join(second, 'units', '2.capscope');
  writeFileSync(results, readFileSync(results).subarray(0, 200));
  const [run] = (await status(second))[3]!.runs;
  const weights = join(second, 'runs', run!, 'weights.safetensors');
  const content = readFileSync(weights);
  content[content.length - 1]! ^= 1;
  writeFileSync(weights, content);
  const damaged = await capscope('collect', second, '--db', join(database, 'capscope.db'), '--json');
  expect(JSON.parse(damaged.stdout)).toEqual({ added: 1, known: 1, failed: 0, waiting: 2 });
  expect(damaged.stderr).toContain(`${results} is damaged`);
  expect(damaged.stderr).toContain(`${weights} is damaged`);
  expect((await status(second)).map(({ state }) => state)).toEqual(['finished', 'finished', 'waiting', 'waiting']);
  await Promise.all([2, 3].map((number) => unit(second, number)));

  const two = [1, 2].map(() => startCapscope(['collect', second, '--db', join(database, 'capscope.db'), '--json']).ended);
  const counts = (await Promise.all(two)).map(({ stdout }) => JSON.parse(stdout) as Record<string, number>);
  expect(counts[0]!['added']! + counts[1]!['added']!).toBe(2);
  expect(counts[0]!['waiting']! + counts[1]!['waiting']!).toBe(0);
  expect(await collect(second, database)).toEqual({ added: 0, known: 4, failed: 0, waiting: 0 });

  const here = join(folder, 'here');
  const again = writeTinyStudy(folder, spec);
  await studyHere(again, here);
  expect(numbersIn(database)).toEqual(numbersIn(here));
  // It is the same study: the command finds it done.
  const known = await capscope('study', again, '--db', join(database, 'capscope.db'), '--engine', 'wasm', '--threads', '2', '--json');
  expect(known.stderr.match(/already finished/g)).toHaveLength(4);
});

it('a failed unit says why, is collected as failed, and can be tried again', { timeout: 100_000 }, async () => {
  const folder = temporaryFolder();
  const study = writeTinyStudy(folder);
  const bundle = join(folder, 'bundle');
  await plan(study, bundle);
  const data = join(bundle, 'data.safetensors');
  renameSync(data, `${data}.away`);
  await unit(bundle, 0, 1);
  const [failed] = await status(bundle);
  expect(failed).toMatchObject({ state: 'failed', tries: 1 });
  expect(failed!.problem).toContain('data.safetensors');
  const database = join(folder, 'collected');
  expect(await collect(bundle, database)).toMatchObject({ added: 0, failed: 1, waiting: 1 });
  expect(openStore(database).run(failed!.runs[0]!)).toMatchObject({
    status: 'failed',
    error: expect.stringContaining('data.safetensors') as string,
  });
  // A folder where results should be is set aside like a damaged file, and stops nothing.
  mkdirSync(join(bundle, 'units', '1.capscope'));
  expect(await collect(bundle, database)).toMatchObject({ failed: 1, waiting: 1 });
  expect(readdirSync(join(bundle, 'units'))).toContain('1.capscope.damaged');
  renameSync(`${data}.away`, data);
  await unit(bundle, 0);
  expect((await status(bundle))[0]).toMatchObject({ state: 'finished', tries: 2 });
  expect(await collect(bundle, database)).toMatchObject({ added: 1, failed: 0, waiting: 1 });
});

it('refuses what is no planned study, and units that it has not', async () => {
  const folder = temporaryFolder();
  for (const command of ['status', 'collect']) {
    const { code, stderr } = await capscope(command, folder, ...(command === 'collect' ? ['--db', join(folder, 'x.db')] : []));
    expect([code, stderr]).toEqual([2, `capscope: ${folder} is not a planned study: it has no bundle.json; "capscope plan" makes one\n`]);
  }
  expect(readdirSync(folder)).toEqual([]);
});

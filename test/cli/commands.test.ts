import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chooseEngine, engineNames, type EngineDecision, type EngineReport } from '../../src/shared/engines.ts';
import type { RunRecord } from '../../src/shared/results.ts';
import { addTinyStudy, finishTinyStudy, openStore, temporaryFolder } from '../store/fixtures.ts';
import { capscope, startCapscope } from './capscope.ts';

/** A database with a finished study; `run` runs a command on it. */
function tinyDatabase() {
  const folder = temporaryFolder();
  const store = openStore(folder);
  const runs = finishTinyStudy(store);
  const run = (command: string, ...args: string[]) => capscope(command, ...args, '--db', store.path);
  const json = async (command: string, ...args: string[]): Promise<unknown> => JSON.parse((await run(command, ...args, '--json')).stdout);
  return { folder, store, runs, run, json };
}

describe('commands on stored runs', () => {
  it('runs lists them', async () => {
    const { runs, run, json } = tinyDatabase();
    const { code, stdout, stderr } = await run('runs');
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^id +study +run +status +data +epochs +test acc\. +inactive +parameters +images\/s +created$/);
    expect(lines.slice(1).map((line) => line.slice(0, 8))).toEqual(runs.map(({ id }) => id));
    expect(lines[3]).toMatch(/^\w{8} {2}tiny study {2}pruned +finished +tiny +3 +83\.33 % +1 of 1 \(100\.0 %\) +\d+ +\d+ {2}\d{4}-.* UTC$/);
    expect(await json('runs')).toMatchObject({
      runs: [
        { id: runs[0].id, role: 'unpruned', accuracy: 1 - 0.5 / 3, inactive: { total: 1, of: 2 }, epochs: 3 },
        { role: 'source' },
        { role: 'pruned', parent: runs[1].id, study: 'tiny study', dataset: 'tiny', status: 'finished' },
      ],
    });
  });

  it('show tells everything of one, found by the beginning of its id', async () => {
    const { runs, run, json } = tinyDatabase();
    const { code, stdout } = await run('show', runs[2].id.slice(0, 7));
    expect(code).toBe(0);
    expect(stdout).toContain(`run             ${runs[2].id} pruned\nstudy           tiny study\ncut from        ${runs[1].id}\n`);
    expect(stdout).toMatch(/\ntest accuracy +95\.00 %\n/);
    expect(stdout).toMatch(/\nPrimary +2 of 4 +channels\n/);
    expect(stdout).toMatch(/\nCapsules 1 +1 of 1 +1 of 1 +0\.900 +0\.000\n/);
    expect(await json('show', runs[2].id)).toMatchObject({
      run: { id: runs[2].id, spec: { network: { primary: { types: 1 } } } },
      record: { accuracy: 0.95 },
      epochs: [{ epoch: 3 }],
      analysis: { dead: [{ layer: 'capsules.0' }] },
      files: [{ kind: 'activity' }, { kind: 'weights' }],
    });
  });

  it('compare puts them side by side, on paper too', async () => {
    const { folder, runs, run, json } = tinyDatabase();
    const [a, , b] = runs;
    const html = join(folder, 'comparison.html');
    const { code, stdout } = await run('compare', a.id, b.id, '--html', html);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^run +test acc\. .*\n\w{8} unpruned .*\n\w{8} pruned .*\ndifference .*\+5\.00 pp.*\n(?:\n.*one active.*\n)?\n- N2 D4 L1, chip b0\.5 c0\.5: [^]*one\s+seed[^]*\nReport: .*comparison\.html\n$/,
    );
    expect(readFileSync(html, 'utf8')).toMatch(/^<!doctype html>/);
    const { runs: records } = (await json('compare', a.id, b.id)) as { runs: RunRecord[] };
    expect(records.map(({ id, accuracy }) => [id, accuracy])).toEqual([
      [a.id, 0.9],
      [b.id, 0.95],
    ]);
    expect(existsSync(records[1]!.weights)).toBe(true);
  });

  it('export and import carry one to another database', async () => {
    const { folder, runs, run } = tinyDatabase();
    const file = join(folder, 'run.capscope');
    const exported = await run('export', runs[2].id, file);
    expect([exported.code, exported.stderr]).toEqual([0, '']);
    const other = join(folder, 'other', 'other.db');
    expect(await capscope('import', file, '--db', other, '--json')).toMatchObject({
      code: 0,
      stdout: `${JSON.stringify({ id: runs[2].id, added: true }, null, 2)}\n`,
    });
    expect((await capscope('import', file, '--db', other)).stdout).toBe(`Run ${runs[2].id} is already there; nothing was changed.\n`);
    expect((await capscope('runs', '--db', other)).stdout).toContain(`${runs[2].id}  -      pruned`);
  });
});

describe('a mistake is one line on stderr and exit code 2', () => {
  it.each<[string[], string]>([
    [[], 'name a command; choose from study, runs, show, compare, export, import, import-weights, rescue, forecast, forward'],
    [['dance'], 'there is no command dance; choose from'],
    [['runs', '--jsn'], "unknown option '--jsn'"],
    [['show'], "missing required argument 'id'"],
    [['runs', 'extra'], "too many arguments for 'runs'"],
    [['runs', '--db', '/nowhere/capscope.db'], 'there is no database /nowhere/capscope.db'],
    [['study', 'nowhere.json'], 'there is no study file or preset nowhere.json'],
    [['study', '--engine', 'abacus'], "'abacus' is invalid. Allowed choices are auto, wasm, webgpu, tensorflow."],
    [['study', '--seed', '-1'], "'-1' is invalid. It must be an integer from 0 to 4294967295."],
    [['study', '--seed', '1e3'], "'1e3' is invalid."],
    [['study', '--threads', '0'], "'0' is invalid."],
    [['forward', 'nowhere.safetensors', 'b', 'c'], 'cannot read nowhere.safetensors: there is no such file or folder'],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await capscope(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^capscope: [^\n]+\n$/);
    expect(stderr).toContain(message);
  });

  it('in ids and files too', async () => {
    const { folder, store, runs, run } = tinyDatabase();
    const queued = addTinyStudy(store)[0];
    const [text, asFolder] = [join(folder, 'text'), join(folder, 'folder.capscope')];
    writeFileSync(text, 'no archive');
    mkdirSync(asFolder);
    const mistakes: [Promise<{ code: number | null; stderr: string }>, string][] = [
      [run('show', 'uuuu'), 'there is no run uuuu in '],
      [run('compare', runs[0].id), 'compare needs at least two runs'],
      [run('compare', runs[0].id, runs[0].id), 'one is named twice'],
      [run('compare', runs[0].id, queued.id), 'has not been tested yet'],
      [run('export', queued.id, join(folder, 'x.capscope')), 'only finished runs can be exported'],
      [run('export', queued.id, join(folder, 'x.onnx')), 'is queued; expected one that has finished'],
      [
        run('export', runs[0].id, join(folder, 'x.capscop')),
        'expected a name that ends in .capscope, .onnx, .csv or .parquet, or --pytorch',
      ],
      [
        run('export', runs[0].id, join(text, 'below.capscope')),
        'text/below.capscope: a part of its path is a file, but a folder was expected',
      ],
      [run('export', runs[0].id, asFolder), 'folder.capscope: it is a folder, but a file was expected'],
      [run('import', text), 'text is not an exported run: '],
      [capscope('runs', '--db', text), 'text is not a Capscope database: it is not an SQLite file'],
    ];
    for (const [outcome, message] of mistakes) {
      const { code, stderr } = await outcome;
      expect(code).toBe(2);
      expect(stderr).toMatch(/^capscope: [^\n]+\n$/);
      expect(stderr).toContain(message);
    }
    expect(readdirSync(folder).filter((name) => name.startsWith('x'))).toEqual([]);
  });
});

describe('capscope', () => {
  it('says on an old Node what it needs', async () => {
    const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })`;
    const { code, stderr } = await startCapscope(['runs'], ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`]).ended;
    expect(code).toBe(2);
    expect(stderr).toMatch(/^Capscope needs Node\.js 24 or newer, and this is 20\.20\.2; [^\n]+\n$/);
  });

  it('prints help and version on stdout', async () => {
    expect(await capscope('--help')).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Usage: capscope') as string });
    expect(await capscope('study', '--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('--data <path>') as string });
    expect((await capscope('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

it('devices lists every engine, what it computes on or why it does not work, and which one is chosen', { timeout: 200_000 }, async () => {
  const { code, stdout } = await capscope('devices', '--threads', '2', '--json');
  expect(code).toBe(0);
  const { engines, chosen } = JSON.parse(stdout) as { engines: EngineReport[]; chosen: EngineDecision };
  expect(engines.map(({ name }) => name)).toEqual([...engineNames]);
  for (const { device, unavailable } of engines) expect((device === null) !== (unavailable === null)).toBe(true);
  const wasm = engines.find(({ name }) => name === 'wasm')!;
  expect(wasm.device).toEqual({ kind: 'cpu', name: '2 threads' });
  expect(wasm.imagesPerSecond).toBeGreaterThan(0);
  expect(chosen).toEqual(chooseEngine(engines));
});

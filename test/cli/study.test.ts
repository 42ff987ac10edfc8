import Database from 'better-sqlite3';
import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StudyResult } from '../../src/shared/study-result.ts';
import { decodeSafetensors, decodeWeights, encodeWeights } from '../../src/shared/safetensors.ts';
import { decodeNetworkFile } from '../../src/shared/weights-file.ts';
import { lackOfSignals, needs } from '../needs.ts';
import { openStore, temporaryFolder } from '../store/fixtures.ts';
import { capscope, startCapscope } from './capscope.ts';
import { writeTinyStudy } from './tiny-study.ts';

function tinyStudy(changes: object = {}, images?: number) {
  const folder = temporaryFolder();
  const study = writeTinyStudy(folder, changes, images);
  const db = join(folder, 'capscope.db');
  const args = (...more: string[]) => ['study', study, '--db', db, '--engine', 'wasm', '--threads', '1', ...more];
  const run = (...more: string[]) => capscope(...args(...more));
  const json = async (...more: string[]) => JSON.parse((await run('--json', ...more)).stdout) as StudyResult;
  return { folder, study, db, args, run, json };
}

/** Weights of every run by its name. */
const weightsOf = ({ runs }: StudyResult) => Object.fromEntries(runs.map(({ name, weights }) => [name, readFileSync(weights)]));

describe('a study', () => {
  it('goes from data to table and report, and the second time only tells', async () => {
    const { db, run, json } = tinyStudy();
    const { code, stdout, stderr } = await run();
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(
      /^arm +seeds +test accuracy +inactive +collapsed +against its twin +p\nN2 D4 L2, cut chip b0\.5 c0\.5\n {2}unpruned +1 .* of 1\n {2}pruned +1 .* pp, one seed +–\n/,
    );
    expect(stdout).toMatch(/\n- N2 D4 L2, chip b0\.5 c0\.5: [^]*one\s+seed[^]*\n\nReport: .*\.html\nRuns: .*capscope\.db\n$/);
    for (const line of stdout.split('\n').slice(0, -3)) expect(line.length).toBeLessThanOrEqual(120);
    expect(stderr).toMatch(/run 1 of 3: unpruned \(\w{8}\)\n/);
    expect(stderr).toMatch(
      /run 1\/3 unpruned: epoch 1\/3, step \d+\/15, loss \d.*, accuracy .* %, inactive -, \d+ images\/s, \d+:\d\d left\n/,
    );
    expect(stderr).toMatch(/ {2}epoch 3: train loss .*, test accuracy .*, inactive \d of 4[ ,]/);

    const result = await json();
    expect(result).toMatchObject({ study: 'Tiny study', engine: 'wasm', dataset: { train: 60, test: 24 } });
    expect(readFileSync(result.report, 'utf8')).toContain('<title>Tiny study');
    expect(result.runs).toMatchObject([
      { name: 'unpruned', role: 'unpruned', parent: null, pruning: null, epochs: 3, status: 'finished' },
      { name: 'source', role: 'source', parent: null, pruning: null, epochs: 2 },
      {
        name: 'pruned',
        role: 'pruned',
        parent: result.runs[1]!.id,
        pruning: { criterion: 'chip', backbone: 0.5, capsules: 0.5 },
        epochs: 3,
      },
    ]);
    const [unpruned, , pruned] = result.runs;
    expect(pruned!.params).toBeLessThan(unpruned!.params);
    expect(unpruned!.inactive).toMatchObject({ of: 4, threshold: 0.01, criterion: 'mean-vector' });
    expect(unpruned!.inactive.perLayer.map(({ layer, of, activations }) => [layer, of, activations.length])).toEqual([
      ['capsules.0', 2, 2],
      ['capsules.1', 2, 2],
    ]);
    for (const { weights, peakMemoryBytes, imagesPerSecond, accuracy } of result.runs) {
      const { network, input } = decodeNetworkFile(readFileSync(weights), weights);
      expect([network.classes.dim, input.classes]).toEqual([16, 3]);
      expect(peakMemoryBytes).toBeGreaterThan(1e7);
      expect(imagesPerSecond).toBeGreaterThan(0);
      expect(accuracy).toBeGreaterThanOrEqual(0);
    }
    const again = await run();
    expect(again.stderr.match(/already finished/g)).toHaveLength(3);
    expect(again.stdout).toBe(stdout);
    expect(existsSync(db)).toBe(true);
  });

  it('holds every arm over its seeds against its own twins, for scripts and for people', async () => {
    const networks = [4, 8].map((types) => ({ types, dim: 2, depth: 1 }));
    const { db, json, run } = tinyStudy({
      networks,
      epochs: { train: 1, fineTune: 1 },
      arms: ['unpruned', 'ccm', 'pruned'],
      seeds: [1, 2],
    });
    const { runs, statistics, controls, conclusion } = await json();
    const named = (name: string) => runs.find((one) => one.name === name)!;
    for (const network of ['N4 D2 L1', 'N8 D2 L1']) {
      for (const seed of [1, 2])
        expect(named(`pruned (${network}, seed ${seed})`)).toMatchObject({
          arm: 'pruned',
          twin: named(`unpruned (${network}, seed ${seed})`).id,
        });
      const accuracies = [1, 2].map((seed) => named(`pruned (${network}, seed ${seed})`).accuracy);
      const gains = accuracies.map((accuracy, i) => accuracy - named(`unpruned (${network}, seed ${i + 1})`).accuracy);
      const row = statistics.find((one) => one.network === network && one.arm === 'pruned')!;
      expect(row).toMatchObject({ pruning: 'chip b0.5 c0.5', n: 2, missing: 0 });
      expect(row.accuracy!.mean).toBeCloseTo((accuracies[0]! + accuracies[1]!) / 2, 9);
      expect(row.toTwin.accuracy!.mean).toBeCloseTo((gains[0]! + gains[1]!) / 2, 9);
      expect(conclusion.filter((sentence) => sentence.startsWith(`${network}, chip`)).length).toBeGreaterThan(1);
    }
    expect(statistics.map(({ arm }) => arm)).toEqual(['unpruned', 'ccm', 'pruned', 'unpruned', 'ccm', 'pruned']);
    expect(controls.map(({ network, control }) => [network, control])).toEqual([
      ['N4 D2 L1', 'ccm'],
      ['N8 D2 L1', 'ccm'],
    ]);
    // "primary" and one intermediate layer.
    expect(named('unpruned (N4 D2 L1, seed 1)').activityAtStart).toEqual([expect.any(Number), expect.any(Number)]);

    expect((await run()).stdout.split('\n').filter((line) => /^ {2}pruned +2 /.test(line))).toHaveLength(2);
    const [own, other] = [named('unpruned (N8 D2 L1, seed 2)'), named('unpruned (N4 D2 L1, seed 2)')];
    const compared = await capscope('compare', other.id, own.id, named('pruned (N8 D2 L1, seed 2)').id, '--db', db, '--json');
    expect(JSON.parse(compared.stdout)).toMatchObject({
      statistics: [
        { network: 'N4 D2 L1' },
        { network: 'N8 D2 L1' },
        { network: 'N8 D2 L1', n: 1, toTwin: { accuracy: { n: 1, ci95: null } } },
      ],
    });
  });

  it(
    'stopped by Ctrl-C says so, and goes on to the same weights as if it had never stopped',
    { ...needs(lackOfSignals), timeout: 120_000 },
    async () => {
      const through = tinyStudy({}, 300);
      const expected = weightsOf(await through.json());
      const { args, json, db, run } = tinyStudy({}, 300);
      const { child, ended } = startCapscope(args(), [], true);
      // As the terminal does with Ctrl-C: the study and its trainer.
      const signal = (name: NodeJS.Signals) => process.kill(-child.pid!, name);
      const seen = new Promise<void>((resolve) =>
        child.stderr.on('data', (chunk: Buffer) => chunk.toString().includes('epoch 1/2, step') && resolve()),
      );
      await seen;
      // Held, so that it is still at work when the second one asks.
      signal('SIGSTOP');
      const second = await run();
      signal('SIGINT');
      signal('SIGCONT');
      const { code, stdout, stderr } = await ended;
      expect(second).toMatchObject({ code: 2, stdout: '' });
      expect(second.stderr).toMatch(/^capscope: run \w{8} of this study is being trained by another process; [^\n]+\n$/m);
      expect([code, stdout]).toEqual([130, '']);
      expect(stderr).toContain('Stopped. The same command goes on from here.\n');
      const runs = JSON.parse((await capscope('runs', '--db', db, '--json')).stdout) as { runs: { status: string }[] };
      expect(runs.runs.map(({ status }) => status)).toEqual(['finished', 'stopped', 'queued']);
      expect(weightsOf(await json())).toEqual(expected);
    },
  );

  it('begins anew with --fresh, with another seed, or with other settings', async () => {
    const { folder, db, json } = tinyStudy({ epochs: { train: 1, fineTune: 0 }, pruning: [] });
    const first = await json();
    const fresh = await json('--fresh');
    const seeded = await json('--seed', '2');
    writeTinyStudy(folder, { epochs: { train: 1, fineTune: 0 }, pruning: [], training: { batch: 5 } });
    const changed = await json();
    expect(new Set([first, fresh, seeded, changed].map(({ runs }) => runs[0]!.id)).size).toBe(4);
    expect(weightsOf(fresh)).toEqual(weightsOf(first));
    expect(weightsOf(seeded)).not.toEqual(weightsOf(first));
    expect(seeded.report).toBe(join(db, '..', 'reports', 'Tiny study-2.html'));
    expect(seeded.runs[0]!.seed).toBe(2);
    // Where the data lie does not matter, only what they are.
    const elsewhere = tinyStudy({ epochs: { train: 1, fineTune: 0 }, pruning: [], training: { batch: 5 } });
    expect((await json('--data', join(elsewhere.folder, 'data'))).runs[0]!.id).toBe(changed.runs[0]!.id);
  });

  it('takes over with --reuse what another study has computed with the same settings', async () => {
    const { folder, run, json } = tinyStudy({ epochs: { train: 1, fineTune: 0 }, pruning: [] });
    const first = await json();
    // Another study, because a seed is another setting; the first seed's runs are there already.
    writeTinyStudy(folder, { epochs: { train: 1, fineTune: 0 }, pruning: [], seeds: [1, 2] });
    const { stdout, stderr } = await run('--reuse', '--json');
    expect(stderr).toMatch(new RegExp(`^${first.runs.length} of them reused: computed before with the same settings$`, 'm'));
    const grown = JSON.parse(stdout) as StudyResult;
    const ids = ({ runs }: typeof first) => runs.map(({ id }) => id);
    expect(ids(grown)).toEqual(expect.arrayContaining(ids(first)));
    expect(grown.runs).toHaveLength(2 * first.runs.length);
  });

  it('prunes with no fine-tuning at all', async () => {
    const { runs } = await tinyStudy({ epochs: { train: 1, fineTune: 0 } }).json();
    expect(runs.map(({ epochs }) => epochs)).toEqual([1, 1, 1]);
    expect(runs[2]).toMatchObject({ role: 'pruned', imagesPerSecond: 0, status: 'finished' });
  });

  it('whose run fails goes on with the others, tells, and ends with code 1', async () => {
    const { folder, db, run } = tinyStudy({ seeds: [1, 2], epochs: { train: 1, fineTune: 1 } });
    await run();
    // As if the last run had only been begun, and its parent's weights were lost since.
    const store = openStore(folder);
    const [source, pruned] = store.runs().slice(4);
    rmSync(store.files.path(store.files.find(source!.id, 'weights')!));
    const { default: Database } = await import('better-sqlite3');
    const database = new Database(db);
    database.exec(
      `DELETE FROM analyses WHERE run = '${pruned!.id}'; DELETE FROM files WHERE run = '${pruned!.id}'; UPDATE runs SET status = 'queued' WHERE id = '${pruned!.id}'`,
    );
    database.exec(`DELETE FROM epochs WHERE run = '${pruned!.id}'`);
    database.close();
    const { code, stderr } = await run();
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /run 6 of 6: pruned \(seed 2\) \(\w{8}\): failed: cannot read .*weights\.safetensors: there is no such file or folder/,
    );
    expect(store.run(pruned!.id)).toMatchObject({ status: 'failed', error: expect.stringContaining('cannot read') as string });
  });

  it('leaves the database of a newer Capscope alone, and the data sets beside it', async () => {
    const { folder, db, run } = tinyStudy();
    const newer = new Database(db);
    newer.pragma('application_id = 0x63617073');
    newer.pragma('user_version = 99');
    newer.exec('CREATE TABLE later (x TEXT)');
    newer.close();
    expect(await run()).toMatchObject({ code: 2, stdout: '' });
    expect((await run()).stderr).toMatch(/^capscope: \S+ was written by a newer Capscope \(schema 99; [^\n]+\n$/);
    expect(existsSync(join(folder, 'datasets'))).toBe(false);
  });

  it('refuses what cannot work before anything is stored', async () => {
    const { folder, study, db, run } = tinyStudy();
    writeTinyStudy(folder, {
      networks: [
        { types: 2, dim: 2 },
        { backbone: [{ channels: 4, kernel: 15, padding: 0 }], primary: { types: 2, dim: 2 }, intermediate: [] },
      ],
    });
    expect((await run()).stderr).toMatch(
      /^capscope: the network of run "unpruned \(network 2\)" cannot be built: backbone\.0: a 15×15 window [^\n]+\n$/m,
    );
    writeFileSync(study, '{');
    expect((await run()).stderr).toMatch(/^capscope: \S+study\.json is not JSON: [^\n]+\n$/);
    writeTinyStudy(folder);
    truncateSync(join(folder, 'data', 'train-images-idx3-ubyte'), 1000);
    const truncated = await run();
    expect(truncated).toMatchObject({ code: 2, stdout: '' });
    expect(truncated.stderr).toMatch(/^capscope: [^\n]*train-images-idx3-ubyte[^\n]+\n$/);
    expect((await run('--data', join(folder, 'nowhere'))).stderr).toMatch(/^capscope: [^\n]*nowhere[^\n]+\n$/);
    expect(existsSync(db)).toBe(false);
  });
});

describe('forward', () => {
  it('gives the capsules of every layer of a stored network', async () => {
    const { folder, json } = tinyStudy({ epochs: { train: 1, fineTune: 0 }, pruning: [] });
    const { weights } = (await json()).runs[0]!;
    const input = join(folder, 'input.safetensors');
    const out = join(folder, 'out.safetensors');
    const images = (shape: number[]) => new Map([['images', { shape, data: new Float32Array(shape.reduce((a, b) => a * b)).fill(0.5) }]]);
    writeFileSync(input, encodeWeights(images([2, 12, 12, 1]), {}));
    const { code, stdout } = await capscope('forward', weights, input, out);
    expect(code).toBe(0);
    expect(stdout).toContain('classes (2, 3, 16)');
    const { tensors } = decodeSafetensors(readFileSync(out), out);
    expect([...tensors].map(([name, { shape }]) => [name, shape]).sort()).toEqual([
      ['capsules.0', [2, 2, 2, 2, 4]],
      ['capsules.1', [2, 2, 2, 2, 4]],
      ['classes', [2, 3, 16]],
      ['primary', [2, 2, 2, 2, 4]],
    ]);
    const { data } = decodeWeights(readFileSync(out), out).weights.get('classes')!;
    // Equal images, equal capsules.
    expect(data.slice(0, 48)).toEqual(data.slice(48));

    writeFileSync(input, encodeWeights(images([2, 1, 12, 12]), {}));
    const wrong = await capscope('forward', weights, input, out);
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toMatch(/^capscope: [^\n]*"images" has shape \[2, 1, 12, 12\], but the network needs \[1 or more, 12, 12, 1\]\n$/);
    writeFileSync(input, encodeWeights(new Map([['pictures', { shape: [1], data: new Float32Array(1) }]]), {}));
    expect((await capscope('forward', weights, input, out)).stderr).toMatch(/has no tensor "images"\n$/);
  });
});

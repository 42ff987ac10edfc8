import Database from 'better-sqlite3';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { CutForecast } from '../../src/cli/forecast-table.ts';
import type { NetworkForecast } from '../../src/shared/forecast/forecast.ts';
import { capscope } from './capscope.ts';
import { writeTinyStudy } from './tiny-study.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'capscope-forecast-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

const networks = [
  { types: 16, dim: 4, depth: 4 },
  { types: 4, dim: 16, depth: 1 },
];
const forecast = (study: string, ...args: string[]) =>
  capscope('forecast', study, '--engine', 'wasm', '--threads', '1', '--db', join(folder, 'capscope.db'), ...args);

describe('forecast', () => {
  it('looks at the networks of a study and at what its cuts make of them', async () => {
    const study = writeTinyStudy(folder, { networks, pruning: [{ backbone: 0.5, capsules: 0.5 }] });
    const { code, stdout } = await forecast(study, '--json', '--draws', '2');
    expect(code).toBe(0);
    const found = (JSON.parse(stdout) as { networks: (NetworkForecast & { name: string; cuts: CutForecast[] })[] }).networks;
    expect(found.map(({ name, verdict, basis }) => [name, verdict, basis])).toEqual([
      ['N16 D4 L4', 'vanishes', 'probe'],
      ['N4 D16 L1', 'stays', 'probe'],
    ]);
    const [gone] = found;
    expect(gone!.vanishesAt).toMatch(/^capsules\.[123]$/);
    expect(gone!.layers.map(({ layer }) => layer)).toEqual(['capsules.0', 'capsules.1', 'capsules.2', 'capsules.3', 'classes']);
    expect(gone!.layers[0]).toMatchObject({ gain: 0.5625, closedForm: null });
    expect(gone!.layers[3]!.probe!.mean).toBeLessThan(0.01);
    expect(gone!.cuts).toHaveLength(1);
    expect(gone!.cuts[0]!.after!.layers[0]!.gain).toBe(1.125);
  });

  it('reads well', async () => {
    const { code, stdout } = await forecast(writeTinyStudy(folder, { networks, pruning: [{ backbone: 0.5, capsules: 0.5 }] }));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^✕ N16 D4 L4: vanishes\. Activity has vanished in Capsules \d \(mean length (0\.\d+|below 0\.001)\)/);
    expect(stdout).toMatch(/^Primary +0\.\d{3} ± 0\.\d{3} +█/m);
    expect(stdout).toMatch(/^pruned chip b0\.5 c0\.5 +0\.56 → 1\.13 +✕ vanishes +/m);
  });

  it('does without images that it cannot read, and says so', async () => {
    const study = writeTinyStudy(folder, { networks, data: { path: 'nowhere' } });
    const { code, stdout, stderr } = await forecast(study);
    expect(code).toBe(0);
    expect(stderr).toContain(
      'nowhere: there is no such file or folder. The forecast therefore goes by gains alone, for images of 28 × 28 and 10 classes.',
    );
    expect(stdout).toMatch(/^✕ N16 D4 L4: vanishes\. Activity vanishes given enough layers/);
  });

  it('refuses the database of a newer Capscope, and writes nothing beside it', async () => {
    const study = writeTinyStudy(folder, { networks });
    const newer = new Database(join(folder, 'capscope.db'));
    newer.exec('CREATE TABLE later (x TEXT)');
    newer.pragma('application_id = 0x63617073');
    newer.pragma('user_version = 99');
    newer.close();
    const before = readdirSync(folder);
    const { code, stdout, stderr } = await forecast(study);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^capscope: \S+ was written by a newer Capscope \(schema 99; [^\n]+\n$/);
    expect(readdirSync(folder)).toEqual(before);
  });

  it('refuses data named on the command line that is not there, and networks that cannot be built', async () => {
    const missing = await forecast(writeTinyStudy(folder), '--data', join(folder, 'missing'));
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('missing: there is no such file or folder')]);
    const shrinking = {
      backbone: [
        { channels: 2, stride: 8 },
        { channels: 2, stride: 8 },
      ],
      primary: { types: 2, dim: 4 },
      intermediate: [],
    };
    const { code, stderr } = await forecast(writeTinyStudy(folder, { networks: [shrinking] }));
    expect(code).toBe(2);
    expect(stderr).toMatch(/^capscope: network 1 cannot be built: primary: a 3×3 window/m);
  });
});

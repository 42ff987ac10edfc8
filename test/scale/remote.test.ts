/** Another computer by ssh: a real server on the loopback address, whose line is cut, with the folder of pack-node and a Slurm. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capscope as capscopeHere, startCapscope, type Outcome } from '../cli/capscope.ts';
import { writeTinyStudy } from '../cli/tiny-study.ts';
import { needs } from '../needs.ts';
import { openStore, temporaryFolder } from '../store/fixtures.ts';
import { lackOfSlurm, startSlurm, type Slurm } from './slurm.ts';
import { lackOfSshd, startSshd, type Sshd } from './sshd.ts';
import { json, numbersIn, plan, studyHere } from './study.ts';

describe('another computer', needs(lackOfSshd, lackOfSlurm), () => {
  let slurm: Slurm;
  let sshd: Sshd;
  let there: string;
  /** Where this computer keeps the sockets of its connections. */
  let config: string;
  beforeAll(async () => {
    slurm = await startSlurm();
    sshd = await startSshd({ SLURM_CONF: slurm.env['SLURM_CONF']! });
    there = mkdtempSync(join(tmpdir(), 'capscope-there-'));
    config = mkdtempSync(join(tmpdir(), 'cs-'));
    const packed = await capscopeHere('pack-node', join(there, 'node'));
    expect(packed.code, packed.stderr).toBe(0);
    expect(packed.stdout).toMatch(/Bring it to the other computer: rsync -a .*\/ <user@login>:\.capscope\/node\/\n$/);
  }, 180_000);
  afterAll(async () => {
    await sshd.stop();
    await slurm.stop();
    for (const folder of [there, config]) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }, 60_000);

  // Slurm and Node are those of the other computer: here there is nothing but ssh.
  const capscope = (...args: string[]): Promise<Outcome> =>
    startCapscope(args, [], false, { ...process.env, XDG_CONFIG_HOME: config }).ended;
  const place = () => [
    '--host',
    sshd.host,
    '--node',
    join(there, 'node'),
    '--folder',
    join(there, 'study'),
    '--ssh',
    sshd.options.join(' '),
  ];
  const submit = async (folder: string, ...options: string[]) => json(await capscope('submit', folder, '--slurm', '--json', ...options));
  const status = async (folder: string) => (json(await capscope('status', folder, '--json')) as { units: { state: string }[] }).units;

  it('does a study there, fetches results by itself and weights when they are wanted', { timeout: 240_000 }, async () => {
    const folder = temporaryFolder();
    const study = writeTinyStudy(folder, { epochs: { train: 2, fineTune: 1 } });
    const bundle = join(folder, 'bundle');
    await plan(study, bundle);
    expect(await submit(bundle, ...place(), '--time', '10', '--sbatch', '--nice=1')).toMatchObject({ units: 2, tasks: 2 });
    // Where it went need not be said again.
    expect(await submit(bundle)).toEqual({ job: null, units: 0, tasks: 0 });
    while ((await status(bundle)).some(({ state }) => state !== 'finished')) await new Promise((resolve) => setTimeout(resolve, 1000));
    const database = join(folder, 'collected');
    const collect = async (...options: string[]) =>
      json(await capscope('collect', bundle, '--db', join(database, 'capscope.db'), '--json', ...options));
    expect(await collect()).toEqual({ added: 2, known: 0, failed: 0, waiting: 0 });
    const weights = () => {
      const store = openStore(database);
      return store.runs().map(({ id, status: state }) => [state, store.files.find(id, 'weights') !== null]);
    };
    expect(weights()).toEqual([1, 2, 3].map(() => ['finished', false]));
    expect(existsSync(join(bundle, 'runs'))).toBe(false);
    expect(await collect('--weights')).toMatchObject({ added: 2, waiting: 0 });
    expect(weights()).toEqual([1, 2, 3].map(() => ['finished', true]));
    const here = join(folder, 'here');
    await studyHere(study, here);
    expect(numbersIn(database)).toEqual(numbersIn(here));
    // Results that were damaged there are done again there.
    const results = join(there, 'study', 'units', '1.capscope');
    writeFileSync(results, 'damaged');
    rmSync(join(bundle, 'units', '1.capscope'));
    rmSync(database, { recursive: true });
    expect(await collect()).toMatchObject({ added: 1, waiting: 1 });
    expect(readdirSync(join(there, 'study', 'units'))).toContain('1.capscope.damaged');
    expect((await status(bundle)).map(({ state }) => state)).toEqual(['finished', 'waiting']);
  });

  it('goes on with a transfer where the line was cut', { timeout: 120_000 }, async () => {
    const folder = temporaryFolder();
    const bundle = join(folder, 'bundle');
    await plan(writeTinyStudy(folder), bundle);
    const size = 40e6;
    const data = join(bundle, 'data.safetensors');
    writeFileSync(data, randomBytes(size));
    const target = join(there, 'large');
    const large = place().map((value) => (value === join(there, 'study') ? target : value));
    const first = sshd.sent.length;
    // The connection of before is gone, so that the first of these is cut.
    await capscope('status', bundle);
    sshd.cutAfter(25e6);
    expect(await submit(bundle, ...large)).toMatchObject({ units: 2 });
    expect(readFileSync(join(target, 'data.safetensors')).equals(readFileSync(data))).toBe(true);
    const sent = sshd.sent.slice(Math.max(0, first - 1));
    expect(sent.reduce((sum, bytes) => sum + bytes, 0)).toBeGreaterThan(size);
    // All of it twice would be 65 MB; what had arrived was not sent again.
    expect(sent.at(-1)).toBeLessThan(size - 10e6);
    slurm.run('scancel', '--user=root');
  });

  it('says what is missing there, and that it cannot be reached', { timeout: 60_000 }, async () => {
    const folder = temporaryFolder();
    const bundle = join(folder, 'bundle');
    await plan(writeTinyStudy(folder), bundle);
    const missing = await capscope(
      'submit',
      bundle,
      '--slurm',
      '--host',
      sshd.host,
      '--node',
      join(there, 'none'),
      '--ssh',
      sshd.options.join(' '),
    );
    expect(missing.code).toBe(2);
    expect(missing.stderr).toMatch(
      /^capscope: there is no .*none\/capscope on .*; make the folder with "capscope pack-node <folder>" and bring it there: rsync -a/,
    );
    const unreachable = await capscope(
      'submit',
      bundle,
      '--slurm',
      '--host',
      'nobody@127.0.0.1',
      '--ssh',
      '-F /dev/null -p 1 -o BatchMode=yes',
    );
    expect([unreachable.code, unreachable.stderr]).toEqual([
      2,
      expect.stringMatching(/^capscope: nobody@127\.0\.0\.1 cannot be reached: .*refused/) as string,
    ]);
    const strange = await capscope('submit', bundle, '--slurm', '--host', '-oProxyCommand=true');
    expect(strange.stderr).toContain('expected a host as ssh takes it');
  });
});

/** A study in units on a real Slurm: what Debian packages as slurmctld and slurmd, with one node and no accounting database. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import { temporaryFolder } from '../store/fixtures.ts';
import { startCapscope, type Outcome } from '../cli/capscope.ts';
import { writeTinyStudy } from '../cli/tiny-study.ts';
import { needs } from '../needs.ts';
import { lackOfSlurm, startSlurm, type Slurm } from './slurm.ts';
import { added } from './kill.ts';
import { collect, json, numbersIn, plan, studyHere } from './study.ts';

interface Status {
  units: { i: number; state: string; tries: number; runs: string[]; problem: string | null }[];
}

describe('Slurm', needs(lackOfSlurm), () => {
  let slurm: Slurm;
  beforeAll(async () => {
    slurm = await startSlurm();
  }, 60_000);
  afterAll(async () => {
    await slurm.stop();
  }, 60_000);

  const capscope = (...args: string[]): Promise<Outcome> => startCapscope(args, [], false, slurm.env).ended;
  const status = async (folder: string) => (json(await capscope('status', folder, '--json')) as Status).units;
  const states = async (folder: string) => (await status(folder)).map(({ state }) => state);
  const submit = async (folder: string, ...options: string[]) =>
    json(await capscope('submit', folder, '--slurm', '--json', ...options)) as { job: string | null; units: number; tasks: number };

  /** Resolves when nothing is queued or at work any more. */
  async function ended(folder: string): Promise<void> {
    onTestFailed(() => {
      for (const name of ['0', '1'].flatMap((n) => Array.from({ length: 8 }, (_, i) => `${n}-${i}.log`)))
        if (existsSync(join(folder, 'slurm', name))) console.error(name, readFileSync(join(folder, 'slurm', name), 'utf8'));
    });
    const busy = () => slurm.run('squeue', '--noheader', '--states=PENDING,RUNNING,COMPLETING,CONFIGURING,SUSPENDED').trim();
    while (busy() !== '') await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await states(folder)).not.toContain('running');
  }

  it(
    'does a study two units at a time, one interrupted and queued again, one failing for good, and it is the study done here',
    { timeout: 240_000 },
    async () => {
      const folder = temporaryFolder();
      const study = writeTinyStudy(folder, { epochs: { train: 6, fineTune: 1 }, seeds: [1, 2, 3, 4] }, 120);
      const bundle = join(folder, 'bundle');
      expect(await plan(study, bundle)).toEqual({ units: 8, runs: 12 });
      // What unit 5 has to write has no place.
      const [blocked] = (await status(bundle))[5]!.runs;
      mkdirSync(join(bundle, 'runs'));
      writeFileSync(join(bundle, 'runs', blocked!), 'in the way');

      const { job, ...counts } = await submit(bundle, '--at-once', '2', '--cpus', '1', '--constraint', 'fast', '--time', '10');
      expect(counts).toEqual({ units: 8, tasks: 8 });
      expect(slurm.run('scontrol', 'show', 'job', job!)).toMatch(/Features=fast/);
      // Nothing is given away twice.
      expect(await submit(bundle)).toEqual({ job: null, units: 0, tasks: 0 });
      const here = join(folder, 'here');
      const doneHere = studyHere(study, here);
      await added(bundle, 1, 'epoch');
      const atWork = slurm.run('squeue', '--noheader', '--array', '--states=RUNNING', `--jobs=${job!}`).trim().split('\n');
      expect(atWork.length).toBeLessThanOrEqual(2);
      // As Slurm does before a task's time is up. scancel would go on signalling when the task is at work for the second time.
      const signalling = spawn('scancel', ['--signal=USR1', '--batch', `${job!}_1`], { env: slurm.env, stdio: 'ignore' });
      await added(bundle, 1, 'end');
      signalling.kill('SIGKILL');
      expect(['waiting', 'running', 'finished']).toContain((await status(bundle))[1]!.state);
      await ended(bundle);
      const units = await status(bundle);
      expect(units.map(({ state }) => state)).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((i) => (i === 5 ? 'failed' : 'finished')));
      expect(units[1]!.tries).toBe(2);
      expect(readFileSync(join(bundle, 'slurm', '0-1.log'), 'utf8')).toMatch(/Unit 1: interrupted\n[^]*Unit 1: finished/);
      expect(units[5]!.problem).toContain('could not be kept');
      const database = join(folder, 'collected');
      expect(await collect(bundle, database)).toEqual({ added: 7, known: 0, failed: 1, waiting: 0 });

      // By one command the failed ones, and only these, once what was wrong is mended.
      rmSync(join(bundle, 'runs', blocked!));
      expect(await submit(bundle)).toMatchObject({ job: null });
      expect(await submit(bundle, '--failed')).toMatchObject({ units: 1, tasks: 1 });
      await ended(bundle);
      expect(await collect(bundle, database)).toEqual({ added: 1, known: 7, failed: 0, waiting: 0 });
      await doneHere;
      expect(numbersIn(database)).toEqual(numbersIn(here));
    },
  );

  it('packs units into tasks, cancels, and goes on where it was cancelled', { timeout: 120_000 }, async () => {
    const folder = temporaryFolder();
    const study = writeTinyStudy(folder, { epochs: { train: 6, fineTune: 1 }, seeds: [1, 2] }, 120);
    const bundle = join(folder, 'bundle');
    await plan(study, bundle);
    expect(await submit(bundle, '--pack', '3', '--requeues', '0')).toMatchObject({ units: 4, tasks: 2 });
    await added(bundle, 0, 'epoch');
    const cancelled = await capscope('cancel', bundle);
    expect(cancelled.stdout).toMatch(/^Cancelled: \d+\n$/);
    await ended(bundle);
    const units = await status(bundle);
    expect(units[0]!.state).toBe('interrupted');
    // It was asked to, and saved: it did not just die.
    expect(units[0]!.problem).toBeNull();
    expect(units[2]!.problem).toMatch(/^Slurm: CANCELLED/);
    expect((await submit(bundle, '--pack', '4', '--sbatch', '--nice=5 --comment=again')).tasks).toBe(1);
    await ended(bundle);
    expect(await states(bundle)).toEqual(['finished', 'finished', 'finished', 'finished']);
    expect((await status(bundle))[0]!.tries).toBe(2);
  });

  it('asks for cards, memory and kinds of nodes as it is told to', async () => {
    const folder = temporaryFolder();
    const bundle = join(folder, 'bundle');
    await plan(writeTinyStudy(folder), bundle);
    const asked = ['--gpus', 'pretended:1', '--constraint', 'fast', '--mem', '500', '--cpus', '2', '--time', '1:30:00', '--at-once', '1'];
    const { job } = await submit(bundle, ...asked, '--partition', 'main', '--sbatch', '--hold --comment=held');
    const told = slurm.run('scontrol', 'show', 'job', job!);
    for (const words of [
      /Features=fast/,
      /TresPerJob=gres:gpu:pretended:1|TresPerJob=gpu:pretended:1/,
      /MinMemoryNode=500M/,
      /NumCPUs=2/,
      /TimeLimit=01:30:00/,
      /ArrayTaskThrottle=1/,
      /Comment=held/,
    ])
      expect(told).toMatch(words);
    // Nothing that a card is asked for may be refused in silence: another one there is none of.
    await capscope('cancel', bundle);
    const { stderr } = await capscope('submit', bundle, '--slurm', '--gpus', 'other:1');
    expect(stderr).toMatch(/sbatch: error: .*(unavailable|not available|Invalid)/);
  });

  it('says what sbatch says when it refuses', async () => {
    const folder = temporaryFolder();
    const bundle = join(folder, 'bundle');
    await plan(writeTinyStudy(folder), bundle);
    const { code, stderr } = await capscope('submit', bundle, '--slurm', '--partition', 'none-such');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^capscope: sbatch ended with code 1: sbatch: error: .*partition/) as string]);
    expect(await states(bundle)).toEqual(['waiting', 'waiting']);
  });
});

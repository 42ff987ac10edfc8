/**
 * The preset that the README's first command runs: on real digits, from data to report. Several runs at once, which takes half
 * the time and computes the same numbers; test/workbench/parallel.test.ts holds the two ways against each other.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { StudyResult } from '../../src/shared/study-result.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { capscope } from './capscope.ts';

it(
  'the preset `quick` shows what the product is for: a network that vanishes, its pruned child that does not, and why',
  { timeout: 900_000 },
  async () => {
    const folder = temporaryFolder();
    const preset = JSON.parse(readFileSync(new URL('../../resources/studies/quick.json', import.meta.url), 'utf8')) as object;
    // Two of its three seeds: the third takes minutes, and is computed by the same code.
    const seeds = [1, 2];
    const file = join(folder, 'quick.json');
    writeFileSync(file, JSON.stringify({ ...preset, seeds }));
    const { code, stdout, stderr } = await capscope('study', file, '--db', join(folder, 'capscope.db'), '--parallel', 'auto', '--json');
    expect(code, stderr).toBe(0);
    const { runs, report, statistics, conclusion } = JSON.parse(stdout) as StudyResult;
    const of = (arm: string) => runs.filter((run) => run.arm === arm);
    for (const arm of ['unpruned', 'ccm', 'pruned', 'scratch'])
      expect(
        of(arm).map(({ seed }) => seed),
        arm,
      ).toEqual(seeds);
    for (const { accuracy, inactive } of of('unpruned')) {
      expect(accuracy).toBeCloseTo(0.1, 2);
      expect(inactive.total).toBe(64);
    }
    for (const { accuracy, inactive, twin, seed } of of('pruned')) {
      expect(accuracy).toBeGreaterThan(0.6);
      expect(inactive).toMatchObject({ total: 0, of: 32 });
      expect(twin).toBe(of('unpruned').find((run) => run.seed === seed)!.id);
    }
    for (const { accuracy } of of('scratch')) expect(accuracy).toBeGreaterThan(0.8);
    // Every network of the unpruned arm has collapsed and none of the pruned; the small network from scratch does at least as well.
    const arms = Object.fromEntries(statistics.map((one) => [one.arm, one]));
    expect([arms.unpruned!.collapsed, arms.pruned!.collapsed, arms.scratch!.collapsed]).toEqual([2, 0, 0]);
    expect(arms.pruned!.toTwin.accuracy!.ci95![0]).toBeGreaterThan(0.5);
    expect(conclusion.length).toBeGreaterThanOrEqual(2);
    expect(conclusion.join(' ')).toMatch(/from scratch/);
    expect(existsSync(report)).toBe(true);
  },
);

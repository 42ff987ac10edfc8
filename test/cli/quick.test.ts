/** The preset that the README's first command runs, as it is run there: on real digits, from data to report. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { StudyResult } from '../../src/shared/study-result.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { capscope } from './capscope.ts';

it('the preset `quick` learns digits: more than 90 % of the test images, unpruned and pruned', { timeout: 900_000 }, async () => {
  const { code, stdout, stderr } = await capscope('study', 'quick', '--db', join(temporaryFolder(), 'capscope.db'), '--json');
  expect(code, stderr).toBe(0);
  const { runs, report } = JSON.parse(stdout) as StudyResult;
  const of = (role: string) => runs.find((run) => run.role === role)!;
  for (const role of ['unpruned', 'pruned']) expect(of(role).accuracy, role).toBeGreaterThan(0.9);
  expect(of('pruned').params).toBeLessThan(of('unpruned').params / 2);
  expect(of('pruned').parent).toBe(of('source').id);
  expect(existsSync(report)).toBe(true);
});

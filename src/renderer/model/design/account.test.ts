import { describe, expect, it } from 'vitest';
import { summary } from '../../../../test/renderer/example.ts';
import type { DatasetSummary } from '../../../shared/contract/index.ts';
import { measuredSpeed, speedBasis, workOf } from './account.ts';

const datasets = [{ fingerprint: 'f', train: 100, test: 30 }] as unknown as DatasetSummary[];
const run = (id: string, flops: number, seconds: number) =>
  summary(id, { flops, started: '2026-01-01T00:00:00.000Z', ended: new Date(Date.UTC(2026, 0, 1) + 1000 * seconds).toISOString() });
const speed = (flops: number, seconds: number) => workOf(flops, 2, 100, 30) / seconds;

describe('the speed of this machine', () => {
  const long = [run('a', 1e6, 100), run('b', 1e6, 100)];
  const tiny = Array.from({ length: 40 }, (_, i) => run(`t${i}`, 1e3, 2));

  it('is told by runs that took a while, however many tiny ones there are', () => {
    expect(measuredSpeed([...long, ...tiny], datasets)).toEqual({ ...of(speed(1e6, 100)), from: 2 });
    expect(measuredSpeed(tiny, datasets)).toBeNull();
    expect(measuredSpeed(tiny, datasets, 0)?.middle).toBe(speed(1e3, 2));
  });

  it('counts each run by what it computed', () => {
    const small = Array.from({ length: 9 }, (_, i) => run(`s${i}`, 1e3, 10));
    expect(measuredSpeed([...long, ...small], datasets)).toMatchObject(of(speed(1e6, 100)));
  });

  it('counts the epochs of a run that ended early, not those that were planned', () => {
    const early = { ...run('e', 1e6, 100), lastEpoch: 40 };
    expect(measuredSpeed([early], datasets)).toMatchObject(of(speed(1e6, 100)));
  });

  it('has a spread from two runs on', () => {
    expect(speedBasis(measuredSpeed(long.slice(0, 1), datasets))).toBe('from 1 earlier run');
    expect(speedBasis(measuredSpeed([...long, run('c', 1e6, 200)], datasets))).toMatch(/^±100.%, from 3 earlier runs$/);
  });
});

const of = (middle: number) => ({ low: middle, middle, high: middle });

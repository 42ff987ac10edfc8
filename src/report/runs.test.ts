import { describe, expect, it } from 'vitest';
import { networkOf } from '../shared/spec/network.ts';
import { exampleReport } from '../../test/report/example.ts';
import type { RunSpec } from '../shared/spec/run.ts';
import type { ReportRun } from './data.ts';
import { splitName, viewRuns } from './runs.ts';

describe('viewRuns', () => {
  it('compares a pruned run with its twin: the same network, seed and epochs, whether its source is among the runs or not', () => {
    const [unpruned, source, pruned] = exampleReport().runs;
    const like = (id: string, change: Partial<RunSpec>) => ({
      ...unpruned!,
      record: { ...unpruned!.record, id },
      lineage: [{ ...unpruned!.lineage[0]!, ...change }],
    });
    const others = [like('x', { seed: 2 }), like('y', { network: networkOf({ depth: 5 }) }), like('z', { training: source!.training })];
    const baselines = (...runs: ReportRun[]) => viewRuns(runs).map(({ baseline }) => baseline?.record.id ?? null);
    expect(baselines(...others, unpruned!, source!, pruned!)).toEqual([null, null, null, null, null, 'run-0']);
    expect(baselines(...others, unpruned!, pruned!).at(-1)).toBe('run-0');
    expect(baselines(...others, pruned!).at(-1)).toBeNull();
  });
  it('compares controls with it, and takes none of them for it', () => {
    const [unpruned, , pruned] = exampleReport().runs;
    const control = { ...unpruned!, record: { ...unpruned!.record, id: 'control', arm: 'ccm' as const } };
    expect(viewRuns([control, unpruned!, pruned!]).map(({ baseline }) => baseline?.record.id)).toEqual(['run-0', undefined, 'run-0']);
    expect(viewRuns([control, pruned!]).map(({ baseline }) => baseline)).toEqual([null, null]);
  });
  it('gives the runs of an arm one colour, and each a look of its own', () => {
    const [unpruned, , pruned] = exampleReport().runs;
    const again = (run: ReportRun, id: string) => ({ ...run, record: { ...run.record, id, seed: 2 } });
    const views = viewRuns([unpruned!, pruned!, again(unpruned!, 'u2'), again(pruned!, 'p2')]);
    const [a, b, c, d] = views.map(({ style }) => style.colour.light);
    expect([a, b]).toEqual([c, d]);
    expect(a).not.toBe(b);
    expect(new Set(views.map(({ style }) => JSON.stringify(style))).size).toBe(4);
  });
  it('gives sources a look of their own and the first colours to the runs that are compared', () => {
    const [unpruned, source, pruned] = viewRuns(exampleReport().runs);
    expect(new Set([unpruned!, source!, pruned!].map(({ style }) => style.colour.light)).size).toBe(3);
    expect(viewRuns(exampleReport(1).runs.filter(({ record }) => record.role !== 'source'))[1]!.style).toEqual(pruned!.style);
  });
});

it('splits names into what a run is and what tells it from its like', () => {
  expect(splitName('pruned chip b0.5 (N16 D12 L3, seed 1)')).toEqual({ head: 'pruned chip b0.5', detail: 'N16 D12 L3, seed 1' });
  expect(splitName('unpruned')).toEqual({ head: 'unpruned', detail: '' });
});

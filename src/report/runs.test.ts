import { describe, expect, it } from 'vitest';
import { networkOf } from '../shared/spec/network.ts';
import { exampleReport } from '../../test/report/example.ts';
import { splitName, viewRuns } from './runs.ts';

describe('viewRuns', () => {
  it('compares a pruned run with the unpruned one of the same network and seed', () => {
    const [unpruned, source, pruned] = exampleReport().runs;
    const other = { ...unpruned!, record: { ...unpruned!.record, id: 'x', seed: 2 } };
    const larger = { ...unpruned!, record: { ...unpruned!.record, id: 'y' }, network: networkOf({ depth: 5 }) };
    const views = viewRuns([other, larger, unpruned!, source!, pruned!]);
    expect(views.map(({ baseline }) => baseline?.record.id)).toEqual([undefined, undefined, undefined, undefined, 'run-0']);
  });
  it('without its source, compares a pruned run with the only unpruned one of its seed, or with none', () => {
    const [unpruned, , pruned] = exampleReport().runs;
    expect(viewRuns([unpruned!, pruned!])[1]!.baseline?.record.id).toBe('run-0');
    expect(viewRuns([unpruned!, { ...unpruned! }, pruned!])[2]!.baseline).toBeNull();
    expect(viewRuns([pruned!])[0]!.baseline).toBeNull();
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

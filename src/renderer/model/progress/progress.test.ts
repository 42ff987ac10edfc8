import { inOneGo } from '../../../shared/steps.ts';
import { describe, expect, it } from 'vitest';
import { summary } from '../../../../test/renderer/example.ts';
import type { RunSummary } from '../../../shared/contract/index.ts';
import { StudySpec } from '../../../shared/spec/study.ts';
import { failuresOf, reordered, withDescendants, withHeld } from './failures.ts';
import { cellsBetween, matrixSteps, meanShade, networkBefore, shadeOf, stateOf } from './matrix.ts';
import { paceOf } from './pace.ts';

const matrixOf = (...of: Parameters<typeof matrixSteps>) => inOneGo(matrixSteps(...of));

const spec = StudySpec.parse({
  name: 'a',
  networks: [{ types: [4, 8], dim: 4, depth: 2 }],
  epochs: { train: 1, fineTune: 1 },
  pruning: { capsules: [0.25, 0.5] },
});
const named = (types: number) => ({ types, dim: 4, depth: 2, name: `N${types} D4 L2` });
const pruning = {
  criterion: 'chip',
  backbone: 0,
  blocks: null,
  capsules: 0.5,
  granularity: 'channel',
  capsuleLayers: 'reinitialise',
} as const;
const study = { id: 's', name: 'a' };
const member = (id: string, change: Partial<RunSummary> = {}) => summary(id, { study, network: named(4), ...change });
const mapOf = (runs: RunSummary[]) => new Map(runs.map((run) => [run.id, run]));

describe('the matrix of runs', () => {
  const runs = [
    member('u1'),
    member('u2', { seed: 2 }),
    member('s1', { arm: 'source', role: 'source' }),
    member('p1', { arm: 'pruned', role: 'pruned', parent: 's1', network: named(2), pruning }),
    member('p1b', { arm: 'pruned', role: 'pruned', parent: 's1', network: named(3), pruning: { ...pruning, capsules: 0.25 } }),
    member('c1', { arm: 'scratch', network: named(2), before: 'N4 D4 L2' }),
    member('v1', { network: named(8) }),
  ];
  const matrix = matrixOf(spec, runs, mapOf(runs));

  it('keeps networks of one N and D together', () => {
    const networks = ['N4 D4 L2', 'N8 D4 L2', 'N4 D4 L3', 'network 4'];
    const listed = networks.map((name, i) => member(`n${i}`, { network: { ...named(4), name } }));
    const { rows } = matrixOf(StudySpec.parse({ ...spec, networks: [{ types: 4, dim: 4, depth: 2 }] }), listed, mapOf(listed));
    expect(rows.map(({ group, rest, network }) => [group, rest, network])).toEqual([
      ['N4 D4', 'L2', 'N4 D4 L2'],
      ['N4 D4', 'L3', 'N4 D4 L3'],
      ['N8 D4', 'L2', 'N8 D4 L2'],
      ['network 4', '', 'network 4'],
    ]);
    expect(rows.map(({ cells }) => cells[0]!.row)).toEqual([0, 1, 2, 3]);
  });

  it('has a row per network before any cut, and a column per arm, cut and seed', () => {
    expect(matrix.rows.map(({ network, finished, of }) => [network, finished, of])).toEqual([
      ['N4 D4 L2', 6, 6],
      ['N8 D4 L2', 1, 1],
    ]);
    expect(matrix.columns.map(({ arm, cut, seed }) => [arm, cut, seed])).toEqual([
      ['source', '', 1],
      ['unpruned', '', 1],
      ['unpruned', '', 2],
      ['pruned', 'chip b0 c0.25', 1],
      ['pruned', 'chip b0 c0.5', 1],
      ['scratch', '', 1],
    ]);
    expect(matrix.heads.map(({ label, columns }) => [label, columns])).toEqual([
      ['source', 1],
      ['unpruned', 2],
      ['pruned chip b0 c0.25', 1],
      ['pruned chip b0 c0.5', 1],
      ['from scratch', 1],
    ]);
    expect(matrix.arms.map(({ arm, columns }) => [arm, columns])).toEqual([
      ['source', 1],
      ['unpruned', 2],
      ['pruned', 2],
      ['scratch', 1],
    ]);
    expect(networkBefore(runs[3]!, mapOf(runs))).toBe('N4 D4 L2');
  });

  it('drops no run, whether cells stand for one or for all seeds', () => {
    for (const aggregated of [false, true]) {
      const all = matrixOf(spec, runs, mapOf(runs), aggregated).rows.flatMap(({ cells }) => cells.flatMap((cell) => cell.runs));
      expect(all.map(({ id }) => id).sort()).toEqual(runs.map(({ id }) => id).sort());
    }
    expect(matrixOf(spec, runs, mapOf(runs), true).columns.map(({ seed }) => seed)).toEqual([null, null, null, null, null]);
  });

  it('aggregates above 1,500 runs', () => {
    const many = Array.from({ length: 1501 }, (_, i) => member(String(i), { seed: i }));
    expect(matrixOf(spec, many, mapOf(many)).aggregated).toBe(true);
    expect(matrixOf(spec, many.slice(1), mapOf(many)).aggregated).toBe(false);
  });

  it('chooses a rectangle from any corner', () => {
    const ids = cellsBetween(matrix, { row: 1, column: 1 }, { row: 0, column: 0 }).flatMap((cell) => cell.runs.map(({ id }) => id));
    expect(ids).toEqual(['s1', 'u1', 'v1']);
  });

  it('colours what has finished, and nothing else', () => {
    const timed = member('t', { inactive: { total: 1, of: 4 }, started: '2026-01-01T00:00:00Z', ended: '2026-01-01T00:00:30Z' });
    expect([shadeOf(timed, 'active', 60), shadeOf(timed, 'accuracy', 60), shadeOf(timed, 'time', 60)]).toEqual([0.75, 0.5, 0.5]);
    expect(shadeOf({ ...timed, status: 'running' }, 'accuracy', 60)).toBeNull();
    expect(shadeOf({ ...timed, inactive: { total: 0, of: 0 } }, 'active', 60)).toBeNull();
    expect(meanShade([timed, { ...timed, inactive: { total: 3, of: 4 } }], 'active', 60)).toBe(0.5);
    expect(meanShade([], 'active', 60)).toBeNull();
  });

  it('tells what waits here from what waits in no queue of this window', () => {
    const state = (status: RunSummary['status'], waits: boolean) => stateOf(member('x', { status }), new Set(waits ? ['x'] : []));
    expect([state('queued', true), state('queued', false), state('stopped', false), state('paused', true), state('failed', false)]).toEqual(
      ['waiting', 'idle', 'stopped', 'waiting', 'failed'],
    );
  });
});

describe('failures', () => {
  const nobody = new Set<string>();
  const failed = (id: string, error: string | null, change: Partial<RunSummary> = {}) => member(id, { status: 'failed', error, ...change });

  it('are taken together by cause, most first, each with one action', () => {
    const found = failuresOf(
      [
        failed('a', 'The loss is not a number in epoch 3.'),
        failed('b', 'The loss is not a number in epoch 3.\nstack'),
        failed('c', 'out of memory'),
        failed('d', 'something odd'),
        failed('e', 'something odd again', { retries: 1 }),
        member('f', { status: 'interrupted', resumable: true }),
      ],
      nobody,
    );
    expect(found.map(({ runs, action }) => [runs.map(({ id }) => id).join(), action])).toEqual([
      ['a,b', 'leave-out'],
      ['c', 'smaller-batch'],
      ['d', 'retry'],
      ['e', 'leave-out'],
      ['f', 'go-on'],
    ]);
  });

  it('need nobody once they wait to be tried again', () => {
    const runs = [failed('a', 'something odd'), failed('b', 'something odd')];
    expect(failuresOf(runs, new Set(['b'])).map(({ runs: named }) => named.map(({ id }) => id))).toEqual([['a']]);
    expect(failuresOf(runs, new Set(['a', 'b']))).toEqual([]);
    expect([stateOf(runs[0]!, new Set(['a'])), stateOf(runs[0]!, nobody)]).toEqual(['waiting', 'failed']);
  });

  it('hold what is cut from them', () => {
    const runs = [failed('s', 'x'), member('p', { parent: 's', status: 'queued' }), member('q', { parent: 's' }), member('u')];
    const [failure] = failuresOf(runs, nobody);
    expect(withHeld(failure!)).toEqual(['s', 'p']);
    expect(withDescendants(['s'], runs)).toEqual(['s', 'p']);
  });
});

it('orders what waits by seed or network, and leaves others where they are', () => {
  const runs = ['a', 'b', 'c', 'd'].map((id, i) => member(id, { seed: 1 + (i % 2), network: named(i < 2 ? 4 : 8) }));
  const by = (order: 'seed' | 'network') => reordered(['a', 'other', 'b', 'c', 'd'], runs, order, ({ network }) => network.name).join('');
  expect([by('seed'), by('network')]).toEqual(['aothercbd', 'aotherbcd']);
});

describe('the pace of a study', () => {
  const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + 1000 * seconds).toISOString();
  const datasets = [{ fingerprint: 'f', train: 100, test: 30 }] as never[];
  const pace = (runs: RunSummary[], atOnce = 1) =>
    paceOf(runs, runs, { study: 's', datasets, shares: new Map([['r', 0.5]]), atOnce, now: Date.parse(at(100)) });

  it('is that of its own runs, and ends when all that is left is done', () => {
    const done = (id: string, from: number, to: number) => member(id, { started: at(from), ended: at(to) });
    const runs = [
      done('a', 0, 10),
      done('b', 10, 20),
      done('c', 20, 30),
      member('elsewhere', { study: null }),
      member('r', { status: 'running', accuracy: null, started: at(90) }),
      member('q', { status: 'queued', accuracy: null, epoch: 0 }),
    ];
    const { points, end, range, total, perMinute } = pace(runs);
    expect([total, points[0]!.finished, points.at(-1)!.finished, perMinute]).toEqual([6, 1, 4, 6]);
    // Ten seconds for the one that waits, five for the half that is left of the other.
    expect((end! - Date.parse(at(100))) / 1000).toBeCloseTo(15);
    expect(range).toEqual([end, end]);
    expect((pace(runs, 2).end! - Date.parse(at(100))) / 1000).toBeCloseTo(7.5);
  });

  it('is not known before a run has ended', () => {
    expect(pace([member('q', { status: 'queued', epoch: 0 })])).toMatchObject({ end: null, range: null, perMinute: null });
  });
});

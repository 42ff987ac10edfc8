import { describe, expect, it } from 'vitest';
import { resultsOfRuns, studyRuns } from '../../../../test/renderer/study-runs.ts';
import { bestOf } from './best.ts';
import { brushText, hasValue, isDimmed, valuesOf, valueText, varying } from './brush.ts';
import { parallelAxes, within } from './parallel.ts';
import { criticalEdges, cutsOfPivot, defaultFactors, missingText, pivotOf } from './pivot.ts';
import { slopesOf } from './slopes.ts';
import { trendFactors, trendsOf, trendTitle } from './trends.ts';
import { marksOf, runsById, shownOf, summaryOf, summaryText } from './values.ts';

const runs = studyRuns({ types: [8, 16], dims: [4, 8], depths: [2, 6], seeds: 3 });
const all = runsById(runs);

describe('the pivot', () => {
  it('begins with depth against D/N, or with what differs', () => {
    expect(defaultFactors(runs)).toEqual({ rows: 'depth', columns: 'ratio' });
    expect(defaultFactors(runs.filter(({ factors }) => factors.depth === 2))).toEqual({ rows: 'types', columns: 'dim' });
    expect(defaultFactors(runs.filter(({ network }) => network === 'N8 D4 L2'))).toEqual({ rows: null, columns: null });
    const two = runs.filter(({ network }) => network === 'N8 D4 L2' || network === 'N16 D8 L6');
    expect(defaultFactors(two)).toEqual({ rows: 'network', columns: null });
  });

  it('has every run in exactly one cell, and every arm in every cell', () => {
    const pivot = pivotOf(runs, all, { rows: 'depth', columns: 'types' }, 'accuracy');
    const ids = pivot.rows.flatMap(({ cells }) => cells.flatMap((cell) => cell.ids));
    expect(ids.toSorted()).toEqual(runs.map(({ id }) => id).toSorted());
    for (const { cells } of pivot.rows) for (const { arms } of cells) expect(arms).toHaveLength(5);
    const [cell] = pivot.rows[0]!.cells;
    const unpruned = cell!.arms[0]!;
    expect(unpruned.marks).toHaveLength(6);
    expect(unpruned.summary).toMatchObject({ n: 6, networks: 2 });
  });

  it('puts runs without a factor, as unpruned ones among cuts, beside every value of it', () => {
    const other = runs.map((run) =>
      run.arm === 'pruned' && run.seed === 2 ? { ...run, factors: { ...run.factors, capsules: 0.75 } } : run,
    );
    const pivot = pivotOf(other, runsById(other), { rows: null, columns: 'capsules' }, 'accuracy');
    expect(pivot.columns.map(({ value }) => value)).toEqual([0.5, 0.75]);
    for (const { arms } of pivot.rows[0]!.cells) expect(arms.find(({ arm }) => arm === 'unpruned')!.marks).toHaveLength(24);
  });

  it('takes differences to the own twin, and has none of the twins themselves', () => {
    const pivot = pivotOf(runs, all, { rows: 'depth', columns: null }, 'accuracy-change');
    const [first] = pivot.rows[1]!.cells[0]!.arms;
    expect(first!.arm).toBe('ccm');
    const { run, value } = first!.marks[0]!;
    expect(value).toBe(run.result!.accuracy - all.get(run.twin!)!.result!.accuracy);
  });

  it('folds rows in which nothing happens, but none with failures', () => {
    const quiet = runs.map((run) =>
      run.factors.depth === 2 ? { ...run, result: { accuracy: 0.9, inactiveShare: 0, collapsed: false } } : run,
    );
    const rows = (list: typeof runs) =>
      pivotOf(list, runsById(list), { rows: 'depth', columns: 'types' }, 'inactive').rows.map((row) => row.quiet);
    expect(rows(quiet)).toEqual([true, false]);
    expect(rows(quiet.map((run, i) => (i === 0 ? { ...run, status: 'failed', result: null } : run)))).toEqual([false, false]);
  });

  it('draws the line where the gain crosses the critical one', () => {
    const pivot = pivotOf(runs, all, { rows: 'depth', columns: 'ratio' }, 'inactive');
    expect(pivot.rows.map(({ cells }) => cells.map(({ below }) => below))).toEqual([
      [true, expect.any(Boolean), false],
      [true, expect.any(Boolean), false],
    ]);
    const edges = criticalEdges(pivot);
    expect(edges.length).toBeGreaterThanOrEqual(2);
    for (const { x1, x2, y1, y2 } of edges) expect(Math.abs(x2 - x1) + Math.abs(y2 - y1)).toBe(1);
  });

  it('says over how many cuts its numbers are means, and nothing where each is of one', () => {
    const textOf = (list: typeof runs) => cutsOfPivot(pivotOf(list, runsById(list), { rows: 'depth', columns: null }, 'accuracy'));
    expect(textOf(runs)).toBe('');
    const cut = (arm: string) => (run: (typeof runs)[number]) => (run.arm === arm ? { ...run, id: `${run.id} again`, pruning: 'l1' } : run);
    const both = (arm: string) => [...runs, ...runs.filter((run) => run.arm === arm).map(cut(arm))];
    expect(textOf(both('pruned').filter(({ arm }) => arm === 'pruned' || arm === 'unpruned'))).toBe('mean over 2 cuts');
    expect(textOf(both('pruned'))).toBe('mean over 1 to 2 cuts');
  });

  it('says why a place is empty', () => {
    const arm = (status: 'failed' | 'queued') => {
      const list = runs.map((run) => (run.arm === 'random' ? { ...run, status, result: null } : run));
      return pivotOf(list, runsById(list), { rows: null, columns: null }, 'accuracy').rows[0]!.cells[0]!.arms.at(-1)!;
    };
    expect([missingText(arm('failed')), missingText(arm('queued'))]).toEqual(['24 failed', 'waits']);
  });
});

describe('what runs come to', () => {
  it('has its interval over networks where there are several, else over seeds', () => {
    const seeds = [0.1, 0.2, 0.3].map((value, seed) => ({ network: 'a', seed, value }));
    const shown = shownOf('accuracy-change');
    expect(summaryOf(seeds, shown)!.ci95![0]).toBeCloseTo(-0.0484, 4);
    // Below 0 there is no accuracy.
    expect(summaryOf(seeds, shownOf('accuracy'))).toMatchObject({ ci95: [0, expect.closeTo(0.4484, 4)], cut: true });
    const three = summaryOf([...seeds, { network: 'b', seed: 0, value: 0.6 }, { network: 'c', seed: 0, value: 0.4 }], shown)!;
    expect([three.mean, three.networks, three.n]).toEqual([expect.closeTo(0.4, 12), 3, 5]);
    expect(three.ci95![1] - three.mean).toBeCloseTo((4.30265 * 0.2) / Math.sqrt(3), 4);
    expect(summaryOf([...seeds, { network: 'b', seed: 0, value: 0.6 }], shown)!.ci95).toBeNull();
    // Two cuts with one seed are no two seeds.
    const cuts = [0.5, 0.7].map((value) => ({ network: 'a', seed: 1, value }));
    expect(summaryOf(cuts, shown)).toMatchObject({ n: 2, mean: expect.closeTo(0.6, 12) as number, ci95: null });
    expect(summaryOf([], shown)).toBeNull();
    expect(summaryOf(seeds.slice(1, 2), shown)!.ci95).toBeNull();
  });

  it.each([
    [[0.31, 0.47, 0.63], '47 ± 40'],
    [[0.062, 0.064], '6.3 ± 1.3'],
    [[1, 1], '100'],
    [[0, 1, 1], '67 [0, 100]'],
    [[0, 0, 0], '0'],
  ])('of %j reads %s', (values, text) => {
    const shown = shownOf('inactive');
    expect(
      summaryText(
        summaryOf(
          values.map((value, seed) => ({ network: 'a', seed, value })),
          shown,
        )!,
        shown,
      ),
    ).toBe(text);
  });

  it('has a mark per run, and too many of them become means per network and arm that stand for all', () => {
    expect(marksOf(runs)).toHaveLength(runs.length);
    const few = marksOf(runs, 100);
    expect(few).toHaveLength(8 * 5);
    expect(few.flatMap(({ ids }) => ids).toSorted()).toEqual(runs.map(({ id }) => id).toSorted());
  });
});

describe('other panels', () => {
  it('follow each arm along the depth', () => {
    expect(trendFactors(runs)).toEqual(['depth', 'ratio', 'types', 'dim']);
    const trends = trendsOf(runs, all, 'depth', 'accuracy');
    expect(trends.map(({ arm, points }) => [arm, points.map(({ x }) => x)])).toEqual(
      ['unpruned', 'ccm', 'pruned', 'scratch', 'random'].map((arm) => [arm, [2, 6]]),
    );
    expect(trends[0]!.points[0]).toMatchObject({ n: 12, networks: 4 });
    expect(trendTitle('depth', 'accuracy')).toBe('Accuracy against depth');
    expect(trendsOf(runs, all, 'depth', 'accuracy-change').map(({ arm }) => arm)).not.toContain('unpruned');
  });

  it('hold every run against its own twin', () => {
    const slopes = slopesOf(runs, all, 'accuracy');
    expect(slopes.map(({ arm, slopes: lines }) => [arm, lines.length])).toEqual(
      ['ccm', 'pruned', 'scratch', 'random'].map((arm) => [arm, 24]),
    );
    const [line] = slopes[1]!.slopes;
    expect(line!.from).toBe(all.get(line!.run.twin!)!.result!.accuracy);
    expect(slopesOf(runs, all, 'accuracy', 10).map(({ slopes: lines }) => lines.length)).toEqual([8, 8, 8, 8]);
  });

  it('put every run on every axis in which runs differ', () => {
    const axes = parallelAxes(runs);
    expect(axes.map(({ key }) => key)).toEqual(['types', 'dim', 'depth', 'critical', 'arm', 'inactive', 'accuracy']);
    for (const axis of axes)
      for (const run of runs) {
        const at = axis.at(run);
        expect(at, axis.key).toBeGreaterThanOrEqual(0);
        expect(at, axis.key).toBeLessThanOrEqual(1);
      }
    const [types] = axes;
    const chosen = within(types!, marksOf(runs), 0.5, 1);
    expect(chosen).toHaveLength(runs.length / 2);
    expect(types!.range(0.5, 1)).toBe('N 16');
  });

  it('name the best of each arm, and among how many', () => {
    const { statistics } = resultsOfRuns(runs);
    const best = bestOf(statistics);
    expect(best.map(({ arm, among }) => [arm, among])).toEqual(['unpruned', 'ccm', 'pruned', 'scratch', 'random'].map((arm) => [arm, 8]));
    for (const { arm, accuracy } of best)
      expect(accuracy!.mean).toBe(Math.max(...statistics.arms.filter((row) => row.arm === arm).map((row) => row.accuracy!.mean)));
    const some = new Set(runs.filter(({ network }) => network === 'N16 D4 L6').map(({ id }) => id));
    expect(new Set(bestOf(statistics, some).map(({ network }) => network))).toEqual(new Set(['N16 D4 L6']));
  });

  it('share one brush', () => {
    const brush = { label: valueText('depth', 6), ids: new Set(runs.filter((run) => hasValue(run, 'depth', 6)).map(({ id }) => id)) };
    expect(brushText(brush, runs.length)).toBe('L = 6: 60 of 120');
    expect(isDimmed(brush, ['N8 D4 L2 ccm 1'])).toBe(true);
    expect(isDimmed(brush, ['N8 D4 L2 ccm 1', 'N8 D4 L6 ccm 1'])).toBe(false);
    expect(isDimmed(null, [])).toBe(false);
    expect(valuesOf(runs, 'ratio')).toEqual([0.25, 0.5, 1]);
    expect(varying(runs)).toEqual(['network', 'types', 'dim', 'ratio', 'depth']);
  });
});

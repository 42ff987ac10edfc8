import { describe, expect, it } from 'vitest';
import { countInactive } from '../inactive.ts';
import { networkOf } from '../spec/network.ts';
import { PruningSpec } from '../spec/pruning.ts';
import { cutOf, hasCollapsed, type Outcome } from './outcomes.ts';
import { differenceOf, statisticsOf, StudyStatistics } from './statistics.ts';

const result = (accuracy: number, inactiveShare = 0) => ({ accuracy, inactiveShare, collapsed: inactiveShare === 1 });
const cut = { name: 'chip b0.5 c0.5', extent: 'b0.5 c0.5', remaining: 'small', afresh: null };
const run = (id: string, seed: number, more: Partial<Outcome>): Outcome => ({
  ...{ id, seed, network: 'net', forecast: null, arm: 'unpruned', cut: null, twin: null, result: null },
  ...more,
});

const outcomes: Outcome[] = [
  run('u1', 1, { result: result(0.1, 1) }),
  run('u2', 2, { result: result(0.1, 1) }),
  run('u3', 3, { result: result(0.2, 0.5) }),
  run('p1', 1, { arm: 'pruned', cut, twin: 'u1', result: result(0.7) }),
  run('p2', 2, { arm: 'pruned', cut, twin: 'u2', result: result(0.8) }),
  run('p3', 3, { arm: 'pruned', cut, twin: 'u3' }),
  run('p4', 4, { arm: 'pruned', cut, twin: null, result: result(0.6) }),
  run('s1', 1, { arm: 'scratch', cut, twin: 'u1', result: result(0.75) }),
  run('s2', 2, { arm: 'scratch', cut, twin: 'u2', result: result(0.9) }),
  run('r1', 1, { arm: 'random', cut: { ...cut, name: 'random b0.5 c0.5' }, twin: 'u1', result: result(0.7) }),
];

describe('statistics of a study', () => {
  const statistics = statisticsOf(outcomes);
  const [unpruned, pruned, scratch, random] = statistics.arms;

  it('has a row for every arm and cut of a network, and satisfies its own schema', () => {
    expect(statistics.arms.map(({ arm, pruning, n, missing, collapsed }) => [arm, pruning, n, missing, collapsed])).toEqual([
      ['unpruned', null, 3, 0, 2],
      ['pruned', 'chip b0.5 c0.5', 3, 1, 0],
      ['scratch', 'chip b0.5 c0.5', 2, 0, 0],
      ['random', 'random b0.5 c0.5', 1, 0, 0],
    ]);
    expect(StudyStatistics.parse(structuredClone(statistics))).toEqual(statistics);
  });

  it('takes means over seeds, with an interval where there are several', () => {
    // t for two degrees of freedom: 4.3027; the deviation of 0.1, 0.1, 0.2 is 0.05774.
    const half = (4.30265 * 0.0577350269) / Math.sqrt(3);
    expect(unpruned!.accuracy).toEqual({
      mean: expect.closeTo(0.4 / 3, 9) as number,
      sd: expect.closeTo(0.0577350269, 9) as number,
      // Below 0 there is no accuracy.
      ci95: [0, expect.closeTo(0.4 / 3 + half, 5)],
      range: [0.1, 0.2],
    });
    expect(random!.accuracy).toEqual({ mean: 0.7, sd: null, ci95: null, range: [0.7, 0.7] });
    expect(scratch!.inactiveShare).toEqual({ mean: 0, sd: 0, ci95: [0, 0], range: [0, 0] });
  });

  it('ends intervals of differences where differences must', () => {
    // Two of three seeds gain all there is: Student's t alone would have it that up to 210 points may be gained.
    expect(differenceOf([1, 1, 0])).toMatchObject({ mean: 2 / 3, ci95: [expect.closeTo(-0.7676, 4), 1] });
    expect(differenceOf([-1, -1, 0])!.ci95![0]).toBe(-1);
  });

  it('takes differences to the twins that there are', () => {
    expect(unpruned!.toTwin).toEqual({ accuracy: null, inactiveShare: null });
    expect(pruned!.toTwin.accuracy).toMatchObject({ n: 2, mean: expect.closeTo(0.65, 9) as number });
    // Two seeds, both from all to none: no spread to test with.
    expect(pruned!.toTwin.inactiveShare).toEqual({ n: 2, mean: -1, ci95: [-1, -1], p: null, pUncorrected: null, wilcoxon: null });
    expect(random!.toTwin.accuracy).toMatchObject({ n: 1, ci95: null, p: null });
  });

  it('holds the pruned networks against their controls, seed by seed', () => {
    expect(statistics.controls.map(({ control, difference }) => [control, difference.accuracy?.n])).toEqual([
      ['scratch', 2],
      ['random', 1],
    ]);
    expect(statistics.controls[0]!.difference.accuracy!.mean).toBeCloseTo(-0.075, 9);
    expect(statistics.controls[0]!.runs).toEqual(['p1', 'p2', 'p3', 'p4', 's1', 's2']);
  });

  it('corrects the p values of the whole study together', () => {
    const tested = [...statistics.arms.map(({ toTwin }) => toTwin), ...statistics.controls.map(({ difference }) => difference)]
      .flatMap(({ accuracy, inactiveShare }) => [accuracy, inactiveShare])
      .filter((difference) => typeof difference?.pUncorrected === 'number');
    const least = tested.reduce((a, b) => (a!.pUncorrected! <= b!.pUncorrected! ? a : b))!;
    expect(tested.length).toBeGreaterThan(2);
    expect(least.p).toBeCloseTo(Math.min(1, tested.length * least.pUncorrected!), 12);
  });

  it('keeps a row for an arm of which no run has ended', () => {
    const { arms } = statisticsOf([run('f', 1, { arm: 'ccm' })]);
    expect(arms[0]).toMatchObject({ n: 0, missing: 1, accuracy: null, inactiveShare: null });
  });
});

it('a network has collapsed when some intermediate layer has no active type', () => {
  const activity = (layer: string, ...meanVector: number[]) => ({ layer, meanVector, meanLength: [], maxLength: [], activationRate: [] });
  const collapsed = (...layers: ReturnType<typeof activity>[]) => hasCollapsed(countInactive(layers, 'mean-vector', 0.01));
  expect(collapsed(activity('primary', 0, 0), activity('capsules.0', 0.5, 0), activity('capsules.1', 0, 0.3))).toBe(false);
  expect(collapsed(activity('capsules.0', 0.5, 0.5), activity('capsules.1', 0.004, 0.0104))).toBe(true);
  expect(collapsed()).toBe(false);
});

it('knows cuts that take the same by another criterion, and such that leave the same by another way', () => {
  const network = networkOf({ types: 16, dim: 4, depth: 2 });
  const of = (pruning: object) => cutOf(network, PruningSpec.parse({ backbone: 0.5, capsules: 0.5, ...pruning }));
  const [chip, random, types] = [of({}), of({ criterion: 'random' }), of({ granularity: 'type' })];
  expect([chip.name, random.name]).toEqual(['chip b0.5 c0.5', 'random b0.5 c0.5']);
  expect(random).toEqual({ ...chip, name: random.name });
  expect([types.extent === chip.extent, types.remaining === chip.remaining]).toEqual([false, true]);
});

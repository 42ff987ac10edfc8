import { describe, expect, it } from 'vitest';
import type { Verdict } from '../forecast/verdict.ts';
import { plain } from '../present/format.ts';
import type { FactorValues } from '../study-factors.ts';
import { vanishingFindings, type Uncut } from './vanishing.ts';

/** An unpruned network, `collapsed` of whose seeds end at chance. */
function network(name: string, factors: FactorValues, collapsed: number, seeds = 5, forecast: Verdict | null = null): Uncut[] {
  return Array.from({ length: seeds }, (_, i) => ({
    id: `${name} ${i + 1}`,
    network: name,
    arm: 'unpruned',
    factors: { network: name, ...factors },
    ...{ rest: '', forecast, basis: 'probe' },
    result: i < collapsed ? { accuracy: 0.1, collapsed: true } : { accuracy: 0.94, collapsed: false },
  }));
}
const depth = (level: number, collapsed: number, seeds?: number, forecast?: Verdict) =>
  network(`N8 D4 L${level}, bias`, { types: 8, dim: 4, depth: level, bias: 'learnt' }, collapsed, seeds, forecast);
const found = (...networks: Uncut[][]) => vanishingFindings(networks.flat());

describe('along a setting', () => {
  it('one sentence says where activity goes out, instead of one for every network', () => {
    const { findings, told } = found(...[10, 1, 2, 3].map((level) => depth(level, level > 5 ? 5 : 0)), depth(4, 4), depth(5, 5));
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ kind: 'series', verdict: 'holds', network: null, n: 6, place: 'N8 D4, bias, L = 1 to 10' });
    expect(plain(findings[0]!.short)).toBe(
      'Activity goes out from L = 4 on: L = 1 to 3, 0 of 15 runs collapsed, mean test accuracy 94.00 %; L = 4, 4 of 5 runs collapsed, mean test accuracy 26.80 %; L = 5 to 10, 10 of 10 runs collapsed, mean test accuracy 10.00 %.'.replaceAll(
        ' %',
        ' %',
      ),
    );
    // Of 0 in 15 by SciPy: [0, 0.218].
    expect(findings[0]!.text).toMatch(/0 of 15 runs collapsed \(95 % interval 0\.0\D*% to 21\.8\d?\D*%\)/);
    expect(findings[0]!.runs).toHaveLength(30);
    expect(told.size).toBe(6);
  });

  it('the other way round', () => {
    const dim = (level: number, collapsed: number) => network(`N8 D${level} L5`, { types: 8, dim: level, depth: 5 }, collapsed);
    expect(found(dim(4, 5), dim(8, 0), dim(16, 0)).findings[0]!.short).toMatch(/^Activity goes out up to D = 4, and stays above: /);
    expect(found(dim(4, 0), dim(8, 5), dim(16, 0)).findings[0]!.short).toMatch(/^Activity goes out with D = 8: /);
  });

  it('runs without a result are counted', () => {
    const failed = depth(2, 0, 2).map((run): Uncut => ({ ...run, result: null }));
    expect(found(depth(1, 0), failed, depth(4, 5), depth(8, 5)).findings[0]!.text).toMatch(/\. 2 unpruned runs have no result\.$/);
  });

  it('few seeds show nothing for certain', () => {
    expect(found(depth(1, 0, 1), depth(2, 0, 1), depth(3, 1, 1)).findings).toMatchObject([{ kind: 'series', verdict: 'open' }]);
  });

  it('nothing is said of two levels, of networks that all live or all die, or that differ in something else as well', () => {
    expect(found(depth(1, 0), depth(2, 5)).findings).toEqual([]);
    expect(found(depth(1, 0), depth(2, 0), depth(3, 1)).findings).toEqual([]);
    expect(found(depth(1, 5), depth(2, 5), depth(3, 5)).findings).toEqual([]);
    const other = network('N8 D4 L3 (2)', { types: 8, dim: 4, depth: 3, bias: 'learnt' }, 5);
    expect(found(depth(1, 0), depth(2, 0), depth(3, 5), other)).toEqual({ findings: [], told: new Set() });
  });

  it('networks that differ in what is no factor, as a decoder or a backbone of their own, are not lined up', () => {
    const levels = [1, 2, 3, 4].map((level) => depth(level, level > 2 ? 5 : 0));
    const other = (runs: Uncut[], rest: string) => runs.map((run): Uncut => ({ ...run, rest }));
    expect(found(...levels).findings).toMatchObject([{ n: 4 }]);
    expect(found(...levels.map((runs, i) => (i === 3 ? other(runs, 'decoder') : runs))).findings).toMatchObject([{ n: 3 }]);
    expect(found(...levels.map((runs, i) => (i < 2 ? other(runs, 'decoder') : runs))).findings).toEqual([]);
  });

  it('initial weights as in the paper stand beside a series of gains, which goes on without them', () => {
    const gain = (initialisation: number | string, collapsed: number) =>
      network(`N8 D4 L5, gain ${initialisation}`, { types: 8, dim: 4, depth: 5, initialisation }, collapsed);
    const { findings, told } = found(gain(0.5, 5), gain(1, 5), gain(2, 0), gain('paper', 5));
    expect(findings).toMatchObject([{ kind: 'series', n: 3 }]);
    expect(told).not.toContain('N8 D4 L5, gain paper');
  });

  it('and nothing of runs that are cut or have not ended', () => {
    const cut = [1, 2, 3].map((level) => depth(level, level > 2 ? 5 : 0).map((run): Uncut => ({ ...run, arm: 'pruned' })));
    const going = [1, 2, 3].map((level) => depth(level, 0).map((run): Uncut => ({ ...run, result: null })));
    expect(found(...cut, ...going).findings).toEqual([]);
  });
});

describe('against the forecast', () => {
  const dying = (level: number, collapsed: number) => depth(level, collapsed, 3, 'vanishes');
  const living = (level: number, collapsed: number) => depth(level, collapsed, 3, 'stays');
  const forecastOf = (...networks: Uncut[][]) => found(...networks).findings.filter(({ kind }) => kind === 'forecast');

  it('counts networks, and says that it was right', () => {
    const networks = [1, 2, 3, 4, 5, 6].map((level) => living(level, 0));
    const [finding] = forecastOf(...networks, depth(7, 2, 3, 'open'), ...[8, 9, 10, 11, 12, 13].map((level) => dying(level, 3)));
    expect(finding).toMatchObject({ verdict: 'holds', n: 13, place: 'The forecast of 13 networks before any cut, on images' });
    expect(finding!.short).toBe(
      'Of 6 forecast to vanish, 6 collapsed in most of their seeds; of 1 left open, 1; of 6 forecast to stay, 0.',
    );
    // 6 of 6 by SciPy: [0.541, 1].
    expect(finding!.text).toMatch(/forecast to vanish, 6 collapsed in most of their seeds \(95 % interval 54\.\d+\D*% to 100/);
  });

  it('says how many forecasts are from what', () => {
    const byGains = dying(9, 3).map((run): Uncut => ({ ...run, basis: 'gains' }));
    const [finding] = forecastOf(living(1, 0), living(2, 0), dying(8, 3), byGains);
    expect(finding!.place).toBe('The forecast of 4 networks before any cut, 3 on images, 1 by gains');
  });

  it('says so where it was wrong, or where there are too few to tell', () => {
    expect(forecastOf(...[1, 2, 3, 4, 5, 6].map((level) => dying(level, 0)))[0]!.verdict).toBe('caveat');
    expect(forecastOf(dying(1, 3), dying(2, 3), living(3, 0), living(4, 0))[0]!.verdict).toBe('open');
    expect(forecastOf(dying(1, 3), living(2, 0), depth(3, 1, 3, 'open'), depth(4, 1, 3, 'open'))).toEqual([]);
  });
});

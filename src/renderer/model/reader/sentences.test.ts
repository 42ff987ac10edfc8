import { expect, it } from 'vitest';
import { resultsOfRuns, studyRuns } from '../../../../test/renderer/study-runs.ts';
import { countText, groupsOf, headlineOf, placeOn, pText, scaleOf } from './sentences.ts';

const { conclusion } = resultsOfRuns(studyRuns({ types: [8, 16, 32], dims: [4], depths: [6], seeds: 3 }));

it('groups sentences, those of several networks first', () => {
  const groups = groupsOf(conclusion);
  expect(groups.map(({ place, together }) => [place, together])).toEqual([
    ['Networks whose activity is at risk by the forecast', true],
    ...['N8 D4 L6', 'N16 D4 L6', 'N32 D4 L6'].map((network) => [`${network}, chip b0.25 c0.5`, false]),
  ]);
  expect(groups.flatMap(({ findings }) => findings)).toEqual(conclusion);
});

it('has all intervals on one scale that holds 0 and no more than is possible', () => {
  const scale = scaleOf(conclusion)!;
  expect(scale.ticks).toContain(0);
  expect(scale.ticks.length).toBeLessThanOrEqual(5);
  for (const { difference, ci95 } of conclusion)
    for (const value of difference === null ? [] : [difference, ...(ci95 ?? [])]) {
      expect(placeOn(scale, value)).toBeGreaterThanOrEqual(0);
      expect(placeOn(scale, value)).toBeLessThanOrEqual(1);
    }
  expect(scaleOf([])).toBeNull();
});

it('counts networks, or seeds of one', () => {
  expect(countText({ ...conclusion[0]!, n: 3, difference: 0.2, p: 0.0123 })).toBe('n = 3 networks, p = 0.012');
  expect(countText({ ...conclusion[0]!, network: 'N8', n: 1, p: null })).toBe('n = 1 seed');
  expect([pText(0.0004), pText(0.45)]).toEqual(['p < 0.001', 'p = 0.45']);
});

it('has a headline that no sentence below takes back', () => {
  const [first] = conclusion;
  const base = { ...first!, network: 'N8', n: 6, measure: 'accuracy' as const, difference: 0.3, p: 0.001 };
  const claim = { ...base, kind: 'claim' as const, verdict: 'holds' as const };
  const size = { ...base, kind: 'size' as const, verdict: 'caveat' as const, difference: -0.02, p: 0.4 };
  const loss = { ...size, kind: 'loss' as const };
  const early = { ...base, kind: 'unsettled' as const, verdict: 'caveat' as const, runs: claim.runs.slice(0, 2) };
  expect(headlineOf([early, claim])!.text).toMatch(
    /^Too early to tell: 2 of the \d+ runs behind it may have been tested before batch norm/,
  );
  expect(headlineOf([{ ...early, runs: [] }, claim])!.text).toMatch(/^Pruning raised accuracy/);
  const said = 'Pruning raised accuracy by 30.0\u202fpp';
  expect(headlineOf([claim])?.text).toBe(`${said}.`);
  expect(headlineOf([claim, { ...size, verdict: 'holds' }])?.text).toBe(`${said}.`);
  expect(headlineOf([claim, size])?.text).toBe(`${said}, but the smaller size may explain all of it.`);
  expect(headlineOf([claim, size, loss])?.text).toBe(`${said}, but the smaller size or the loss term may explain all of it.`);
  expect(headlineOf([claim, { ...size, p: 0.01 }, loss])?.text).toBe(`${said}, but the small network from scratch did better still.`);
  expect(headlineOf([{ ...claim, difference: -0.1 }, size])?.text).toBe('Pruning lowered accuracy by 10.0\u202fpp.');
  expect(headlineOf([{ ...claim, verdict: 'open', n: 2 }])?.text).toBe('Undecided: 2 seeds are too few.');
  expect(headlineOf([{ ...claim, verdict: 'open' }])?.text).toBe('Pruning had no detectable effect.');
  expect(headlineOf([{ ...claim, kind: 'vanished' }])).toBeNull();
});

it('speaks of all cuts of a network, not of the one that comes first', () => {
  const cut = (place: string, difference: number, verdict: 'holds' | 'open' = 'holds') => ({
    ...conclusion[0]!,
    ...{ place, network: 'N8', n: 6, measure: 'accuracy' as const, difference, p: 0.001, kind: 'claim' as const, verdict },
  });
  const doubt = (place: string, kind: 'size' | 'any-cut', verdict: 'holds' | 'caveat' = 'caveat') => ({
    ...cut(place, -0.02),
    kind,
    verdict,
  });
  const cuts = [cut('N8, a', 0.5), cut('N8, b', 0.3), cut('N8, c', 0.2, 'open')];
  const said = 'Pruning raised accuracy in 2 of 3 cuts, by 30.0\u202fpp to 50.0\u202fpp';
  expect(headlineOf(cuts)).toEqual({ place: 'N8', text: `${said}.` });
  const doubts = [doubt('N8, a', 'any-cut'), doubt('N8, b', 'any-cut'), doubt('N8, a', 'size', 'holds'), doubt('N8, b', 'size')];
  expect(headlineOf([...cuts, ...doubts, doubt('N8, c', 'size')])!.text).toBe(
    `${said}, but the smaller size may explain it in 1 of them and any cut at all may explain it in 2 of them.`,
  );
  // Where none is certain, the first is spoken of.
  expect(headlineOf([cut('N8, a', 0.5, 'open'), cut('N8, b', 0.3, 'open')])!.place).toBe('N8, a');
});

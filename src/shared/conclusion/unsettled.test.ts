import { expect, it } from 'vitest';
import { conclusionOf, inShort } from './conclusion.ts';
import { unsettledFindings, type Tested } from './unsettled.ts';

const run = (id: string, network: string, unsettled: boolean): Tested => ({ id, network, unsettled, result: {} });

it('says how many runs were tested before batch norm had settled, and of which networks', () => {
  const runs = [run('a', 'N8', true), run('b', 'N8', true), run('c', 'N16', false), { ...run('d', 'N16', false), result: null }];
  const [finding, ...others] = unsettledFindings(runs);
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ kind: 'unsettled', verdict: 'caveat', network: null, n: 1, runs: ['a', 'b'] });
  expect(finding!.text).toMatch(/^Tested too early: in 2 of 3 runs only the test finds .* Train longer before judging\.$/);
});

it('says nothing where none was', () => expect(unsettledFindings([run('a', 'N8', false)])).toEqual([]));

it('comes before everything that it puts in doubt, in the short form, too', () => {
  const uncut = { arm: 'unpruned', factors: { network: 'N8' }, rest: '', forecast: null, basis: 'probe', unsettled: true } as const;
  const runs = [{ ...uncut, id: 'a', network: 'N8', result: { accuracy: 0.1, collapsed: true } }];
  const row = {
    network: 'N8',
    pruning: null,
    arm: 'unpruned',
    n: 1,
    collapsed: 1,
    runs: ['a'],
    accuracy: { mean: 0.1, deviation: null, ci95: null },
  };
  const conclusion = conclusionOf({ arms: [row as never], controls: [], pooled: [] }, runs);
  expect(conclusion.map(({ kind }) => kind)).toEqual(['unsettled', 'vanished']);
  expect(inShort(conclusion).map(({ kind }) => kind)).toEqual(['vanished', 'unsettled']);
});

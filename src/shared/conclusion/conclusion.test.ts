import { describe, expect, it } from 'vitest';
import type { Arm } from '../spec/arms.ts';
import type { Outcome } from '../statistics/outcomes.ts';
import { statisticsOf } from '../statistics/statistics.ts';
import { conclusionOf, inShort } from './conclusion.ts';
import { signOf } from './finding.ts';

const cut = { name: 'chip b0.5 c0.5', extent: 'b0.5 c0.5', remaining: 'N8 D4 L4', afresh: null };

/** Accuracies in percent, a number per seed; `dead` of them end with all inactive. */
function arm(name: Arm, accuracies: number[], dead: number, network = 'N16 D4 L4'): Outcome[] {
  return accuracies.map((accuracy, i) => ({
    id: `${network} ${name} ${i + 1}`,
    network,
    forecast: null,
    arm: name,
    cut: name === 'unpruned' || name === 'ccm' ? null : cut,
    seed: i + 1,
    twin: name === 'unpruned' ? null : `${network} unpruned ${i + 1}`,
    result: { accuracy: accuracy / 100, inactiveShare: i < dead ? 1 : 0, collapsed: i < dead },
  }));
}

const conclude = (...arms: Outcome[][]) => conclusionOf(statisticsOf(arms.flat()), []);
const told = (...arms: Outcome[][]) => conclude(...arms).map(({ kind, verdict }) => [kind, verdict]);

const unpruned = arm('unpruned', [10, 10, 10, 10], 4);
const pruned = arm('pruned', [78.8, 80, 75, 75], 0);
const scratch = arm('scratch', [86.6, 89, 86.2, 83.8], 0);
const ccm = arm('ccm', [94.6, 94, 93.5, 94.2], 0);

describe('the measured case', () => {
  const [claim, size, ...rest] = conclude(unpruned, pruned, scratch);

  it('holds what the cut does', () => {
    expect(claim).toMatchObject({ kind: 'claim', verdict: 'holds', n: 4, difference: expect.closeTo(0.672, 9) as number });
    expect(claim!.text).toMatch(
      /^N16 D4 L4, chip b0\.5 c0\.5: the pruned network is better than its unpruned twin: 77\.20.% test accuracy against 10\.00.%, \+67\.2.pp, 95 % interval \+63\.\d.pp to \+71\.\d.pp, p < 0\.001, 4 seeds; collapsed in 0 of 4 seeds against 4 of 4\.$/u,
    );
    expect(claim!.short).toMatch(
      /^The pruned network is better than its unpruned twin: 77\.20.% test accuracy against 10\.00.%, \+67\.2.pp \[\+63\.\d, \+71\.\d\]; collapsed in 0 of 4 seeds against 4 of 4\.$/u,
    );
    expect(claim!.runs).toHaveLength(8);
  });

  it('and that the smaller size explains it', () => {
    expect(size).toMatchObject({ kind: 'size', verdict: 'caveat', n: 4, difference: expect.closeTo(-0.092, 9) as number });
    expect(size!.text).toContain('the smaller size explains the gain, not the cut. It does not collapse either (0 of 4).');
    expect(size!.ci95![1]).toBeLessThan(0);
  });

  it('and says which control is lacking', () => {
    expect(rest.map(({ text, verdict }) => [text, verdict])).toEqual([
      [
        'N16 D4 L4, chip b0.5 c0.5: without "CCM alone" as a control, the effect of the cut cannot be told from that of the loss term.',
        'caveat',
      ],
    ]);
  });
});

describe('controls', () => {
  it('name the loss term where the network lives with it, whether better, worse or the same', () => {
    expect(told(unpruned, pruned, scratch, ccm)).toEqual([
      ['claim', 'holds'],
      ['size', 'caveat'],
      ['loss', 'caveat'],
    ]);
    const [, loss] = conclude(unpruned, arm('pruned', [96, 95.5, 96.4, 95.8], 0), ccm);
    expect(loss).toMatchObject({ kind: 'loss', verdict: 'caveat' });
    expect(loss!.text).toContain('but it does not collapse (0 of 4): the loss term is enough to keep it active');
  });

  it('that do worse and die explain nothing', () => {
    const found = conclude(unpruned, pruned, arm('scratch', [11, 10, 12, 10], 4), arm('ccm', [10, 10, 11, 10], 4));
    expect(found.map(({ kind, verdict }) => [kind, verdict])).toEqual([
      ['claim', 'holds'],
      ['size', 'holds'],
      ['loss', 'holds'],
    ]);
    expect(found[1]!.text).toContain('does not explain the gain');
  });

  it('that cannot be told from pruned leave their explanation possible', () => {
    const [, , , any] = conclude(unpruned, pruned, scratch, ccm, arm('random', [78, 81, 74, 76], 0));
    expect(any).toMatchObject({ kind: 'any-cut', verdict: 'caveat' });
    expect(any!.text).toContain('not detectably different from pruned');
    expect(any!.text).toContain('perhaps any cut explains the gain');
  });

  it('explain no gain that is not there, even where the mean is above', () => {
    const found = conclude(
      arm('unpruned', [80, 90, 85], 0),
      arm('pruned', [91, 78, 89], 0),
      arm('scratch', [88, 80, 90], 0),
      arm('ccm', [80, 91, 86], 0),
    );
    expect(found.map(({ verdict }) => verdict)).toEqual(['open', 'open', 'open']);
    for (const { text } of found) expect(text).not.toMatch(/\bgain\b/);
  });

  it('that collapsed explain no gain where there is none either', () => {
    const dead = arm('ccm', [10, 10, 10], 3);
    const [, loss] = conclude(arm('unpruned', [10, 40, 10], 2), arm('pruned', [35, 10, 40], 0), dead);
    expect(loss).toMatchObject({ kind: 'loss', verdict: 'open' });
    expect(loss!.text).toMatch(/collapsed as well \(3 of 3; pruned 0 of 3\)\.$/);
  });

  it('say in how many seeds they collapsed, where it was some', () => {
    const [, size] = conclude(unpruned, pruned, arm('scratch', [78, 74, 33, 80], 1), ccm);
    expect(size!.text).toContain('It collapsed in 1 of 4, pruned in 0 of 4.');
  });

  it('of another network or cut are not taken', () => {
    const other = arm('scratch', [86, 89, 86, 84], 0).map((outcome) => ({ ...outcome, cut: { ...cut, remaining: 'N12 D4 L4' } }));
    expect(told(unpruned, pruned, other)).toEqual([
      ['claim', 'holds'],
      ['no-control', 'caveat'],
    ]);
    expect(told(unpruned, pruned, arm('ccm', [90, 91, 92, 93], 0, 'N8 D4 L4'))).toEqual([
      ['claim', 'holds'],
      ['no-control', 'caveat'],
    ]);
  });
});

describe('what cannot be told', () => {
  it('is never better or worse while the interval holds 0', () => {
    const [claim, ...rest] = conclude(
      arm('unpruned', [90, 91, 92], 0),
      arm('pruned', [91, 90.5, 92.5], 0),
      arm('scratch', [91, 90, 92], 0),
      arm('ccm', [91, 90, 92], 0),
    );
    expect(claim).toMatchObject({ verdict: 'open' });
    expect(claim!.text).toContain('does not detectably differ from its unpruned twin');
    for (const { text } of [claim!, ...rest]) expect(text).not.toMatch(/better|worse/);
  });

  it('is what two seeds are too few for, however large; it only looks so', () => {
    const found = conclude(
      arm('unpruned', [10, 10], 2),
      arm('pruned', [82.2, 85.2], 0),
      arm('scratch', [91.4, 91.8], 0),
      arm('ccm', [10, 10], 2),
    );
    expect(found.map(({ kind, verdict }) => [kind, verdict])).toEqual([
      ['claim', 'open'],
      ['size', 'caveat'],
      ['loss', 'holds'],
    ]);
    expect(found[0]!.text).toContain('the pruned network looks better than its unpruned twin');
    expect(found[0]!.text).toContain('2 seeds are too few');
    expect(found[2]!.text).toContain('collapsed as well (2 of 2; pruned 0 of 2): it does not explain the gain');
  });

  it('is one seed, which says so', () => {
    const found = conclude(arm('unpruned', [10], 1), arm('pruned', [96], 0), arm('scratch', [97], 0), arm('ccm', [94.6], 0));
    expect(found.map(({ verdict, ci95, p, n }) => [verdict, ci95, p, n])).toEqual([
      ['open', null, null, 1],
      ['open', null, null, 1],
      ['open', null, null, 1],
    ]);
    expect(found[0]!.text).toContain('this is one seed');
    for (const { text } of found) expect(text).not.toMatch(/better|worse|interval/);
  });

  it('is a difference that the correction for many tests does not leave', () => {
    expect(signOf({ ci95: [0.01, 0.05], p: 0.04 })).toBe('better');
    expect(signOf({ ci95: [0.01, 0.05], p: 0.05 })).toBe('untold');
    expect(signOf({ ci95: [-0.05, -0.01], p: 0.001 })).toBe('worse');
    expect(signOf({ ci95: [0.9, 0.9], p: null })).toBe('untold');
    expect(signOf({ ci95: [-0.01, 0.05], p: 0.01 })).toBe('untold');
    expect(signOf({ ci95: null, p: null })).toBe('untold');
  });

  it('is a difference that is the same in all seeds, which cannot be tested', () => {
    const found = conclude(arm('unpruned', [28, 28, 28], 0), arm('pruned', [25, 25, 25], 0), arm('scratch', [15, 15, 15], 0));
    expect(found.map(({ verdict, p }) => [verdict, p])).toEqual([
      ['open', null],
      ['open', null],
    ]);
    expect(found[0]!.text).toContain('looks worse than its unpruned twin');
    expect(found[0]!.text).toContain('no spread to test with');
  });

  it('speaks of a gain only where there is one, and of "either" only where neither collapses', () => {
    const worse = [arm('unpruned', [95, 96, 95.5, 95.2], 0), arm('pruned', [90, 91.2, 90.4, 90.1], 0)];
    const control = arm('scratch', [50, 51.5, 50.2, 50.1], 0);
    const [, size] = conclude(...worse, control);
    expect(size).toMatchObject({ kind: 'size', verdict: 'holds' });
    expect(size!.text).not.toContain('gain');
    const better = [arm('scratch', [95, 96.2, 95.4, 95.3], 0), arm('ccm', [90.3, 91, 90.2, 90.5], 0)];
    const controls = conclude(...worse, ...better).slice(1);
    expect(controls.map(({ kind, verdict }) => [kind, verdict])).toEqual([
      ['size', 'holds'],
      ['loss', 'open'],
    ]);
    for (const { text } of controls) expect(text).not.toContain('does it');
    const [, alone] = conclude(arm('unpruned', [10], 1), arm('pruned', [10], 1), arm('scratch', [90], 0));
    expect(alone!.text).toContain('It does not collapse (0 of 1)');
  });

  it('is a pruned network without its twin', () => {
    const [claim] = conclude(pruned.map((outcome) => ({ ...outcome, twin: null })));
    expect(claim).toMatchObject({ verdict: 'open', kind: 'claim', difference: null });
    expect(claim!.text).toContain('no unpruned twin to compare with');
  });
});

it('is in short the claim that holds, and what limits it', () => {
  const dull = [arm('unpruned', [90, 91, 92, 90], 0, 'N4 D8 L2'), arm('pruned', [91, 90, 92, 91], 0, 'N4 D8 L2')];
  const short = inShort(conclude(...dull, unpruned, pruned, scratch, ccm));
  expect(short.map(({ network, kind }) => [network, kind])).toEqual([
    ['N16 D4 L4', 'claim'],
    ['N16 D4 L4', 'size'],
  ]);
  expect(inShort([])).toEqual([]);
});

it('says of networks without a cut only what vanished, and nothing of living ones', () => {
  const found = conclude(unpruned, arm('unpruned', [95, 96], 0, 'N8 D8 L5'));
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ kind: 'vanished', verdict: 'holds', network: 'N16 D4 L4', n: 4 });
});

it('a cut that makes a living network worse is said so, without controls', () => {
  const [claim, ...rest] = conclude(arm('unpruned', [95, 96, 95.5, 95.2], 0), arm('pruned', [90, 91.2, 90.4, 90.1], 0));
  expect([claim!.verdict, rest]).toEqual(['holds', []]);
  expect(claim!.text).toContain('worse than its unpruned twin');
});

it('ignores runs that have not ended', () => {
  const failed = pruned.map((outcome) => ({ ...outcome, result: null }));
  expect(told(unpruned, failed)).toEqual([['vanished', 'holds']]);
});

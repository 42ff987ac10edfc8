import { describe, expect, it } from 'vitest';
import type { Verdict } from '../forecast/verdict.ts';
import type { Arm } from '../spec/arms.ts';
import type { Outcome } from '../statistics/outcomes.ts';
import { statisticsOf } from '../statistics/statistics.ts';
import { conclusionOf, inShort } from './conclusion.ts';

const cut = { name: 'chip b0.5 c0.5', extent: 'b0.5 c0.5', remaining: 'small', afresh: { epochs: 1, of: 3 } };

/** Networks with three seeds each: an accuracy in percent for every network; seeds differ a little. */
function arm(name: Arm, accuracies: number[], forecast: Verdict | null, inactive = 0): Outcome[] {
  return accuracies.flatMap((accuracy, n) =>
    [0, 1, 2].map((seed) => ({
      id: `${forecast} ${n} ${name} ${seed}`,
      network: `${forecast} ${n}`,
      forecast,
      arm: name,
      cut: name === 'unpruned' || name === 'ccm' ? null : cut,
      seed,
      twin: name === 'unpruned' ? null : `${forecast} ${n} unpruned ${seed}`,
      result: { accuracy: (accuracy + 0.3 * seed) / 100, inactiveShare: inactive - 0.01 * n, collapsed: inactive > 0.9 },
    })),
  );
}

const together = (...arms: Outcome[][]) => conclusionOf(statisticsOf(arms.flat()), []).filter(({ network }) => network === null);
const dead = arm('unpruned', [10, 11, 10, 12], 'vanishes', 1);
const pruned = arm('pruned', [80, 85, 78, 83], 'vanishes', 0.05);

describe('what is said of several networks', () => {
  it('begins with what the cut does to activity that may go out, and to accuracy', () => {
    const [activity, accuracy, ...rest] = together(dead, pruned);
    expect(activity).toMatchObject({
      kind: 'claim',
      verdict: 'open',
      measure: 'inactiveShare',
      n: 4,
      difference: expect.closeTo(-0.95, 9) as number,
    });
    expect(activity!.text).toContain('the same in all networks');
    expect(accuracy).toMatchObject({ kind: 'claim', verdict: 'holds', measure: 'accuracy', n: 4 });
    expect(accuracy!.text).toMatch(
      /^Networks whose activity is at risk by the forecast \(4\): pruning \(chip b0\.5 c0\.5\) raised test accuracy from 11\.1.% to 81\.8.%: \+70\.8.pp, 95 % interval/u,
    );
    expect(accuracy!.runs).toHaveLength(24);
    expect(rest).toEqual([]);
  });

  it('says that the loss term does so too, and better', () => {
    const found = together(dead, pruned, arm('ccm', [93, 95, 94, 95], 'vanishes', 0.02));
    const loss = found.filter(({ kind }) => kind === 'loss');
    expect(loss.map(({ verdict, measure }) => [verdict, measure])).toEqual([
      ['open', 'inactiveShare'],
      ['caveat', 'accuracy'],
      ['caveat', 'accuracy'],
    ]);
    expect(loss[2]!.text).toContain(': the loss term explains the gain');
  });

  it('takes networks apart that live anyway, where a cut has nothing to explain', () => {
    const alive = arm('unpruned', [95, 96, 94, 95], 'stays');
    const found = together(
      dead,
      pruned,
      alive,
      arm('pruned', [94, 95.1, 93, 93.9], 'stays'),
      arm('scratch', [94.1, 95, 93.2, 94], 'stays'),
    );
    const living = found.filter(({ text }) => text.startsWith('Networks forecast to stay active'));
    expect(living.map(({ kind, verdict }) => [kind, verdict])).toEqual([
      ['claim', 'holds'],
      ['size', 'open'],
    ]);
    expect(living[0]!.text).toContain('lowered test accuracy from ');
    expect(living[1]!.text).not.toContain('may explain');
  });

  it('is nothing with two networks: there is no interval over them', () => {
    const two = (outcomes: Outcome[]) => outcomes.filter(({ network }) => !/[23]$/.test(network));
    expect(together(two(dead), two(pruned))).toEqual([]);
  });

  it('is said in short where the statistics stand beside it', () => {
    const [, accuracy] = together(dead, pruned);
    expect(accuracy!.place).toBe('Networks whose activity is at risk by the forecast');
    expect(accuracy!.short).toMatch(/^Pruning raised test accuracy from 11\.1.% to 81\.8.%: \+70\.8.pp \[\+\d+\.\d, \+\d+\.\d\]\.$/u);
  });

  it('comes first where a conclusion is told in short', () => {
    const short = inShort(conclusionOf(statisticsOf([...dead, ...pruned, ...arm('ccm', [93, 95, 94, 95], 'vanishes')]), []));
    expect(short.map(({ network, verdict }) => [network, verdict])).toEqual([
      [null, 'holds'],
      [null, 'caveat'],
    ]);
  });
});

it('a network from scratch has a head start where the cut starts its capsule layers afresh, which is said', () => {
  const small = [arm('unpruned', [10], 'vanishes', 1), arm('pruned', [80], 'vanishes'), arm('scratch', [90], 'vanishes')];
  const size = conclusionOf(statisticsOf(small.flat()), []).find(({ kind }) => kind === 'size');
  expect(size!.text).toContain('its capsule layers train for all 3 epochs; the cut starts them afresh, for its last 1');
});

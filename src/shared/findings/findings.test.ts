import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import dying from '../../../test/findings/dying.json' with { type: 'json' };
import { EpochMetrics } from '../results.ts';
import { forecast } from '../forecast/forecast.ts';
import { networkOf, type NetworkSpec } from '../spec/network.ts';
import { RunSpec } from '../spec/run.ts';
import { divergenceOf, divergenceText } from './divergence.ts';
import type { Finding } from './finding.ts';
import { findingsOf } from './findings.ts';
import { remediesFor } from './remedies.ts';
import type { Observed } from './rules.ts';
import { vitalsOf, type Vitals } from './vitals.ts';

const input = { height: 28, width: 28, channels: 1, classes: 10 };
const look = (network: NetworkSpec) => forecast(network, input);
const specOf = (family: Parameters<typeof networkOf>[0], rest: object = {}) =>
  RunSpec.parse({ network: networkOf(family), training: { epochs: 10 }, pruning: null, seed: 1, firstEpoch: 0, ...rest });
const spec = specOf({ types: 4, dim: 8, depth: 2 });

/** An epoch of a healthy network of two intermediate layers, four types each. */
function healthy(epoch: number, changes: Partial<Vitals> = {}): Vitals {
  return {
    epoch,
    margin: 0.3,
    trained: changes.margin ?? 0.3,
    layers: [layer('capsules.0', 0, 0.3), layer('capsules.1', 0, 0.3)],
    gradients: epoch === 0 ? [] : ['primary', 'capsules.0', 'capsules.1', 'classes'].map((name) => ({ layer: name, norm: 0.1 })),
    coupling: ['capsules.0', 'capsules.1', 'classes'].map((name) => ({ layer: name, entropy: 0.95, spread: 0.05, betweenImages: 0.03 })),
    ...changes,
  };
}
const layer = (name: string, inactive: number, activity: number) => ({ layer: name, inactive, of: 4, activity });
const dead = (epoch: number, changes: Partial<Vitals> = {}) =>
  healthy(epoch, {
    margin: 0.809998,
    layers: [layer('capsules.0', 4, 0), layer('capsules.1', 4, 0)],
    coupling: ['capsules.0', 'capsules.1', 'classes'].map((name) => ({ layer: name, entropy: 1, spread: 0, betweenImages: 0 })),
    ...changes,
  });

const find = (vitals: Vitals[], rest: Partial<Observed> = {}): Finding[] =>
  findingsOf({ spec, input, status: 'running', error: null, vitals, stepsPerEpoch: 20, ...rest });
const told = (findings: Finding[]) => findings.map(({ kind, since, layer: of }) => [kind, since, of]);

describe('findingsOf', () => {
  it('finds nothing in a healthy run, and nothing in one that has not been tested', () => {
    expect(find([healthy(0), healthy(1), healthy(2), healthy(3)])).toEqual([]);
    expect(find([])).toEqual([]);
  });

  it('tells a network that only testing finds inactive, after too few steps for batch norm, from one that has vanished', () => {
    const [finding] = find([healthy(0), dead(1, { trained: 0.22 })]);
    expect(finding).toMatchObject({ kind: 'inactive', severity: 'warning' });
    expect(finding?.text).toMatch(/In training the margin loss is 0\.22: only testing shows it,.*Train longer before judging\.$/);
  });

  it('tells since when all capsules are inactive: from the start, or how many were', () => {
    expect(find([dead(0), dead(1)])[0]?.text).toMatch(
      /^All 8 capsule types of the intermediate layers have been inactive from the start\./,
    );
    const half = healthy(0, { layers: [layer('capsules.0', 0, 0.2), layer('capsules.1', 3, 0.01)] });
    const [finding] = find([half, dead(1), dead(2)]);
    expect(finding).toMatchObject({ kind: 'inactive', severity: 'vanished', since: 1, layer: null });
    expect(finding?.text).toMatch(/^All 8 .* inactive since epoch 1\. 3 of them were before the first step\./);
    expect(told(find([dead(0), dead(1), healthy(2)]).filter(({ kind }) => kind === 'inactive'))).toEqual([]);
  });

  it('tells which layers, where it is not all of them', () => {
    const upper = (epoch: number) => healthy(epoch, { layers: [layer('capsules.0', 1, 0.1), layer('capsules.1', 4, 0)] });
    const [finding, ...more] = find([healthy(0), healthy(1), upper(2), upper(3)]);
    expect(finding).toMatchObject({ kind: 'inactive', since: 2, layer: 'capsules.1' });
    expect(finding?.text).toMatch(/^All capsule types of capsules\.1 have been inactive since epoch 2\./);
    expect(more).toEqual([]);
  });

  it('names the gain where it is below the critical one, and only there', () => {
    const text = (of: RunSpec) => find([dead(0), dead(1)], { spec: of })[0]?.text;
    expect(text(specOf({ types: 16, dim: 4, depth: 2 }))).toMatch(
      /the gain of capsules\.0, 0\.563, is below the critical gain on its map, 0\.790/,
    );
    expect(text(specOf({ types: 4, dim: 32, depth: 2 }))).not.toMatch(/gain/);
    expect(text(specOf({ types: 16, dim: 4, depth: 2, bias: true }))).not.toMatch(/gain/);
  });

  it('tells a loss that stands at 0.81 for two epochs', () => {
    expect(told(find([healthy(0), healthy(1, { margin: 0.80999 })]))).toEqual([]);
    expect(told(find([healthy(0), healthy(1), healthy(2, { margin: 0.80999 }), healthy(3, { margin: 0.81 })]))).toEqual([
      ['loss-stuck', 2, null],
    ]);
    expect(told(find([healthy(1, { margin: 0.807 }), healthy(2, { margin: 0.807 })]))).toEqual([]);
  });

  it('takes no loss for stuck that only the test has: statistics of batch norm may not have settled yet', () => {
    const early = (epoch: number) => healthy(epoch, { margin: 0.81, trained: 0.6 });
    expect(told(find([healthy(0), early(1), early(2)]))).toEqual([]);
  });

  it('tells gradients of exactly 0, layer by layer, with their step', () => {
    const zero = (epoch: number, ...names: string[]) => {
      const { gradients } = healthy(epoch);
      return healthy(epoch, { gradients: gradients.map((one) => (names.includes(one.layer) ? { ...one, norm: 0 } : one)) });
    };
    expect(told(find([healthy(1), zero(2, 'capsules.0', 'capsules.1'), zero(3, 'capsules.0', 'capsules.1')]))).toEqual([
      ['no-gradient', 2, 'capsules.0'],
    ]);
    const all = ['primary', 'capsules.0', 'capsules.1', 'classes'];
    const [finding] = find([healthy(1), zero(2, ...all)]);
    expect(finding).toMatchObject({ kind: 'no-gradient', since: 2, layer: null });
    expect(finding?.text).toMatch(/^No layer has had any gradient since epoch 2, step 21 of the run: exactly 0/);
    expect(find([healthy(1), zero(2, ...all)], { stepsPerEpoch: null })[0]?.text).toMatch(/since epoch 2: exactly 0/);
    expect(told(find([zero(1, 'classes'), healthy(2)]))).toEqual([]);
  });

  it('tells a loss that is no longer a number from any other failure', () => {
    const error = divergenceText({ loss: NaN, epoch: 3, step: 5 }, 0.001);
    const [finding] = find([healthy(1), healthy(2)], { status: 'failed', error });
    expect(finding).toMatchObject({ kind: 'diverged', severity: 'warning', since: 3 });
    expect(finding?.text).toMatch(/^The loss became NaN, no number, in step 5 of epoch 3/);
    expect(divergenceOf(divergenceText({ loss: Infinity, epoch: 1, step: 1 }, 1))).toEqual({ loss: Infinity, epoch: 1, step: 1 });
    expect(find([healthy(1)], { status: 'failed', error: 'The disk is full.' })).toEqual([]);
  });

  it('forecasts when falling activity reaches the threshold, where the fall is steady', () => {
    const at = (epoch: number, activity: number) =>
      healthy(epoch, { layers: [layer('capsules.0', 0, 0.3), layer('capsules.1', 1, activity)] });
    const [finding] = find([at(1, 0.16), at(2, 0.08), at(3, 0.04)]);
    expect(finding).toMatchObject({ kind: 'falling', severity: 'warning', since: 1, layer: 'capsules.1' });
    // Halved every epoch: 0.02, then 0.01.
    expect(finding?.text).toBe(
      'Activity of capsules.1 is falling by about 50 % an epoch and is now 0.0400. At this rate it reaches the threshold of 0.01 in about 2 epochs.',
    );
    expect(find([at(1, 0.16), at(2, 0.17), at(3, 0.04)])).toEqual([]);
    expect(find([at(2, 0.08), at(3, 0.04)])).toEqual([]);
    // Slow: it would take 28 epochs.
    expect(find([at(1, 0.18), at(2, 0.171), at(3, 0.162)])).toEqual([]);
  });

  it('tells routing that decides nothing, in several iterations and with something to decide', () => {
    const uniform = (epoch: number) =>
      healthy(epoch, {
        coupling: healthy(1).coupling.map((one) =>
          one.layer === 'capsules.1' ? { ...one, entropy: 1, spread: 0, betweenImages: 0 } : one,
        ),
      });
    expect(told(find([healthy(0), uniform(1), uniform(2)]))).toEqual([['routing-uniform', 1, 'capsules.1']]);
    expect(find([uniform(1)], { spec: specOf({ types: 4, dim: 8, depth: 2, iterations: 1 }) })).toEqual([]);
    expect(told(find([dead(1)]))).toEqual([['inactive', 1, null]]);
  });

  it('tells couplings that are the same for every image, though not uniform', () => {
    const still = (epoch: number) => healthy(epoch, { coupling: healthy(1).coupling.map((one) => ({ ...one, betweenImages: 0.0001 })) });
    expect(told(find([healthy(0), still(1), still(2)]))).toEqual([['routing-static', 1, 'capsules.0']]);
    // Not measured by earlier versions.
    const unknown = healthy(1, { coupling: healthy(1).coupling.map(({ layer: of, entropy, spread }) => ({ layer: of, entropy, spread })) });
    expect(find([unknown])).toEqual([]);
  });

  it('notes what training has woken', () => {
    expect(told(find([dead(0), dead(1), healthy(2), healthy(3)]))).toEqual([['woken', 2, 'capsules.0']]);
    // Of a run that goes on after a cut, too.
    const later = specOf({ types: 4, dim: 8, depth: 2 }, { firstEpoch: 5 });
    expect(told(find([{ ...dead(5), gradients: [] }, healthy(6)], { spec: later }))).toEqual([['woken', 6, 'capsules.0']]);
  });

  it('puts the worst first', () => {
    const still = healthy(1).coupling.map((one) => ({ ...one, betweenImages: 0 }));
    const upper = healthy(1, { layers: [layer('capsules.0', 0, 0.3), layer('capsules.1', 4, 0)], coupling: still });
    expect(find([upper]).map(({ severity }) => severity)).toEqual(['vanished', 'note']);
  });

  it('reads a network that died on digits', () => {
    // N16 D4 L4, trained on 600 digits for two epochs.
    const of = specOf({ types: 16, dim: 4, depth: 4 }, { training: { epochs: 2 } });
    const vitals = z
      .array(EpochMetrics)
      .parse(dying)
      .flatMap((epoch) => vitalsOf(epoch, of.training.measure));
    const findings = find(vitals, { spec: of, stepsPerEpoch: 18 });
    expect(told(findings)).toEqual([
      ['inactive', 1, null],
      ['loss-stuck', 1, null],
      ['no-gradient', 2, null],
    ]);
    expect(findings[0]?.text).toMatch(
      /^All 64 .* since epoch 1\. \d\d of them were before the first step\. At initialisation the gain of capsules\.0/,
    );
    expect(findings[2]?.text).toMatch(/since epoch 2, step 19 of the run/);
  });
});

describe('remediesFor', () => {
  const vanishing = specOf({ types: 16, dim: 4, depth: 4 });
  const found = (kind: Finding['kind']): Finding[] => [{ kind, severity: 'warning', since: 1, layer: null, text: '' }];

  it('offers changes that bring a vanishing network above its critical gain', () => {
    const offered = remediesFor(vanishing, look, found('inactive'));
    expect(offered.map(({ name }) => name)).toEqual([
      'D = 16',
      'N = 4',
      '5 routing iterations',
      'initial gain 0.95',
      'sensitive squash',
      'pruned at 0.5',
      'CCM term, α = 0.01',
    ]);
    for (const { name, forecast } of offered.slice(0, -2)) expect(forecast, name).toMatchObject({ verdict: 'stays' });
    expect(offered[0]?.network?.intermediate.map(({ dim }) => dim)).toEqual([16, 16, 16, 16]);
    expect(offered.at(-2)).toMatchObject({ network: null, pruning: { backbone: 0.5, capsules: 0.5 }, forecast: { verdict: 'open' } });
    expect(offered.at(-1)).toMatchObject({ network: null, training: { ccm: 0.01 }, forecast: null });
  });

  it('offers smaller steps where training diverges, and nothing where all is well', () => {
    expect(remediesFor(vanishing, look, found('diverged')).map(({ training }) => training)).toEqual([
      { learningRate: 0.0001 },
      { warmUp: 500 },
    ]);
    expect(remediesFor(vanishing, look, found('woken'))).toEqual([]);
  });
});

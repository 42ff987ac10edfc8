import { divergenceText } from '../../../shared/findings/divergence.ts';
import { describe, expect, it } from 'vitest';
import type { RunDetail, RunSummary } from '../../../shared/contract/index.ts';
import { remediesFor } from '../../../shared/findings/remedies.ts';
import { forecast } from '../../../shared/forecast/forecast.ts';
import { NetworkFamily, networkOf, type NetworkSpec } from '../../../shared/spec/network.ts';
import { TrainingSpec } from '../../../shared/spec/training.ts';
import { planStudy } from '../../../shared/study-plan.ts';
import { inOrder, offersOf, studyOf } from './offers.ts';

const input = { height: 28, width: 28, channels: 1, classes: 10 };
const look = (one: NetworkSpec) => forecast(one, input);
const network = networkOf(NetworkFamily.parse({ types: 16, dim: 4, depth: 4 }));
const training = TrainingSpec.parse({ epochs: 5 });
const finding = { kind: 'inactive' as const, severity: 'vanished' as const, since: 1, layer: null, text: '' };
const summary = { id: 'a', status: 'finished', role: 'unpruned', dataset: { fingerprint: 'f' }, network: { types: 16, dim: 4, depth: 4 } };
const run = {
  summary,
  input,
  spec: { network, training, seed: 7 },
  remedies: remediesFor({ network, training }, look, [finding]),
} as unknown as RunDetail;

const others = new Map<string, RunSummary>(
  [
    { ...summary, id: 'b', role: 'source', arm: 'source', health: null },
    { ...summary, id: 'c', role: 'source', arm: 'source', health: { kinds: ['inactive'] } },
    { ...summary, id: 'd', role: 'source', arm: 'source', status: 'failed', health: null },
    { ...summary, id: 'e', role: 'source', arm: 'source', network: { types: 8, dim: 4, depth: 4 }, health: null },
  ].map((one) => [one.id, one as unknown as RunSummary]),
);

const offers = offersOf(run, { images: 1000, rate: 1e9, runs: others });
const offer = (name: string) => offers.find(({ remedy }) => remedy.name.startsWith(name))!;

it('tells what a cut leaves, and that its smaller network is trained faster', () => {
  expect(offer('pruned').network?.primary.types).toBe(8);
  expect(offer('pruned').seconds!).toBeLessThan(offer('CCM').seconds!);
  expect(offer('N = ').detail).toMatch(/^gain \d+\.\d\d, critical \d+\.\d\d$/);
});

it('counts what became of others like it with the CCM term', () => expect(offer('CCM').detail).toBe('1 of 2 like it stayed active'));

describe('what is offered, and in which order', () => {
  const withTerm = (...active: boolean[]) =>
    new Map(
      active.map((one, i) => [String(i), { ...summary, id: String(i), arm: 'source', health: one ? null : { kinds: ['inactive'] } }]),
    ) as unknown as Map<string, RunSummary>;
  const names = (runs: ReadonlyMap<string, RunSummary>, images = 1000, rate: number | null = 1e9) =>
    inOrder(offersOf(run, { images, rate, runs }), () => null).map(({ remedy }) => remedy.name);
  const term = 'CCM term, α = 0.01';

  it('leaves out what several have tried in vain', () => {
    expect(names(withTerm(false, false, false))).not.toContain(term);
    expect(names(withTerm(false, false, true))).toContain(term);
  });

  it('puts last what one or two have tried in vain, and before what is open what helped most', () => {
    expect(names(withTerm(false, false)).at(-1)).toBe(term);
    const helped = names(withTerm(true, true, false));
    expect(helped.indexOf(term)).toBeLessThan(helped.indexOf('pruned at 0.5'));
  });

  it('keeps its order when speed and images become known', () => expect(names(others, 0, null)).toEqual(names(others)));

  it('puts last what images have refuted', () => {
    const refuted = offer('N = ').network;
    expect(inOrder(offers, (one) => (one === refuted ? 'vanishes' : null)).at(-1)!.network).toBe(refuted);
  });
});

it('makes a study of them that can be planned: every network, cut and uncut, with two seeds', () => {
  const study = studyOf(run);
  const networks = 1 + run.remedies.filter((one) => one.network).length;
  expect(study.networks).toHaveLength(networks);
  expect(study.epochs).toEqual({ train: 3, fineTune: 2 });
  expect(study.seeds).toEqual([7, 8]);
  // Unpruned, its source, what goes on from it, and the cut.
  expect(planStudy(study)).toHaveLength(networks * 2 * 4);
});

it('of a run that diverged, takes the smaller learning rate', () => {
  const diverged = { ...run, remedies: remediesFor({ network, training }, look, [{ ...finding, kind: 'diverged' }]) };
  const study = studyOf(diverged);
  expect(study.training.learningRate).toBe(1e-4);
  expect(study.arms).toEqual(['unpruned']);
});

it('of a run that diverged after some epochs, goes on from there first', () => {
  const error = divergenceText({ loss: NaN, epoch: 3, step: 1 }, training.learningRate);
  const remedies = remediesFor({ network, training }, look, [{ ...finding, kind: 'diverged' }]);
  const failed = { ...run.summary, status: 'failed' as const, error, resumable: true, epoch: 2, lastEpoch: 5 };
  const of = (summary: typeof run.summary) => offersOf({ ...run, summary, remedies }, { images: 1000, rate: 1e9, runs: others });
  const [first, fromBeginning] = of(failed);
  expect([first!.remedy.name, first!.goesOn]).toEqual(['go on from epoch 2 at 0.0001', true]);
  expect(first!.seconds! / fromBeginning!.seconds!).toBeCloseTo(3 / run.spec.training.epochs, 12);
  expect(of({ ...failed, resumable: false }).some(({ goesOn }) => goesOn)).toBe(false);
  expect(of({ ...failed, error: 'The disk is full.' }).some(({ goesOn }) => goesOn)).toBe(false);
});

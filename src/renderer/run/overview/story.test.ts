import { describe, expect, it } from 'vitest';
import type { RunDetail } from '../../../shared/contract/index.ts';
import type { Finding } from '../../../shared/findings/finding.ts';
import { forecast, type NetworkForecast } from '../../../shared/forecast/forecast.ts';
import { NetworkFamily, networkOf } from '../../../shared/spec/network.ts';
import { MeasureSpec } from '../../../shared/spec/training.ts';
import { charts, storyOf, type Story } from './story.ts';

const input = { height: 28, width: 28, channels: 1, classes: 10 };
const network = networkOf(NetworkFamily.parse({ types: 16, dim: 4, depth: 2 }));

const tell = (run: RunDetail, found: NetworkForecast | null) => storyOf(run, network, found);

interface Given {
  activations?: number[][];
  start?: number[][];
  findings?: Partial<Finding>[];
  accuracies?: number[];
  margin?: number;
  status?: string;
  error?: string;
}

const activityOf = (layers: number[][]) =>
  layers.map((values, l) => ({
    layer: `capsules.${l}`,
    meanVector: values,
    meanLength: values,
    maxLength: values,
    activationRate: values,
  }));

function runWith({
  activations = [[0.3, 0.2]],
  start,
  findings = [],
  accuracies = [0.5, 0.9],
  margin = 0.1,
  status = 'finished',
  error,
}: Given) {
  const epochs = accuracies.map((accuracy, i) => ({
    epoch: i + 1,
    test: { accuracy, margin, loss: margin, activity: activityOf(activations) },
    ...(i === 0 && start ? { start: { activity: activityOf(start) } } : {}),
  }));
  return {
    summary: { status, error: error ?? null, epoch: epochs.length },
    spec: { network, firstEpoch: 0, training: { measure: MeasureSpec.parse({}) } },
    classes: Array.from({ length: 10 }, String),
    epochs,
    evaluation: null,
    findings: findings.map((finding) => ({ severity: 'warning', since: 1, layer: null, text: '', ...finding })),
  } as unknown as RunDetail;
}

const text = ({ evidence }: Story) => evidence.map((piece) => piece.text).join('');
const linked = ({ evidence }: Story) => evidence.filter(({ chart }) => chart !== null).map((piece) => [piece.text, piece.chart]);

describe('a run that has vanished', () => {
  const told = tell(
    runWith({
      activations: [[0, 0], [0, 0]],
      start: [[0.1, 0.1], [0.0004, 0.0004]],
      accuracies: [0.1, 0.1],
      margin: 0.81,
      findings: [
        { kind: 'inactive', severity: 'vanished', text: 'All 4.' },
        { kind: 'loss-stuck', severity: 'vanished', text: 'The margin loss has stood at 0.81.' },
        { kind: 'no-gradient', text: 'There has been no gradient for backbone.0 and capsules.0 since epoch 1.' },
      ],
    }),
    forecast(network, input),
  ); // prettier-ignore

  it('says so first', () => {
    expect(told.tone).toBe('vanished');
    expect(told.headline).toBe('All 4 capsule types inactive since epoch 1');
  });

  it('gives its evidence, each piece with the chart that has it', () => {
    expect(text(told)).toMatch(
      /^Margin loss 0\.81 is what a network of zeros gives, and 10\.00.% is chance\. 2 of 4 were inactive before the first step\. Gain 0\.56 is below the critical/,
    );
    expect(text(told)).toContain('before training Capsules 2 had a mean length of 0.00040.');
    expect(text(told)).toContain('No gradient for Backbone 1 and Capsules 1 since epoch 1: these layers no longer learn.');
    expect(linked(told).map(([, chart]) => chart)).toEqual([
      ...[charts.loss, charts.accuracy, charts.capsules, charts.depth, charts.depth, charts.gradients],
    ]);
  });

  it('names the layers where others live', () => {
    const some = tell(
      runWith({ activations: [[0.2, 0.3], [0, 0]], findings: [{ kind: 'inactive', severity: 'vanished', since: 0, layer: 'capsules.1' }] }),
      null,
    ); // prettier-ignore
    expect(some.headline).toBe('Capsules 2 inactive from the start: 2 of 4 capsule types');
    expect(text(some)).toMatch(/^Test accuracy is 90\.00.%, up by 40\.0.% in the last epoch\.$/);
  });
});

it('dates what went layer by layer from the last of it, and says what went first', () => {
  const gone = (since: number, layers: string) =>
    ({
      kind: 'inactive',
      severity: 'vanished',
      since,
      layer: 'x',
      text: `All capsule types of ${layers} have been inactive then.`,
    }) as const;
  const findings = [gone(2, 'capsules.0'), gone(0, 'capsules.1')];
  const told = tell(runWith({ activations: [[0, 0], [0, 0], [0.2, 0.1]], findings }), null); // prettier-ignore
  expect(told.headline).toBe('Capsules 1 and Capsules 2 inactive since epoch 2: 4 of 6 capsule types');
  expect(text(told)).toContain('It began with Capsules 2, inactive from the start.');
});

it('counts the epochs of a run that goes on from where it begins', () => {
  const cut = runWith({});
  const spec = { ...cut.spec, firstEpoch: 2, pruning: {} } as RunDetail['spec'];
  expect(tell({ ...cut, spec }, null).headline).toMatch(/^All 2 capsule types active in every epoch since the cut;/);
  expect(tell({ ...cut, spec: { ...spec, pruning: null } }, null).headline).toMatch(/ in every epoch from 3 on;/);
});

it('warns of what is going out', () => {
  const finding = { kind: 'falling' as const, layer: 'capsules.0', text: 'Activity of capsules.0 falls by about 30 % an epoch.' };
  const told = tell(runWith({ findings: [finding], accuracies: [0.9412, 0.9402] }), null);
  expect(told.tone).toBe('warning');
  expect(told.headline).toBe('Capsules 1 are dying out: 0 of 2 capsule types inactive');
  expect(linked(told)[0]).toEqual(['falls by about 30 % an epoch', charts.depth]);
  expect(text(told)).toMatch(/down by 0\.1.% in the last epoch/);
});

it('is short where nothing is wrong', () => {
  const told = tell(runWith({ activations: [[0.3, 0.06]] }), null);
  expect(told.tone).toBe('well');
  expect(told.headline).toMatch(/^All 2 capsule types active in every epoch; 90\.0.% accuracy$/);
  expect(text(told)).toBe('Least active: Capsules 1, type 1, at 0.060.');
});

it('does not call well what is far from useful, or has inactive capsule types', () => {
  expect(tell(runWith({ accuracies: [0.1, 0.23] }), null).tone).toBe('mixed');
  const some = tell(runWith({ activations: [[0.3, 0]] }), null);
  expect([some.tone, some.headline]).toEqual(['mixed', expect.stringMatching(/^1 of 2 capsule types inactive; 90\.0.% accuracy$/)]);
});

it('says why a run has failed', () => {
  const error = 'The loss became NaN in epoch 3, step 7; a smaller learning rate than 0.1 usually helps.';
  const told = tell(runWith({ status: 'failed', error }), null);
  expect(told).toMatchObject({ tone: 'vanished', headline: 'Failed in epoch 3: the loss is not a number' });
  expect(linked(told)).toEqual([[error, charts.loss]]);
  expect(tell(runWith({ status: 'failed', error: 'The trainer has gone.', accuracies: [] }), null).headline).toBe(
    'Failed before its first epoch ended',
  );
});

it('says before the first epoch what is to be expected', () => {
  const told = tell(runWith({ accuracies: [], status: 'running' }), forecast(network, input));
  expect(told).toMatchObject({ tone: 'open', headline: 'The first epoch is being trained' });
  expect(text(told)).toMatch(/^Forecast by gains: vanishes with depth/);
  const waiting = tell(runWith({ accuracies: [], status: 'queued' }), null);
  expect(waiting).toEqual({ tone: 'open', headline: 'Waiting to be trained', evidence: [] });
  expect(tell(runWith({ accuracies: [], status: 'paused' }), null).headline).toMatch(/^Paused before anything was measured; it goes on /);
});

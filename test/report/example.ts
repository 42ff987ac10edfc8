/** A report of made-up runs in a plausible shape. Nothing in here was measured. */
import type { RunDetail } from '../../src/shared/contract/index.ts';
import { countAsMeasured } from '../../src/shared/inactive.ts';
import type { ReportData } from '../../src/shared/report-data.ts';
import type { EpochMetrics, Evaluation, LayerActivity, RunAnalysis, RunRecord } from '../../src/shared/results.ts';
import { networkOf } from '../../src/shared/spec/network.ts';
import { PruningSpec } from '../../src/shared/spec/pruning.ts';
import { TrainingSpec } from '../../src/shared/spec/training.ts';
import type { StudyRun } from '../../src/shared/study-result.ts';
import { resultsOfRuns, studyRuns, type Sizes } from '../renderer/study-runs.ts';

const CLASSES = 10;
const EPOCHS = 10;
const input = { height: 28, width: 28, channels: 1, classes: CLASSES };
const classes = Array.from({ length: CLASSES }, (_, i) => String(i));

/** Repeatable numbers in [0, 1). */
function noise(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

function activity(random: () => number, types: number, depth: number, dead: boolean): LayerActivity[] {
  return ['primary', ...Array.from({ length: depth }, (_, l) => `capsules.${l}`)].map((layer, l) => {
    const values = Array.from({ length: types }, () => (dead && l > 0 ? 0.004 * random() : 0.1 + 0.7 * random()));
    return { layer, meanVector: values, meanLength: values, maxLength: values, activationRate: values };
  });
}

function evaluation(random: () => number, accuracy: number, layers: LayerActivity[]): Evaluation {
  const confusion = classes.map((_, t) =>
    classes.map((__, p) => (t === p ? Math.round(200 * accuracy) : Math.round((random() * 400 * (1 - accuracy)) / 9))),
  );
  const margin = 0.9 * (1 - accuracy) + 0.01;
  return { loss: margin, margin, reconstruction: 0, accuracy, top5: 1 - (1 - accuracy) / 10, confusion, activity: layers };
}

function detailOf(run: StudyRun, index: number): RunDetail {
  const random = noise(index + 11);
  const [types, dim, depth] = [Number(run.factors.types), Number(run.factors.dim), Number(run.factors.depth)];
  const network = networkOf({ types, dim, depth });
  const { accuracy, collapsed } = run.result!;
  const layers = [
    'backbone.0',
    'backbone.1',
    'backbone.2',
    'primary',
    ...Array.from({ length: depth }, (_, l) => `capsules.${l}`),
    'classes',
  ];
  const epochs = Array.from({ length: EPOCHS }, (_, e): EpochMetrics => {
    const reached = accuracy - 0.3 * accuracy * Math.exp(-e / 2);
    return {
      epoch: e + 1,
      train: { loss: 1 - reached, margin: 1 - reached, reconstruction: 0, ccm: 0.3, accuracy: reached },
      test: evaluation(random, reached, activity(random, types, depth, collapsed)),
      gradients: layers.map((layer) => ({ layer, norm: collapsed ? 0 : random(), perType: Array.from({ length: types }, random) })),
      ...{ imagesPerSecond: 250, seconds: 40, peakMemoryBytes: 7e8 },
    };
  });
  const matrix = (size: number) => Array.from({ length: size }, () => Array.from({ length: size }, () => 2 * random() - 1));
  const analysis: RunAnalysis = {
    coupling: layers.slice(4).map((layer) => ({ layer, entropy: random(), spread: 0.02 * random() })),
    correlation: [16, 32, 64, types * dim].map((size, i) => ({ layer: layers[i]!, matrix: matrix(size), meanAbsolute: random() })),
    cut: null,
    dead: [],
  };
  const pruning = run.pruning === null ? null : PruningSpec.parse({ backbone: 0.25, capsules: 0.5 });
  const scores = (size: number) => Array.from({ length: size }, random);
  const cut =
    run.arm === 'pruned'
      ? [{ layer: 'primary', scores: scores(types * dim), unit: 'channel' as const, kept: [...Array((types * dim) / 2).keys()] }]
      : null;
  return {
    summary: {
      ...{ id: run.id, name: `${run.arm} (${run.network}, seed ${run.seed})`, arm: run.arm, seed: run.seed, parent: null },
      pruning: pruning && { criterion: 'chip', backbone: 0.25, capsules: 0.5, granularity: 'channel', capsuleLayers: 'reinitialise' },
    } as RunDetail['summary'],
    spec: { network, training: TrainingSpec.parse({ epochs: EPOCHS }), pruning, control: null, seed: run.seed, firstEpoch: 0 },
    ...{ input, classes, cut, versions: {}, device: null, choice: null, epochs, analysis, remedies: [], probe: null },
    evaluation: epochs.at(-1)!.test,
    findings: collapsed ? [{ kind: 'inactive', severity: 'vanished', since: 1, layer: 'capsules.0', text: 'No capsule is active.' }] : [],
  };
}

function recordOf({ summary, spec, evaluation: tested, findings }: RunDetail, { twin }: StudyRun): RunRecord {
  const { id, name, arm, seed } = summary;
  return {
    ...{ id, name, arm, seed, twin, role: 'unpruned', parent: null, status: 'finished', pruning: null, params: 90_000, flops: 5e6 },
    ...{ epochs: EPOCHS, accuracy: tested!.accuracy, top5: tested!.top5, loss: tested!.loss },
    best: { epoch: EPOCHS, accuracy: tested!.accuracy, chosenOn: 'test' },
    inactive: countAsMeasured(tested!.activity, spec.training.measure),
    ...{
      activityAtStart: [],
      dead: { total: 0, of: 4 },
      imagesPerSecond: 250,
      peakMemoryBytes: 7e8,
      weightBytes: 4e5,
      findings,
      weights: '',
    },
  };
}

export function exampleReport(sizes: Sizes, title = 'Example'): ReportData {
  const runs = studyRuns(sizes);
  const details = runs.map(detailOf);
  return {
    title,
    date: '2030-01-02T03:04:05.000Z',
    engine: 'wasm (2 threads)',
    versions: { capscope: '0.1.0', node: '24.21.0' },
    dataset: { name: 'Example digits', train: 10_000, test: 2_000, classes, input, fingerprint: 'ab'.repeat(32) },
    settings: { name: title },
    results: resultsOfRuns(runs),
    records: details.map((detail, i) => recordOf(detail, runs[i]!)),
    runs: details,
  };
}

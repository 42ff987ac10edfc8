/** Made-up runs in a plausible shape, for the tests of the report. Nothing in here was measured. */
import { conclusionOf } from '../../src/shared/conclusion/conclusion.ts';
import { cutOf } from '../../src/shared/statistics/outcomes.ts';
import { statisticsOf } from '../../src/shared/statistics/statistics.ts';
import { countInactive, deadOf, isInactive } from '../../src/shared/inactive.ts';
import type { EpochMetrics, Evaluation, LayerActivity, LayerCut, RunAnalysis, RunRecord } from '../../src/shared/results.ts';
import { networkOf } from '../../src/shared/spec/network.ts';
import { PruningSpec } from '../../src/shared/spec/pruning.ts';
import type { RunSpec } from '../../src/shared/spec/run.ts';
import { TrainingSpec } from '../../src/shared/spec/training.ts';
import type { ReportData, ReportRun } from '../../src/report/data.ts';

/** Repeatable numbers in [0, 1). */
function noise(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

const CLASSES = 10;

function activity(random: () => number, types: number, depth: number, waking: number): LayerActivity[] {
  const names = ['primary', ...Array.from({ length: depth }, (_, i) => `capsules.${i}`)];
  return names.map((layer, l) => {
    const meanVector = Array.from({ length: types }, () =>
      Math.max(0.001, (0.6 * waking * random() - 0.06 * l * (1.4 - waking)) / (1 + l)),
    );
    const scale = (factor: number) => meanVector.map((value) => Math.min(1, value * factor));
    return { layer, meanVector, meanLength: scale(1.3), maxLength: scale(2.5), activationRate: scale(1.6) };
  });
}

function evaluation(random: () => number, accuracy: number, types: number, depth: number, waking: number): Evaluation {
  const confusion = Array.from({ length: CLASSES }, (_, t) =>
    Array.from({ length: CLASSES }, (_, p) => (t === p ? Math.round(200 * accuracy) : Math.round((400 * (1 - accuracy) * random()) / 9))),
  );
  const margin = 0.9 * (1 - accuracy) + 0.01;
  return {
    loss: margin,
    margin,
    reconstruction: 0,
    accuracy,
    top5: 1 - (1 - accuracy) / 10,
    confusion,
    activity: activity(random, types, depth, waking),
  };
}

/** A symmetric matrix with ones on its diagonal. */
function correlated(random: () => number, size: number): number[][] {
  const phase = Array.from({ length: size }, () => Math.PI * random());
  return phase.map((a) => phase.map((b) => Math.cos(a - b)));
}

interface Plan {
  name: string;
  role: RunRecord['role'];
  first: number;
  last: number;
  types: number;
  best: number;
  waking: number;
  pruning?: PruningSpec;
}

/** What each planned run does; pruned ones are cut from the second. */
function specOf({ first, last, types, pruning }: Plan, depth: number): RunSpec {
  const training = TrainingSpec.parse({ epochs: last - first + 1 });
  return {
    network: networkOf({ types, dim: 8, depth }),
    training,
    pruning: pruning ?? null,
    control: null,
    seed: 1,
    firstEpoch: first - 1,
  };
}

function exampleRun(plan: Plan, id: number, depth: number, source: RunSpec | null): ReportRun {
  const random = noise(id * 7919 + 13);
  const { role, first, last, types, pruning } = plan;
  const spec = specOf(plan, depth);
  const { network, training } = spec;
  const layers = ['backbone.0', 'backbone.1', 'backbone.2', ...activity(random, types, depth, 1).map(({ layer }) => layer), 'classes'];
  const epochs: EpochMetrics[] = [];
  for (let epoch = first; epoch <= last; epoch++) {
    const accuracy = plan.best - 0.3 * Math.exp(-(epoch - first) / 1.7) - 0.01 * random();
    epochs.push({
      epoch,
      train: { loss: 1.1 * (1 - accuracy), margin: 1.1 * (1 - accuracy), reconstruction: 0, ccm: 0.3, accuracy: accuracy - 0.02 },
      test: evaluation(random, accuracy, types, depth, (plan.waking * (epoch - first + 1)) / (last - first + 1)),
      gradients: layers.map((layer, l) => ({
        layer,
        norm: 0.4 * Math.exp(-0.8 * Math.abs(layers.length - 1 - l)) * (0.5 + random()),
        perType: [],
      })),
      imagesPerSecond: 250 + 60 * random(),
      seconds: 40,
      peakMemoryBytes: 7e8,
    });
  }
  const final = epochs.at(-1)!.test;
  const inactive = countInactive(final.activity, 'mean-vector', 0.01);
  const channels = [16, 32, 64, 64];
  const cut: LayerCut[] | null = pruning
    ? channels.map((count, l) => {
        const scores = Array.from({ length: count }, () => 0.2 + random() ** 2 * 3);
        const order = scores.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
        const ratio = l === 3 ? pruning.capsules : pruning.backbone;
        const kept = order.slice(0, count - Math.floor(ratio * count)).sort((a, b) => a - b);
        return { layer: l === 3 ? 'primary' : `backbone.${l}`, scores, unit: 'channel', kept };
      })
    : null;
  const analysis: RunAnalysis = {
    coupling: layers
      .filter((l) => l.startsWith('capsules') || l === 'classes')
      .map((layer, l) => ({ layer, entropy: 0.97 - 0.1 * l * random(), spread: 0.01 + 0.02 * random() })),
    correlation: layers.slice(0, 4).map((layer) => ({ layer, matrix: correlated(random, 24), meanAbsolute: 0.2 + 0.3 * random() })),
    cut,
    dead: final.activity.map(({ layer, maxLength }) => ({ layer, dead: maxLength.filter((v) => isInactive(v, 0.01)).length, of: types })),
  };
  const params = Math.round(9000 * types ** 1.4);
  return {
    record: {
      id: `run-${id}`,
      name: plan.name,
      role,
      arm: role,
      parent: role === 'pruned' ? 'run-1' : null,
      twin: role === 'pruned' ? 'run-0' : null,
      status: 'finished',
      seed: 1,
      pruning: pruning ? { criterion: pruning.criterion, backbone: pruning.backbone, capsules: pruning.capsules } : null,
      params,
      flops: params * 60,
      epochs: last,
      accuracy: final.accuracy,
      top5: final.top5,
      loss: final.loss,
      inactive,
      activityAtStart: [0.3, 0.2, 0.1],
      dead: deadOf(analysis),
      imagesPerSecond: 280,
      peakMemoryBytes: 7e8,
      weightBytes: 4 * params,
      findings: [],
      weights: `${id}.safetensors`,
    },
    network,
    training,
    pruning: spec.pruning,
    lineage: source ? [source, spec] : [spec],
    epochs,
    evaluation: final,
    analysis,
  };
}

/** A study with one unpruned run, its source and this many pruned runs. */
export function exampleReport(pruned = 1, { types = 16, depth = 3, title = 'Example' } = {}): ReportData {
  const plans: Plan[] = [
    { name: 'unpruned', role: 'unpruned', first: 1, last: 12, types, best: 0.962, waking: 0.55 },
    { name: 'source', role: 'source', first: 1, last: 8, types, best: 0.955, waking: 0.5 },
  ];
  for (let i = 0; i < pruned; i++) {
    const ratio = Math.round(100 * ((i % 9) + 1) * 0.1) / 100;
    const pruning = PruningSpec.parse({ criterion: i < 9 ? 'chip' : 'l1', backbone: ratio, capsules: ratio });
    const name = pruned === 1 ? 'pruned' : `pruned ${pruning.criterion} b${ratio} c${ratio} #${i}`;
    plans.push({
      name,
      role: 'pruned',
      first: 9,
      last: 12,
      types: Math.max(1, Math.round(types * (1 - ratio))),
      best: 0.975 - 0.04 * ratio,
      waking: 0.9,
      pruning,
    });
  }
  const input = { height: 28, width: 28, channels: 1, classes: CLASSES };
  const runs = plans.map((plan, i) => exampleRun(plan, i, depth, plan.role === 'pruned' ? specOf(plans[1]!, depth) : null));
  const network = `N${types} D8 L${depth}`;
  const statistics = statisticsOf(
    runs.flatMap(({ record, pruning, network: spec }) =>
      record.arm === 'source'
        ? []
        : {
            ...{ id: record.id, network, forecast: null, arm: record.arm, seed: 1, twin: record.twin },
            cut: pruning && { ...cutOf(spec, pruning), afresh: null },
            result: { accuracy: record.accuracy, inactiveShare: 0.5, collapsed: false },
          },
    ),
  );
  return {
    title,
    date: '2030-01-02T03:04:05.000Z',
    engine: 'wasm (2 threads)',
    versions: { capscope: '0.1.0', node: '24.21.0', tfjs: '4.22.0' },
    dataset: {
      name: 'Example digits',
      train: 10_000,
      test: 2_000,
      classes: Array.from({ length: CLASSES }, (_, i) => String(i)),
      input,
      fingerprint: 'ab'.repeat(32),
    },
    runs,
    results: { statistics, conclusion: conclusionOf(statistics), runs: [], cuts: [], chance: 0.1, testImages: 2000 },
    settings: { name: title, networks: [{ types, dim: 8, depth }] },
  };
}

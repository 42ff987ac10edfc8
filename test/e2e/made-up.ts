/** A database with a study whose runs have made-up results: enough to look at lists and comparisons without training anything. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadDataset, SAMPLE } from '../../src/datasets/load.ts';
import { describe, parametersOf } from '../../src/shared/describe.ts';
import { networkAfter } from '../../src/shared/pruning-plan.ts';
import { randomStream } from '../../src/shared/random.ts';
import type { EpochMetrics, Evaluation } from '../../src/shared/results.ts';
import { encodeWeights } from '../../src/shared/safetensors.ts';
import { armOf, type RunArm } from '../../src/shared/spec/arms.ts';
import type { NetworkSpec } from '../../src/shared/spec/network.ts';
import { StudySpec } from '../../src/shared/spec/study.ts';
import { planStudy } from '../../src/shared/study-plan.ts';
import { encodeNetworkFile } from '../../src/shared/weights-file.ts';
import { Store } from '../../src/store/store.ts';

const resources = fileURLToPath(new URL('../../resources/', import.meta.url));

/** Accuracy that each arm ends with, and the share of types that are inactive then. */
const ends: Record<RunArm, [accuracy: number, inactive: number]> = {
  unpruned: [0.1, 1],
  source: [0.1, 1],
  ccm: [0.1, 1],
  pruned: [0.82, 0],
  scratch: [0.91, 0.25],
  random: [0.7, 0.5],
  decoder: [0.91, 0.25],
};

export const study = StudySpec.parse({
  name: 'depth against D/N',
  networks: [
    { types: 8, dim: 4, depth: 4 },
    { types: 4, dim: 4, depth: 4 },
  ],
  epochs: { train: 2, fineTune: 2 },
  pruning: [{ backbone: 0.5, capsules: 0.5 }],
  arms: ['unpruned', 'ccm', 'pruned', 'scratch'],
  seeds: [1, 2],
});

/** The last pruned run waits in the queue. Returns the path of the database. */
export async function writeMadeUp(folder: string, spec: StudySpec = study): Promise<string> {
  const { name, shape, classes, fingerprint, train, test } = await loadDataset(SAMPLE, { resources });
  const path = join(folder, 'capscope.db');
  const input = { ...shape, classes: classes.length };
  const store = new Store(path);
  try {
    store.addDataset({ fingerprint, name, shape, classes, train: train.labels.length, test: test.labels.length });
    const { id } = store.studies.add(spec, fingerprint, null);
    const ids = new Map<string, string>();
    const plan = planStudy(spec);
    const waiting = plan.findLast(({ role }) => role === 'pruned')?.key;
    for (const planned of plan) {
      const parent = planned.parent === null ? null : ids.get(planned.parent)!;
      const { params, flops } = describe(planned.spec.network, input);
      const run = store.addRun({ ...planned, study: id, parent, dataset: fingerprint, params, flops });
      ids.set(planned.key, run.id);
      if (planned.key === waiting) {
        store.queue.add([run.id], true);
        continue;
      }
      store.training.claim(run.id, { name: 'wasm', versions: {}, device: '1 thread', choice: 'it was asked for' });
      let { network } = planned.spec;
      const { pruning } = planned.spec;
      if (pruning) {
        network = networkAfter(network, pruning);
        store.training.recordCut(run.id, { network, cut: [], ...describe(network, input) });
      }
      const { firstEpoch, training, seed } = planned.spec;
      const random = randomStream(seed, planned.key);
      const arm = armOf({ role: planned.role, parent, spec: planned.spec });
      const last = firstEpoch + training.epochs;
      for (let epoch = firstEpoch + 1; epoch <= last; epoch++)
        store.training.recordEpoch(run.id, metricsOf(network, arm, epoch / last, random.float, epoch), new Uint8Array([epoch]));
      const images = test.labels.length;
      const lengths = Float32Array.from({ length: images * classes.length }, random.float);
      store.training.recordFinish(run.id, {
        weights: weightsOf(network, input, classes),
        activity: encodeWeights(new Map([['classes', { shape: [images, classes.length], data: lengths }]]), {}),
        evaluation: evaluationOf(network, arm, 1, random.float),
        analysis: { coupling: [], correlation: [], dead: [] },
      });
    }
    return path;
  } finally {
    store.close();
  }
}

function weightsOf(network: NetworkSpec, input: Parameters<typeof describe>[1], classes: string[]): Uint8Array {
  const weights = parametersOf(network, input).map(({ name, shape }) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return [name, { shape, data: new Float32Array(size).fill(0.01) }] as const;
  });
  return encodeNetworkFile({ network, input, classes }, new Map(weights));
}

function evaluationOf({ primary, intermediate }: NetworkSpec, arm: RunArm, progress: number, random: () => number): Evaluation {
  const [end, inactive] = ends[arm];
  const accuracy = end <= 0.1 ? end : Math.min(1, 0.1 + (end - 0.1) * progress + 0.01 * random());
  const values = (count: number, dead: number) => Array.from({ length: count }, (_, i) => (i < dead ? 0 : 0.1 + 0.8 * random()));
  const layer = (name: string, count: number, dead: number) => {
    const lengths = values(count, dead);
    return { layer: name, meanVector: lengths, meanLength: lengths, maxLength: lengths, activationRate: lengths };
  };
  const right = Math.round(100 * accuracy);
  return {
    ...{ loss: 0.9 - accuracy / 2, margin: 0.9 - accuracy / 2, reconstruction: 0, accuracy, top5: 1 },
    confusion: Array.from({ length: 10 }, (_, i) =>
      Array.from({ length: 10 }, (_, j) => (i === j ? right : i === (j + 1) % 10 ? 100 - right : 0)),
    ),
    activity: [
      layer('primary', primary.types, 0),
      ...intermediate.map(({ types }, l) => layer(`capsules.${l}`, types, Math.round(inactive * types))),
    ],
  };
}

function metricsOf(network: NetworkSpec, arm: RunArm, progress: number, random: () => number, epoch: number): EpochMetrics {
  const test = evaluationOf(network, arm, progress, random);
  return {
    epoch,
    train: { loss: test.loss, margin: test.loss, reconstruction: 0, ccm: 0.1, accuracy: test.accuracy },
    test,
    gradients: [{ layer: 'backbone.0', norm: random(), perType: [] }],
    ...{ imagesPerSecond: 100, seconds: 1, peakMemoryBytes: 1e8 },
  };
}

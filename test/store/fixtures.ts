/** A small study as the store sees it, with made-up measurements: enough to tell what comes back from what went in. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, type TestContext } from 'vitest';
import { describe, parametersOf } from '../../src/shared/describe.ts';
import type { EpochMetrics, Evaluation, RunAnalysis } from '../../src/shared/results.ts';
import { encodeWeights } from '../../src/shared/safetensors.ts';
import { networkOf, type NetworkSpec } from '../../src/shared/spec/network.ts';
import { StudySpec } from '../../src/shared/spec/study.ts';
import { planStudy } from '../../src/shared/study-plan.ts';
import type { Weights } from '../../src/shared/weights.ts';
import { encodeNetworkFile } from '../../src/shared/weights-file.ts';
import { Store } from '../../src/store/store.ts';
import type { RunResult, StoredDataset, StoredRun } from '../../src/store/types.ts';

export const engine = { name: 'wasm', versions: { node: '24.0.0', tfjs: '4.22.0' }, device: '2 threads', choice: 'it was asked for' };
export const classes = ['zero', 'one'];
export const input = { height: 12, width: 12, channels: 1, classes: 2 };
export const prunedNetwork = networkOf({ types: 1, dim: 4, depth: 1 });

export const dataset: StoredDataset = {
  fingerprint: 'ab'.repeat(32),
  name: 'tiny',
  shape: { height: 12, width: 12, channels: 1 },
  classes,
  train: 8,
  test: 4,
};

export const study = StudySpec.parse({
  name: 'tiny study',
  networks: [{ types: 2, dim: 4, depth: 1 }],
  epochs: { train: 2, fineTune: 1 },
  pruning: [{ backbone: 0.5, capsules: 0.5 }],
  arms: ['unpruned', 'pruned'],
});

/** Of tests that run at once each has to bring its own. */
type Test = Pick<TestContext, 'onTestFinished'>;

/** A folder that is removed after the test. */
export function temporaryFolder(test: Test = { onTestFinished }): string {
  const folder = mkdtempSync(join(tmpdir(), 'capscope-test-'));
  test.onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function openStore(folder: string, test: Test = { onTestFinished }): Store {
  const store = new Store(join(folder, 'capscope.db'));
  test.onTestFinished(() => store.close());
  return store;
}

/** Adds data set, study and its three runs (unpruned, source, pruned). */
export function addTinyStudy(store: Store): [StoredRun, StoredRun, StoredRun] {
  store.addDataset(dataset);
  const { id } = store.studies.add(study, dataset.fingerprint, null);
  const ids = new Map<string, string>();
  for (const { key, name, role, parent, spec } of planStudy(study)) {
    const { params, flops } = describe(spec.network, input);
    const run = store.addRun({
      study: id,
      key,
      name,
      role,
      parent: parent === null ? null : ids.get(parent)!,
      dataset: dataset.fingerprint,
      spec,
      params,
      flops,
    });
    ids.set(key, run.id);
  }
  return store.runs(id) as [StoredRun, StoredRun, StoredRun];
}

export function evaluation(accuracy: number, types = 2): Evaluation {
  const values = (scale: number) => Array.from({ length: types }, (_, i) => scale * i);
  const activity = ['primary', 'capsules.0'].map((layer) => ({
    layer,
    meanVector: values(0.1),
    meanLength: values(0.2),
    maxLength: values(0.3),
    activationRate: values(0.5),
  }));
  return {
    loss: 1 - accuracy,
    margin: 0.1,
    reconstruction: 0,
    accuracy,
    top5: 1,
    confusion: [
      [1, 1],
      [0, 2],
    ],
    activity,
  };
}

export function metrics(epoch: number, types = 2): EpochMetrics {
  return {
    epoch,
    train: { loss: 1 / epoch, margin: 0.3, reconstruction: 0, ccm: 0.2, accuracy: 0.5 },
    test: evaluation(1 - 0.5 / epoch, types),
    gradients: [
      { layer: 'backbone.0', norm: 0.5, perType: [] },
      { layer: 'capsules.0', norm: 0.1 + 0.2, perType: [0.1, 1e-12] },
    ],
    imagesPerSecond: 100 * epoch,
    seconds: 1.5,
    peakMemoryBytes: 1_000_000 + epoch,
  };
}

export function result(accuracy: number, types = 2): RunResult {
  const analysis: RunAnalysis = {
    coupling: [{ layer: 'capsules.0', entropy: 0.9, spread: 0.1 }],
    correlation: [
      {
        layer: 'primary',
        matrix: [
          [1, 0.5],
          [0.5, 1],
        ],
        meanAbsolute: 0.75,
      },
    ],
    cut: null,
    dead: [{ layer: 'capsules.0', dead: 1, of: types }],
  };
  return { evaluation: evaluation(accuracy, types), analysis };
}

/** A valid weights file of a network, and some file of activities. */
export function resultFiles(network: NetworkSpec): { weights: Uint8Array; activity: Uint8Array } {
  const weights: Weights = new Map(
    parametersOf(network, input).map(({ name, shape }, i) => [
      name,
      { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(i) },
    ]),
  );
  return {
    weights: encodeNetworkFile({ network, input, classes }, weights),
    activity: encodeWeights(new Map([['capsules.0', { shape: [4, 1], data: new Float32Array(4) }]]), {}),
  };
}

/** Trains all three runs to their end, as far as the store can tell. */
export function finishTinyStudy(store: Store): [StoredRun, StoredRun, StoredRun] {
  for (const run of addTinyStudy(store)) {
    store.training.claim(run.id, engine);
    const pruned = run.role === 'pruned';
    if (pruned) {
      const cut = [{ layer: 'primary', scores: [0.1, 0.2, 0.3, 0.4], unit: 'channel' as const, kept: [2, 3] }];
      store.training.recordCut(run.id, { network: prunedNetwork, cut, ...describe(prunedNetwork, input) });
    }
    const types = pruned ? 1 : 2;
    const first = run.spec.firstEpoch + 1;
    for (let epoch = first; epoch < first + run.spec.training.epochs; epoch++)
      store.training.recordEpoch(run.id, metrics(epoch, types), new Uint8Array([epoch]));
    store.training.recordFinish(run.id, { ...resultFiles(store.run(run.id).spec.network), ...result(pruned ? 0.95 : 0.9, types) });
  }
  return store.runs() as [StoredRun, StoredRun, StoredRun];
}

/** A database with as many runs as somebody has after a year: made-up measurements, but of the shape and size of real ones. */
import { join } from 'node:path';
import { loadDataset, SAMPLE } from '../../src/datasets/load.ts';
import { describe } from '../../src/shared/describe.ts';
import { randomStream } from '../../src/shared/random.ts';
import type { EpochMetrics, Evaluation } from '../../src/shared/results.ts';
import { networkOf } from '../../src/shared/spec/network.ts';
import { PruningSpec } from '../../src/shared/spec/pruning.ts';
import { TrainingSpec } from '../../src/shared/spec/training.ts';
import { newId } from '../../src/store/ids.ts';
import { Store } from '../../src/store/store.ts';
import type { StoredRun } from '../../src/store/types.ts';

const network = networkOf({ types: 16, dim: 8, depth: 3 });
const layers = ['primary', 'capsules.0', 'capsules.1', 'capsules.2'];
const backbone = ['backbone.0', 'backbone.1', 'backbone.2'];
const types = 16;
const classes = 10;
/** Made in so many transactions at a time. */
const chunk = 50;

export interface Content {
  runs: number;
  epochs: number;
}

/** Makes the database in `folder`, with one more run that waits in the queue. Returns its path and that run's id. */
export async function writeDatabase(
  folder: string,
  resources: string,
  { runs, epochs }: Content,
): Promise<{ path: string; queued: string }> {
  const { name, shape, classes: names, fingerprint, train, test } = await loadDataset(SAMPLE, { resources });
  const path = join(folder, 'capscope.db');
  const store = new Store(path);
  try {
    const images = { train: train.labels.length, test: test.labels.length };
    store.addDataset({ fingerprint, name, shape, classes: names, ...images });
    const training = TrainingSpec.parse({ epochs });
    const { params, flops } = describe(network, { ...shape, classes });
    const pruning = PruningSpec.parse({ backbone: 0.5, capsules: 0.5 });
    const begin = Date.UTC(2026, 0, 1);
    let parent: StoredRun | null = null;
    for (let first = 0; first < runs; first += chunk)
      store.atomically(() => {
        for (let i = first; i < Math.min(runs, first + chunk); i++) {
          const pruned = i % 3 === 2 && parent !== null;
          const time = new Date(begin + i * 3_600_000).toISOString();
          const run: StoredRun = {
            id: newId(),
            study: null,
            key: `run-${i}`,
            name: `${pruned ? 'pruned' : 'baseline'} ${i}, N${types} D8 L3`,
            role: pruned ? 'pruned' : 'unpruned',
            parent: pruned ? parent!.id : null,
            dataset: fingerprint,
            status: i % 17 === 0 ? 'stopped' : 'finished',
            spec: { network, training, pruning: pruned ? pruning : null, control: null, seed: i, firstEpoch: 0 },
            cut: null,
            params,
            flops,
            engine: 'wasm',
            device: null,
            choice: null,
            versions: {},
            error: null,
            created: time,
            started: time,
            ended: time,
          };
          if (!pruned) parent = run;
          store.insertRun(run);
          const { float } = randomStream(i, 'bench');
          const random = () => Math.round(1e6 * float()) / 1e6;
          const numbers = Array.from({ length: epochs }, (_, n) => n + 1);
          store.results.addEpochs(
            run.id,
            numbers.map((epoch) => metricsOf(epoch, epochs, random)),
          );
        }
      });
    const spec = { network, training: TrainingSpec.parse({ epochs: 1000 }), pruning: null, control: null, seed: 1, firstEpoch: 0 };
    const waiting = { study: null, key: newId(), name: 'long run', role: 'unpruned', parent: null, dataset: fingerprint } as const;
    const { id } = store.addRun({ ...waiting, spec, params, flops });
    store.queue.add([id], true);
    return { path, queued: id };
  } finally {
    store.close();
  }
}

export function metricsOf(epoch: number, epochs: number, random: () => number): EpochMetrics {
  const progress = epoch / epochs;
  const accuracy = 0.98 - 0.8 * Math.exp(-6 * progress) + 0.01 * random();
  const loss = 0.05 + 0.6 * Math.exp(-5 * progress) + 0.01 * random();
  return {
    epoch,
    train: { loss, margin: loss, reconstruction: 0, ccm: 0.1, accuracy },
    test: evaluationOf(accuracy, loss * 1.1, random),
    gradients: [...backbone, ...layers].map((layer) => ({
      layer,
      norm: random(),
      perType: layer.startsWith('backbone') ? [] : numbers(types, random),
    })),
    imagesPerSecond: 80 + 10 * random(),
    seconds: 60,
    peakMemoryBytes: 5e8,
  };
}

export function evaluationOf(accuracy: number, loss: number, random: () => number): Evaluation {
  return {
    loss,
    margin: loss,
    reconstruction: 0,
    accuracy,
    top5: 1,
    confusion: Array.from({ length: classes }, (_, i) =>
      Array.from({ length: classes }, (_, j) => Math.round(100 * (i === j ? accuracy : (1 - accuracy) / 9))),
    ),
    activity: layers.map((layer) => ({
      layer,
      meanVector: numbers(types, random).map((value) => (value < 0.3 ? 0 : value)),
      meanLength: numbers(types, random),
      maxLength: numbers(types, random),
      activationRate: numbers(types, random),
    })),
  };
}

const numbers = (count: number, random: () => number): number[] => Array.from({ length: count }, random);

/** A study of thousands of runs as it would be in the middle: made-up measurements, written straight into the database. */
import Database from 'better-sqlite3';
import { randomStream } from '../../src/shared/random.ts';
import type { Evaluation } from '../../src/shared/results.ts';
import type { NetworkSpec } from '../../src/shared/spec/network.ts';
import { StudySpec } from '../../src/shared/spec/study.ts';
import { Store } from '../../src/store/store.ts';
import { openStudy } from '../../src/workbench/open-study.ts';

/** 5,400 runs: 180 networks, five arms and their source, five seeds. */
export const manyRuns = StudySpec.parse({
  name: 'Depth against D/N',
  networks: [{ types: [4, 8, 12, 16, 24, 32], dim: [4, 8, 12, 16, 20, 24], depth: [1, 2, 3, 5, 8] }],
  epochs: { train: 4, fineTune: 2 },
  pruning: { backbone: 0.5, capsules: 0.5 },
  arms: ['unpruned', 'ccm', 'pruned', 'scratch', 'random'],
  seeds: [1, 2, 3, 4, 5],
});

export const fewRuns = StudySpec.parse({
  ...manyRuns,
  networks: StudySpec.parse({ ...manyRuns, networks: [{ types: [8, 16, 32], dim: [4, 8], depth: [1, 3, 5, 7] }] }).networks,
});

/** Of every layer as many types inactive as its share of those that are lost. */
function evaluationOf({ primary, intermediate }: NetworkSpec, lost: number, accuracy: number): Evaluation {
  const layers = [primary.types, ...intermediate.map(({ types }) => types)];
  const activity = layers.map((types, l) => {
    const inactive = l === 0 ? 0 : Math.round(lost * types);
    const lengths = Array.from({ length: types }, (_, i) => (i < inactive ? 0.001 : 0.4));
    const layer = l === 0 ? 'primary' : `capsules.${l - 1}`;
    return { layer, meanVector: lengths, meanLength: lengths, maxLength: lengths, activationRate: lengths };
  });
  return { loss: 0.1, margin: 0.1, reconstruction: 0, accuracy, top5: 1, confusion: [], activity };
}

/** As the database keeps it: what is measured of layers stands in rows of its own, of which there are none. */
function metricsOf(epoch: number, accuracy: number) {
  const loss = { loss: 0.1, margin: 0.1, reconstruction: 0, accuracy };
  const test = { ...loss, top5: 1, confusion: [] };
  return { epoch, train: { ...loss, ccm: 0 }, test, imagesPerSecond: 800, seconds: 12, peakMemoryBytes: 4e8 };
}

/** Adds the study to a database that the workbench has begun; half of it has run. Answers its id. @param dataset fingerprint. */
export function addSyntheticStudy(path: string, dataset: string, spec: StudySpec, { share = 0.55, failed = 0.006 } = {}): string {
  const store = new Store(path);
  const { study, runs } = openStudy(store, { spec, dataset, engine: null, fresh: true });
  store.close();
  const database = new Database(path);
  const random = randomStream(1, 'synthetic study');
  const toss = () => random.int(0, 999_999) / 1e6;
  const update = database.prepare(
    'UPDATE runs SET status = @status, started = @started, ended = @ended, error = @error, retries = @retries WHERE id = @id',
  );
  const epoch = database.prepare(
    `INSERT INTO epochs (run, epoch, accuracy, loss, inactive, images_per_second, peak_memory, metrics) VALUES (@run, @epoch, @accuracy, 0.1, @inactive, 800, 400000000, @metrics)`,
  );
  const ending = database.prepare(
    `INSERT INTO analyses (run, evaluation, analysis) VALUES (@run, @evaluation, '{"coupling":[],"correlation":[],"cut":null,"dead":[]}')`,
  );
  const begin = Date.now() - 3_600_000;
  const bySeed = runs.toSorted((a, b) => a.spec.seed - b.spec.seed);
  const done = Math.floor(share * bySeed.length);
  database.transaction(() => {
    for (const [i, run] of bySeed.slice(0, done).entries()) {
      const { network, training, firstEpoch } = run.spec;
      const at = (offset: number) => new Date(begin + (3_600_000 * (i + offset)) / done).toISOString();
      const status = toss() < failed ? 'failed' : 'finished';
      const error = status === 'finished' ? null : toss() < 0.5 ? 'The loss is not a number in epoch 3.' : 'The trainer ran out of memory.';
      update.run({ id: run.id, status, started: at(-3), ended: at(0), error, retries: toss() < 0.02 ? 1 : 0 });
      if (status === 'failed') continue;
      const { types, dim } = network.primary;
      const of = network.intermediate.reduce((sum, layer) => sum + layer.types, 0);
      // Less gain and more layers: fewer stay active, as the forecast has it, with some chance about it.
      const lost = 1 / (1 + Math.exp(4 * ((2.25 * dim) / types - 0.25 * network.intermediate.length + toss() - 0.3)));
      const accuracy = 0.1 + 0.87 * (1 - lost);
      for (let done = 1; done <= training.epochs; done++) {
        const reached = 0.1 + (accuracy - 0.1) * (1 - 0.5 ** (firstEpoch + done));
        epoch.run({
          ...{ run: run.id, epoch: firstEpoch + done, inactive: Math.round(lost * of), accuracy: reached },
          metrics: JSON.stringify(metricsOf(firstEpoch + done, reached)),
        });
      }
      ending.run({ run: run.id, evaluation: JSON.stringify(evaluationOf(network, lost, accuracy)) });
    }
  })();
  database.close();
  return study.id;
}

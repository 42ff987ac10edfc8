/**
 * What every engine must agree on: forward pass, losses, gradients, training, importance of channels and surgery of one
 * small network with a layer of every kind, and what is seen of it capsule by capsule. Runs wherever the engine does, so it takes nothing from files.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../../src/engine/engine.ts';
import { scoreLayers } from '../../src/engine/jobs/prune.ts';
import { Inspector } from '../../src/engine/inspection/inspector.ts';
import { CapsNet } from '../../src/engine/network/capsnet.ts';
import { initialWeights } from '../../src/engine/network/initialise.ts';
import { cutWeights } from '../../src/engine/pruning/surgery.ts';
import { readBack } from '../../src/engine/ops/read-back.ts';
import { plainBatch, trainingBatches } from '../../src/engine/training/batches.ts';
import { objective } from '../../src/engine/training/objective.ts';
import { TrainingState } from '../../src/engine/training/training-state.ts';
import { inputShape } from '../../src/shared/dataset.ts';
import { planPruning } from '../../src/shared/pruning-plan.ts';
import { NetworkSpec } from '../../src/shared/spec/network.ts';
import { PruningSpec } from '../../src/shared/spec/pruning.ts';
import { seedsOf, TrainingSpec } from '../../src/shared/spec/training.ts';
import { blobs } from '../engine/blobs.ts';

export type Results = Map<string, Float32Array>;
type PartOfEngine = Pick<Engine, 'kernels' | 'readInterval'>;

export const STEPS = 10;
const SEED = 3;
const dataset = blobs(48, 12);
const input = inputShape(dataset);
interface Problem {
  /** Before the names of its results. */
  name: string;
  network: NetworkSpec;
  training: TrainingSpec;
}
const settings = { epochs: 100, batch: 8, ccm: 0.01, reconstruction: 0.3 };
const problems: Problem[] = [
  {
    name: '',
    network: NetworkSpec.parse({
      backbone: [{ channels: 6 }, { channels: 8, stride: 2 }],
      primary: { types: 4, dim: 4, stride: 1 },
      intermediate: [
        { kind: 'conv', types: 3, dim: 4 },
        { kind: 'full', types: 5, dim: 6, iterations: 2 },
      ],
      classes: { dim: 7 },
      decoder: { hidden: [8, 9] },
      // At the paper's scale so small a network vanishes, and wasm takes lengths below its floor for exactly 0.
      initialisation: { gain: 4 },
    }),
    training: TrainingSpec.parse({ ...settings, weightDecay: 1e-4 }),
  },
  {
    name: 'with remedies, ',
    network: NetworkSpec.parse({
      backbone: [{ channels: 6, stride: 2 }],
      primary: { types: 4, dim: 4, stride: 1 },
      intermediate: [
        { kind: 'conv', types: 3, dim: 4, iterations: 2 },
        { kind: 'conv', types: 4, dim: 4, iterations: 2 },
        { kind: 'conv', types: 3, dim: 4, iterations: 2 },
      ],
      classes: { dim: 7 },
      decoder: { hidden: [8] },
      initialisation: { gain: 2 },
      bias: true,
      residual: 2,
    }),
    training: TrainingSpec.parse({ ...settings, weightDecay: 0.1, weightDecayKind: 'decoupled', weightSeed: 7, dataSeed: 8 }),
  },
];
const pruning = PruningSpec.parse({
  backbone: 0.34,
  capsules: 0.5,
  granularity: 'type',
  capsuleLayers: 'inherit',
  intermediate: { ratio: 0.34 },
  batches: 2,
  batch: 16,
});

/** Everything by name. The backend that goes with the kernels must be the current one. */
export async function parityResults(engine: PartOfEngine): Promise<Results> {
  const results: Results = new Map();
  for (const problem of problems)
    for (const part of [passes, inspected, trained, pruned])
      for (const [name, values] of await part(engine as Engine, problem)) results.set(problem.name + name, values);
  return results;
}

const weightsOf = ({ network, training }: Problem) => initialWeights(network, input, seedsOf(SEED, training).weights);
const build = ({ kernels }: PartOfEngine, problem: Problem) => new CapsNet(problem.network, input, kernels, weightsOf(problem));

/** Forward in both modes, losses, and gradients by every parameter. */
async function passes(engine: PartOfEngine, problem: Problem): Promise<Results> {
  const net = build(engine, problem);
  const { training } = problem;
  const { images, labels, size } = plainBatch(dataset, 'train', 0, training.batch);
  const names: string[] = [];
  const values = await readBack(() => {
    const tensors: tf.Tensor[] = [];
    const note = (name: string, tensor: tf.Tensor) => {
      names.push(name);
      tensors.push(tensor);
    };
    const x = tf.tensor4d(images, [size, input.height, input.width, input.channels]);
    const y = tf.tensor1d(labels, 'int32');
    for (const mode of ['test', 'train'] as const) {
      const { featureMaps, capsules, classes } = net.forward(x, mode);
      for (const { layer, maps } of featureMaps) note(`forward, ${mode}: maps of ${layer}`, maps);
      for (const { layer, vectors } of capsules) note(`forward, ${mode}: ${layer}`, vectors);
      note(`forward, ${mode}: classes`, classes);
      note(`forward, ${mode}: reconstruction`, net.decode(classes, y));
    }
    note('losses', objective(net, x, y, training).report);
    const { value, grads } = tf.variableGrads(() => objective(net, x, y, training).total);
    note('loss', value);
    for (const [name, variable] of net.variables) if (variable.trainable) note(`gradient of ${name}`, grads[variable.name]!);
    return tensors;
  });
  net.dispose();
  return new Map(names.map((name, i) => [name, values[i]!]));
}

/** Capsules of one image by the formulas, and by the engine's kernels. */
async function inspected({ kernels }: Engine, problem: Problem): Promise<Results> {
  const inspector = new Inspector({ network: problem.network, input, weights: weightsOf(problem) }, kernels);
  const pixels = dataset.test.images.slice(0, input.height * input.width * input.channels);
  const { layers } = await inspector.look(pixels, () => 0);
  const computed = await inspector.capsules(pixels);
  inspector.dispose();
  return new Map([
    ...layers.map(({ layer, vectors }) => [`inspected ${layer}`, vectors] as const),
    ...[...computed].map(([layer, vectors]) => [`computed ${layer}`, vectors] as const),
  ]);
}

/** Steps of training: the loss of each, and all weights afterwards. */
async function trained(engine: PartOfEngine, problem: Problem): Promise<Results> {
  const net = build(engine, problem);
  const { training } = problem;
  const seed = seedsOf(SEED, training).data;
  const state = new TrainingState(net, training, { seed: SEED, epoch: 0, readInterval: engine.readInterval });
  const losses: number[] = [];
  let [sum, step] = [0, 0];
  for (let epoch = 1; step < STEPS; epoch++) {
    const batches = trainingBatches(dataset, { ...training, seed, epoch });
    for (let i = 0; i < dataset.train.labels.length / training.batch && step < STEPS; i++) {
      await state.train(batches(i), () => performance.now(), true);
      step += 1;
      const total = state.progress.loss * step; // progress is the mean so far
      losses.push(total - sum);
      sum = total;
    }
  }
  const weights = await net.weights();
  state.dispose();
  return new Map([
    ['losses of training', Float32Array.from(losses)],
    ...[...weights].map(([name, { data }]) => [`trained ${name}`, data] as const),
  ]);
}

/** Channel independence of every channel, and the weights that are left after the cut. */
async function pruned(engine: Engine, problem: Problem): Promise<Results> {
  const { network, training } = problem;
  const job = { network, weights: weightsOf(problem), pruning, seeds: seedsOf(SEED, training) };
  const io = { shouldStop: () => false };
  const scores = await scoreLayers(job, dataset, engine, io);
  const plan = planPruning(network, pruning, scores, input);
  const weights = cutWeights({ spec: network, weights: job.weights, input, plan, fresh: new Map() });
  return new Map([
    ...[...scores].map(([layer, values]) => [`scores of ${layer}`, Float32Array.from(values)] as const),
    ...[...weights].map(([name, { data }]) => [`cut ${name}`, data] as const),
  ]);
}

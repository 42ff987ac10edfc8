/**
 * The engine as a contestant (see contestant.ts): one capsule layer, or training steps, with the fused kernel or the
 * reference op. The opposite side of bench/peers/contestant.py.
 */
import * as tf from '@tensorflow/tfjs-core';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import type { CapsuleKernel, LayerShape } from '../src/engine/ops/capsule-kernel.ts';
import { capsuleLayer } from '../src/engine/ops/routing.ts';
import type { Kernels } from '../src/engine/ops/kernels.ts';
import { referenceKernels } from '../src/engine/backends/reference/kernels.ts';
import { CapsNet } from '../src/engine/network/capsnet.ts';
import { readBack } from '../src/engine/ops/read-back.ts';
import { classLengths } from '../src/engine/training/losses.ts';
import { TrainingState } from '../src/engine/training/training-state.ts';
import type { Batch } from '../src/engine/training/batches.ts';
import { InputError } from '../src/shared/input-error.ts';
import { decodeSafetensors, type Safetensors } from '../src/shared/safetensors.ts';
import type { Weights } from '../src/shared/weights.ts';
import { tensorflowFolder } from '../src/store/location.ts';
import { startEngine } from '../src/trainer/node/engine.ts';
import type { Job } from './contestant.ts';
import { gpuMemoryBytes } from './gpu-memory.ts';
import { countingKernels, countOps, DenormalCounter } from './denormals.ts';
import { peakMemoryBytes } from './peak-memory.ts';
import { StepMetadata } from './problems.ts';

/** Steps of one measurement go on until this much time has passed. */
const MEASUREMENT_MS = 500;

/** Steps of a graphics card that are timed as one, because it works on several at once. */
const GPU_STEPS = 10;

interface Work {
  /** Numbers that must be those of every other contestant; they come of the first steps. */
  check: number[];
  step: () => void | Promise<void>;
  /** Waits until what the steps have asked for is done. */
  settle: () => Promise<void>;
  /** Length of the longest class capsule, of a network. */
  longest?: () => Promise<number>;
}

function float32({ tensors }: Safetensors, name: string): { shape: number[]; data: Float32Array } {
  const tensor = tensors.get(name);
  if (tensor?.dtype !== 'F32') throw new Error(`The problem has no float32 tensor ${name}.`);
  return tensor;
}

/** One layer, forward and backward, from fixed capsules, weights and output gradients. */
async function layerWork(problem: Safetensors, kernel: CapsuleKernel): Promise<Work> {
  const shape = JSON.parse(problem.metadata['shape']!) as LayerShape;
  const { batch, inHeight, inWidth, inTypes, inDim, outHeight, outWidth, outTypes, outDim, kernelHeight, kernelWidth } = shape;
  const u = tf.tensor5d(float32(problem, 'u').data, [batch, inHeight, inWidth, inTypes, inDim]);
  const w = tf.tensor4d(float32(problem, 'w').data, [kernelHeight * kernelWidth * inTypes, outTypes, outDim, inDim]);
  const dv = tf.tensor5d(float32(problem, 'dv').data, [batch, outHeight, outWidth, outTypes, outDim]);
  const layer = tf.valueAndGrads((a: tf.Tensor, b: tf.Tensor) =>
    capsuleLayer(a as tf.Tensor5D, { weight: b as tf.Tensor4D, bias: undefined }, shape, kernel),
  );
  const results = () => {
    const { value, grads } = layer([u, w], dv);
    return { v: value, du: grads[0]!, dw: grads[1]! };
  };
  const checks = await readBack(() => {
    const { v, du, dw } = results();
    return [tf.sum(tf.mul(v, dv)), tf.norm(du), tf.norm(dw)];
  });
  let last: tf.Tensor | null = null;
  const step = () => {
    last?.dispose();
    const { v, du, dw } = results();
    tf.dispose([v, du]);
    last = dw;
  };
  const settle = async () => {
    // One number of the last result: there when all is.
    if (last) await readBack(() => [tf.slice(tf.reshape(last!, [last!.size]), 0, 1)]);
  };
  return { check: checks.map(([value]) => value!), step, settle };
}

/** A step of training as runs do it: forward, loss, backward, Adam. Batches take turns. */
async function trainingWork(problem: Safetensors, kernels: Kernels, readInterval: number): Promise<Work> {
  const metadata = Object.entries(problem.metadata).map(([key, text]) => [key, JSON.parse(text) as unknown]);
  const { spec, input, training } = StepMetadata.parse(Object.fromEntries(metadata));
  const weights: Weights = new Map();
  for (const [name, tensor] of problem.tensors) if (tensor.dtype === 'F32' && name !== 'images') weights.set(name, tensor);
  const net = new CapsNet(spec, input, kernels, weights);
  const state = new TrainingState(net, training, { seed: 1, epoch: 0, readInterval });
  const batches = batchesOf(problem);
  const train = (batch: Batch, read = false) => state.train(batch, () => performance.now(), read);
  const check: number[] = [];
  for (const batch of batches) {
    await train(batch, true);
    check.push(state.finishEpoch().train.loss);
  }
  let turn = 0;
  const longest = async () => {
    const { images, size } = batches[0]!;
    const shape: [number, number, number, number] = [size, input.height, input.width, input.channels];
    const [values] = await readBack(() => [tf.max(classLengths(net.forward(tf.tensor4d(images, shape), 'train').classes))]);
    return values![0]!;
  };
  return { check, step: () => train(batches[turn++ % batches.length]!), settle: () => state.settle(), longest };
}

function batchesOf(problem: Safetensors): Batch[] {
  const images = float32(problem, 'images');
  const labels = problem.tensors.get('labels');
  if (labels?.dtype !== 'I32') throw new Error('The problem has no int32 tensor labels.');
  const [count, size] = images.shape as [number, number];
  const values = images.data.length / count;
  return Array.from({ length: count }, (_, i) => ({
    size,
    images: images.data.slice(i * values, (i + 1) * values),
    labels: labels.data.slice(i * size, (i + 1) * size),
  }));
}

async function measure({ step, settle }: Work, together: number): Promise<number[]> {
  const milliseconds: number[] = [];
  const start = performance.now();
  do {
    const before = performance.now();
    for (let i = 0; i < together; i++) await step();
    await settle();
    milliseconds.push((performance.now() - before) / together);
  } while (performance.now() - start < MEASUREMENT_MS);
  return milliseconds;
}

/** If memory runs out, this process should go, and no other. */
function preferToBeKilled(): void {
  const score = '/proc/self/oom_score_adj';
  if (existsSync(score)) writeFileSync(score, '1000');
}

/** Reads the problem, which nobody needs any more when the work has started. */
async function start({ kind, file }: Job): Promise<Work> {
  const problem = decodeSafetensors(readFileSync(file), file);
  return kind === 'layer' ? layerWork(problem, kernels.capsules) : trainingWork(problem, kernels, readInterval);
}

function reply(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

preferToBeKilled();
const job = JSON.parse(process.argv[2]!) as Job;
const kernelFolder = process.env['CAPSCOPE_KERNELS'];
const engine = await startEngine({
  engine: job.engine ?? 'wasm',
  threads: job.threads,
  tensorflow: tensorflowFolder(),
  ...(kernelFolder === undefined ? {} : { kernels: pathToFileURL(`${kernelFolder}/`) }),
}).catch((error: unknown) => {
  if (!(error instanceof InputError)) throw error;
  // The last line of what it writes is what the race tells.
  console.error(error.message);
  process.exit(1);
});
const { device, readInterval } = engine;
const counter = new DenormalCounter();
if (job.countDenormals) countOps(counter);
const given = job.style === 'reference' ? referenceKernels : engine.kernels;
const kernels = job.countDenormals ? countingKernels(given, counter) : given;
const work = await start(job);
reply({ check: work.check, description: `${engine.description}, Node ${engine.versions['node']!}` });
for await (const request of createInterface({ input: process.stdin })) {
  if (request === 'measure') reply({ milliseconds: await measure(work, device.kind === 'gpu' ? GPU_STEPS : 1) });
  else if (request === 'peak') reply({ peakBytes: peakMemoryBytes(), gpuBytes: device.kind === 'cpu' ? null : await gpuMemoryBytes() });
  else if (request === 'numbers' && work.longest) reply({ longest: await work.longest(), denormals: counter.counts });
}
engine.dispose();

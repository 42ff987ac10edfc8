/** What a network still gets right with a cut and before any fine-tuning, on a sample of the test images. */
import * as tf from '@tensorflow/tfjs-core';
import { inputShape, type Dataset, type Split } from '../../shared/dataset.ts';
import type { Probe } from '../../shared/forecast/probe.ts';
import { MARGIN } from '../../shared/forecast/verdict.ts';
import { planPruning, type Scores } from '../../shared/pruning-plan.ts';
import type { NetworkSpec } from '../../shared/spec/network.ts';
import type { Seeds } from '../../shared/spec/training.ts';
import { longestClasses } from '../../shared/ties.ts';
import { meanOf } from '../../shared/statistics/moments.ts';
import type { TrialCut, TypeLengths } from '../../shared/trial.ts';
import type { Weights } from '../../shared/weights.ts';
import { typeLengths, withGains } from '../analysis/probe.ts';
import type { Engine } from '../engine.ts';
import { breathe, JobStopped, type HostIO } from '../io.ts';
import { CapsNet } from '../network/capsnet.ts';
import { initialWeights } from '../network/initialise.ts';
import { readBack } from '../ops/read-back.ts';
import { silence } from '../pruning/silence.ts';
import { cutWeights } from '../pruning/surgery.ts';
import { plainBatch } from '../training/batches.ts';
import { classLengths } from '../training/losses.ts';

export interface TrialJob {
  /** The network before the cut. */
  network: NetworkSpec;
  weights: Weights;
  scores: Scores;
  seeds: Seeds;
  cuts: readonly TrialCut[];
  /** Test images that are looked at. */
  images: number;
}

const BATCH = 128;

/** Images that cuts with other gains are looked at with: their lengths hardly differ from image to image. */
const PROBE_IMAGES = 64;

/** What a cut leaves; without lengths where only channels are silent, and without `probe` until they have been looked at. */
export interface Left {
  accuracy: number;
  lengths: TypeLengths[] | null;
  probe: Probe | null;
}

/** Tells of one cut after the other what it leaves. Throws JobStopped when the host says so. */
export async function tryCuts(
  { network, weights, scores, seeds, cuts, images }: TrialJob,
  dataset: Dataset,
  engine: Engine,
  io: Pick<HostIO, 'shouldStop'>,
  tell: (index: number, left: Left) => void,
): Promise<void> {
  const sample = { ...dataset, test: sampleOf(dataset.test, images) };
  const input = inputShape(dataset);
  for (const [index, cut] of cuts.entries()) {
    if (cut.kind === 'silent') {
      const { accuracy } = await testOf(new CapsNet(network, input, engine.kernels, silence(weights, cut.channels)), sample, io);
      tell(index, { accuracy, lengths: null, probe: null });
    } else {
      const plan = planPruning(network, cut.pruning, scores, input);
      const fresh = initialWeights(plan.network, input, seeds.weights);
      const left = cutWeights({ spec: network, weights, input, plan, fresh });
      const { accuracy, lengths } = await testOf(new CapsNet(plan.network, input, engine.kernels, left), sample, io);
      // The rest takes about as long again, and is not what somebody waits for who moves a line.
      tell(index, { accuracy, lengths, probe: null });
      const few = { ...dataset, test: sampleOf(dataset.test, Math.min(images, PROBE_IMAGES)) };
      // Trained weights are what they are; only fresh ones could have come out weaker or stronger.
      const lastWith = async (factor: number) => {
        if (plan.capsuleLayers === 'inherit') return lengths;
        const changed = new CapsNet(plan.network, input, engine.kernels, withGains(factor, left, plan.network, input));
        return (await testOf(changed, few, io)).lengths;
      };
      const depth = plan.network.intermediate.length;
      const lastOf = (of: TypeLengths[]) => (depth > 0 ? [meanOf(of[depth]!.lengths)] : []);
      const probe: Probe = {
        ...{ of: 'cut', draws: 1, images: sample.test.labels.length },
        layers: lengths.map((of) => ({ layer: of.layer, mean: meanOf(of.lengths), sd: 0 })),
        last: { weaker: lastOf(await lastWith(1 - MARGIN)), stronger: lastOf(await lastWith(1 + MARGIN)) },
      };
      tell(index, { accuracy, lengths, probe });
    }
  }
}

/** So many images, spread evenly: files may have one class after the other. */
export function sampleOf({ images, labels }: Split, count: number): Split {
  const total = labels.length;
  if (count >= total) return { images, labels };
  const size = images.length / total;
  const taken = Array.from({ length: count }, (_, i) => Math.floor((i * total) / count));
  const pixels = new Uint8Array(count * size);
  for (const [i, from] of taken.entries()) pixels.set(images.subarray(from * size, (from + 1) * size), i * size);
  return { images: pixels, labels: Uint16Array.from(taken, (from) => labels[from]!) };
}

/** Mean lengths of all capsule types, and accuracy: ties count as in a test, each of k longest classes with 1/k. Disposes of `net`. */
async function testOf(
  net: CapsNet,
  dataset: Dataset,
  io: Pick<HostIO, 'shouldStop'>,
): Promise<{ accuracy: number; lengths: TypeLengths[] }> {
  const { height, width, channels } = net.input;
  const count = dataset.test.labels.length;
  const classes = dataset.classes.length;
  let hits = 0;
  let lengths: TypeLengths[] = [];
  try {
    for (let start = 0; start < count; start += BATCH) {
      if (io.shouldStop()) throw new JobStopped('Stopped while trying a cut.');
      const batch = plainBatch(dataset, 'test', start, Math.min(BATCH, count - start));
      let layers: string[] = [];
      const [byClass, ...means] = await readBack(() => {
        const images = tf.tensor4d(batch.images, [batch.size, height, width, channels]);
        const passed = net.forward(images, 'test');
        const found = typeLengths(passed);
        layers = found.map(({ layer }) => layer);
        return [classLengths(passed.classes), ...found.map((of) => of.lengths)];
      });
      const share = batch.size / count;
      const sum = (l: number) => [...means[l]!].map((mean, type) => (lengths[l]?.lengths[type] ?? 0) + share * mean);
      lengths = layers.map((layer, l) => ({ layer, lengths: sum(l) }));
      for (let i = 0; i < batch.size; i++) {
        const longest = longestClasses(byClass!.subarray(i * classes, (i + 1) * classes));
        if (longest.includes(batch.labels[i]!)) hits += 1 / longest.length;
      }
      await breathe();
    }
  } finally {
    net.dispose();
  }
  return { accuracy: hits / count, lengths };
}

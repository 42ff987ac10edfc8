/** The analysis job: everything measured on a finished network that is too costly to measure after every epoch. */
import * as tf from '@tensorflow/tfjs-core';
import { inputShape, type Dataset } from '../../shared/dataset.ts';
import type { LayerCorrelation, LayerCoupling, RunAnalysis } from '../../shared/results.ts';
import type { NetworkSpec } from '../../shared/spec/network.ts';
import type { TrainingSpec } from '../../shared/spec/training.ts';
import type { Weights } from '../../shared/weights.ts';
import { deadCapsules } from '../analysis/activity.ts';
import { layerCorrelation } from '../analysis/correlation.ts';
import { CouplingMeter } from '../analysis/coupling.ts';
import { evaluate, type Measured } from '../analysis/evaluate.ts';
import { couplingCoefficients } from '../backends/reference/capsules.ts';
import type { Engine } from '../engine.ts';
import { CapsNet } from '../network/capsnet.ts';
import { readBack } from '../ops/read-back.ts';
import { plainBatch } from '../training/batches.ts';
import { breathe, JobStopped, type HostIO } from '../io.ts';

export interface AnalyseJob {
  network: NetworkSpec;
  training: Pick<TrainingSpec, 'measure' | 'reconstruction'>;
  weights: Weights;
}

export type Analysis = Measured & Pick<RunAnalysis, 'coupling' | 'correlation' | 'dead'>;

/** Test images whose routing is looked at, and how many at once: their votes have to fit into memory. */
const COUPLING_IMAGES = 64;
const COUPLING_BATCH = 8;

/** Measures a network on the test images. Throws JobStopped when the host says so. */
export async function analyse(job: AnalyseJob, dataset: Dataset, engine: Engine, io: HostIO): Promise<Analysis> {
  const net = new CapsNet(job.network, inputShape(dataset), engine.kernels, job.weights);
  try {
    const measured = await evaluate(net, dataset, job.training, io);
    return {
      ...measured,
      coupling: await couplingOf(net, dataset, io),
      correlation: await correlationOf(net, dataset, job.training.measure.batch),
      dead: deadCapsules(measured.evaluation.activity, job.training.measure.threshold),
    };
  } finally {
    net.dispose();
  }
}

function testImages(net: CapsNet, dataset: Dataset, start: number, count: number): tf.Tensor4D {
  const { height, width, channels } = net.input;
  return tf.tensor4d(plainBatch(dataset, 'test', start, count).images, [count, height, width, channels]);
}

async function couplingOf(net: CapsNet, dataset: Dataset, io: HostIO): Promise<LayerCoupling[]> {
  const layers = net.routedLayers();
  const meters = layers.map((layer) => new CouplingMeter(layer.name, layer.routing!));
  const images = Math.min(COUPLING_IMAGES, dataset.test.labels.length);
  for (let start = 0; start < images; start += COUPLING_BATCH) {
    if (io.shouldStop()) throw new JobStopped('Stopped while analysing routing.');
    const count = Math.min(COUPLING_BATCH, images - start);
    const values = await readBack(() => {
      // capsules[l] feeds the layer layers[l]
      const { capsules } = net.forward(testImages(net, dataset, start, count), 'test');
      return layers.flatMap((layer, l) => {
        const { weight, bias } = net.capsuleParameters(layer);
        return tf.tidy(() => meters[l]!.measure(couplingCoefficients(capsules[l]!.vectors, weight, bias, net.layerShape(layer, count))));
      });
    });
    for (const [l, meter] of meters.entries()) meter.add(count, values.slice(2 * l, 2 * (l + 1)));
    await breathe();
  }
  return meters.map((meter) => meter.result());
}

/** Correlation of the feature maps averaged over the first batch of test images, as the CCM term sees them. */
async function correlationOf(net: CapsNet, dataset: Dataset, batch: number): Promise<LayerCorrelation[]> {
  const count = Math.min(batch, dataset.test.labels.length);
  const featureMaps = tf.tidy(() => net.features(testImages(net, dataset, 0, count), 'test').featureMaps);
  try {
    return await Promise.all(featureMaps.map(({ layer, maps }) => layerCorrelation(layer, maps)));
  } finally {
    tf.dispose(featureMaps.map(({ maps }) => maps));
  }
}

/** The analysis job: everything measured on a finished network that is too costly to measure after every epoch. */
import * as tf from '@tensorflow/tfjs-core';
import { inputShape, type Dataset } from '../../shared/dataset.ts';
import type { LayerCorrelation, RunAnalysis } from '../../shared/results.ts';
import type { NetworkSpec } from '../../shared/spec/network.ts';
import type { TrainingSpec } from '../../shared/spec/training.ts';
import type { Weights } from '../../shared/weights.ts';
import { deadCapsules } from '../analysis/activity.ts';
import { layerCorrelation } from '../analysis/correlation.ts';
import { evaluate, type Measured } from '../analysis/evaluate.ts';
import type { Engine } from '../engine.ts';
import { CapsNet } from '../network/capsnet.ts';
import type { HostIO } from '../io.ts';
import { couplingOf, testImages } from './coupling.ts';

export interface AnalyseJob {
  network: NetworkSpec;
  training: Pick<TrainingSpec, 'measure' | 'reconstruction'>;
  weights: Weights;
}

export type Analysis = Measured & Pick<RunAnalysis, 'coupling' | 'correlation' | 'dead'>;

/** Test images whose routing is looked at. */
const COUPLING_IMAGES = 64;

/** Measures a network on the test images. Throws JobStopped when the host says so. */
export async function analyse(job: AnalyseJob, dataset: Dataset, engine: Engine, io: HostIO): Promise<Analysis> {
  const net = new CapsNet(job.network, inputShape(dataset), engine.kernels, job.weights);
  try {
    const measured = await evaluate(net, dataset, job.training, io);
    return {
      ...measured,
      coupling: await couplingOf(net, dataset, COUPLING_IMAGES, io),
      correlation: await correlationOf(net, dataset, job.training.measure.batch),
      dead: deadCapsules(measured.evaluation.activity, job.training.measure.threshold),
    };
  } finally {
    net.dispose();
  }
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

/** How a network routes test images. Goes by the reference op, which has the coupling coefficients that a fused kernel never writes down. */
import * as tf from '@tensorflow/tfjs-core';
import type { Dataset } from '../../shared/dataset.ts';
import type { LayerCoupling } from '../../shared/results.ts';
import { COUPLING_TENSORS, CouplingMeter } from '../analysis/coupling.ts';
import { couplingCoefficients } from '../backends/reference/capsules.ts';
import { breathe, JobStopped, type HostIO } from '../io.ts';
import type { CapsNet, Mode } from '../network/capsnet.ts';
import { readBack } from '../ops/read-back.ts';
import { plainBatch } from '../training/batches.ts';

/** Images at once: their votes have to fit into memory. */
const BATCH = 8;

export function testImages(net: CapsNet, dataset: Dataset, start: number, count: number): tf.Tensor4D {
  const { height, width, channels } = net.input;
  return tf.tensor4d(plainBatch(dataset, 'test', start, count).images, [count, height, width, channels]);
}

/** On the first so many test images. Throws JobStopped when the host says so. */
export async function couplingOf(
  net: CapsNet,
  dataset: Dataset,
  most: number,
  io: Pick<HostIO, 'shouldStop'>,
  mode: Mode = 'test',
): Promise<LayerCoupling[]> {
  const layers = net.routedLayers();
  const meters = layers.map((layer) => new CouplingMeter(layer.name, layer.routing!));
  const images = Math.min(most, dataset.test.labels.length);
  for (let start = 0; start < images; start += BATCH) {
    if (io.shouldStop()) throw new JobStopped('Stopped while analysing routing.');
    const count = Math.min(BATCH, images - start);
    const values = await readBack(() => {
      // capsules[l] feeds the layer layers[l]
      const { capsules } = net.forward(testImages(net, dataset, start, count), mode);
      return layers.flatMap((layer, l) => {
        const { weight, bias } = net.capsuleParameters(layer);
        return tf.tidy(() => meters[l]!.measure(couplingCoefficients(capsules[l]!.vectors, weight, bias, net.layerShape(layer, count))));
      });
    });
    for (const [l, meter] of meters.entries()) meter.add(count, values.slice(COUPLING_TENSORS * l, COUPLING_TENSORS * (l + 1)));
    await breathe();
  }
  return meters.map((meter) => meter.result());
}

/** Forward pass, losses, gradients and running statistics of a small network against PyTorch in float64. */
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Kernels } from '../../src/engine/ops/kernels.ts';
import { CapsNet, type Forward, type Mode } from '../../src/engine/network/capsnet.ts';
import { toFileLayout } from '../../src/engine/network/layout.ts';
import { ccmTerm } from '../../src/engine/training/ccm.ts';
import { classLengths, marginLoss, reconstructionLoss } from '../../src/engine/training/losses.ts';
import { objective, reportOf } from '../../src/engine/training/objective.ts';
import { backends, closeBackends, useBackend } from './backends.ts';
import { readNetworkGolden, relativeError, type NetworkGolden } from './golden.ts';

const TOLERANCE = 1e-5;
const ALPHAS = [0, 0.01, 1];

/** Checks every tensor and names those that are off. */
function expectClose(results: Map<string, ArrayLike<number>>, golden: NetworkGolden, prefix: string): void {
  const errors = [...results].map(([name, values]) => [name, relativeError(values, golden.tensor(prefix + name).data)] as const);
  expect(errors.filter(([, error]) => !(error <= TOLERANCE))).toEqual([]);
}

const valuesOf = (tensor: tf.Tensor): Float32Array => tensor.dataSync().slice() as Float32Array;

describe.each(backends)('on %s', (backend) => {
  let kernels: Kernels;
  beforeAll(async () => {
    kernels = await useBackend(backend);
  });
  afterAll(closeBackends);

  describe.each(['squash', 'sensitive', 'remedies'])('a network with %s', (name) => {
    const golden = readNetworkGolden(`${name}.safetensors`);
    let net: CapsNet | undefined;
    afterEach(() => {
      net?.dispose();
    });

    const build = (): CapsNet => (net = new CapsNet(golden.spec, golden.input, kernels, golden.weights));
    const imagesTensor = () => tf.tensor4d(golden.images.data, golden.images.shape as [number, number, number, number]);
    const labelsTensor = () => tf.tensor1d(golden.labels, 'int32');

    /** The loss as `objective` composes it, in either mode. */
    function losses(network: CapsNet, mode: Mode, alpha: number) {
      const images = imagesTensor();
      const forward = network.forward(images, mode);
      const reconstruction = network.decode(forward.classes, labelsTensor());
      const margin = marginLoss(classLengths(forward.classes), labelsTensor());
      const error = reconstructionLoss(reconstruction, images);
      const ccm: tf.Scalar = tf.addN(forward.featureMaps.map(({ maps }) => ccmTerm(maps)));
      const total: tf.Scalar = tf.sub(tf.add(margin, tf.mul(error, golden.reconstruction)), tf.mul(ccm, alpha));
      return { forward, reconstruction, margin, error, ccm, total };
    }

    /** What the forward pass gives, by the names of the golden file. */
    function resultsOf({ featureMaps, capsules, classes }: Forward): Map<string, ArrayLike<number>> {
      return new Map([
        ...featureMaps.map(({ layer, maps }) => [`maps.${layer}`, valuesOf(maps)] as const),
        ...capsules.map(({ layer, vectors }) => [`capsules.${layer.replace(/^capsules\./, '')}`, valuesOf(vectors)] as const),
        ['capsules.classes', valuesOf(classes)] as const,
        ['lengths', valuesOf(classLengths(classes))] as const,
      ]);
    }

    function gradientsOf(network: CapsNet, loss: () => tf.Scalar): Map<string, Float32Array> {
      const { value, grads } = tf.variableGrads(loss);
      const gradients = new Map<string, Float32Array>();
      for (const [name, variable] of network.variables) {
        if (!variable.trainable) continue;
        const gradient = grads[variable.name]!;
        gradients.set(name, toFileLayout(name, { shape: gradient.shape, data: valuesOf(gradient) }).data);
      }
      tf.dispose([value, grads]);
      return gradients;
    }

    it.each(['train', 'test'] as const)('has the maps, capsules and losses of PyTorch in mode %s', (mode) => {
      const network = build();
      tf.tidy(() => {
        const { forward, reconstruction, margin, error, ccm } = losses(network, mode, 0);
        const results = resultsOf(forward);
        results.set('reconstruction', valuesOf(reconstruction));
        results.set('loss.margin', valuesOf(margin));
        results.set('loss.reconstruction', valuesOf(error));
        results.set('loss.ccm', valuesOf(ccm));
        expectClose(results, golden, `${mode}.`);
        const compared = [...golden.group(`${mode}.`).keys()].filter((name) => !/^(alpha|after)/.test(name));
        expect([...results.keys()].sort()).toEqual(compared.sort());
      });
    });

    it.each(['train', 'test'].flatMap((mode) => ALPHAS.map((alpha) => ({ mode: mode as Mode, alpha }))))(
      'has the gradients of PyTorch in mode $mode with α = $alpha',
      ({ mode, alpha }) => {
        const network = build();
        const gradients = gradientsOf(network, () => losses(network, mode, alpha).total);
        expectClose(gradients, golden, `${mode}.alpha${alpha}.gradient.`);
        expect([...gradients.keys()].sort()).toEqual([...golden.group(`${mode}.alpha${alpha}.gradient.`).keys()].sort());
      },
    );

    it.each(ALPHAS)('is trained with the total loss and gradients of PyTorch at α = %d', (alpha) => {
      const network = build();
      const weighting = { reconstruction: golden.reconstruction, ccm: alpha };
      tf.tidy(() => {
        const { total, report } = objective(network, imagesTensor(), labelsTensor(), weighting);
        const { loss, ccm, correct } = reportOf(valuesOf(report), weighting);
        expectClose(new Map([['total', valuesOf(total)]]), golden, `train.alpha${alpha}.`);
        expectClose(new Map([['total', [loss]]]), golden, `train.alpha${alpha}.`);
        if (alpha > 0) expectClose(new Map([['loss.ccm', [ccm]]]), golden, 'train.');
        expect(correct).toBe(correctOf(golden));
      });
      const gradients = gradientsOf(network, () => objective(network, imagesTensor(), labelsTensor(), weighting).total);
      expectClose(gradients, golden, `train.alpha${alpha}.gradient.`);
    });

    it('moves the running statistics as PyTorch does, and only in training', async () => {
      const network = build();
      const statistics = async () =>
        new Map([...(await network.weights())].filter(([name]) => name.includes('.running_')).map(([n, { data }]) => [n, data]));
      const before = await statistics();
      tf.tidy(() => void network.forward(imagesTensor(), 'test'));
      expect(await statistics()).toEqual(before);
      tf.tidy(() => void network.forward(imagesTensor(), 'train'));
      expect((await statistics()).size).toBe(2 * golden.spec.backbone.length);
      expectClose(await statistics(), golden, 'train.after.');
    });
  });
});

/** Correctly classified images of the golden's training pass. */
function correctOf({ tensor, labels, input }: NetworkGolden): number {
  const lengths = tensor('train.lengths').data;
  const longest = (row: Float32Array) => row.indexOf(Math.max(...row));
  return labels.filter((label, i) => longest(lengths.subarray(i * input.classes, (i + 1) * input.classes)) === label).length;
}

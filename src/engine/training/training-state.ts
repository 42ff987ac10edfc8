/** A training in progress: network, optimizer and the sums of the current epoch. Can be saved after any step and go on bit for bit. */
import * as tf from '@tensorflow/tfjs-core';
import type { EpochMetrics } from '../../shared/results.ts';
import type { TrainingSpec } from '../../shared/spec/training.ts';
import type { CapsNet } from '../network/capsnet.ts';
import { Adam } from './adam.ts';
import type { Batch } from './batches.ts';
import type { Checkpoint, CheckpointMeta } from './checkpoint.ts';
import { addNorms, gradientNorms, scaleNorms } from './gradient-norms.ts';
import { objective, readReport, type ObjectiveReport } from './objective.ts';

/** Gradient norms are read back in every so many steps; reading them in all would cost more than they tell. */
const GRADIENT_SAMPLE_INTERVAL = 10;

const noSums = (): CheckpointMeta['sums'] => ({
  loss: 0,
  margin: 0,
  reconstruction: 0,
  ccm: 0,
  correct: 0,
  images: 0,
  steps: 0,
  gradients: null,
  gradientSamples: 0,
  seconds: 0,
});

export class TrainingState {
  readonly #net: CapsNet;
  readonly #adam: Adam;
  readonly #training: TrainingSpec;
  readonly #seed: number;
  #epoch: number;
  #sums = noSums();

  /** Takes over `net`; `epoch` is the number of epochs already behind it. */
  constructor(net: CapsNet, training: TrainingSpec, seed: number, epoch: number) {
    this.#net = net;
    this.#adam = new Adam(net.variables);
    this.#training = training;
    this.#seed = seed;
    this.#epoch = epoch;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** Steps done in the current epoch. */
  get step(): number {
    return this.#sums.steps;
  }

  /** Mean loss, accuracy and speed of the current epoch so far. */
  get progress(): { loss: number; accuracy: number; imagesPerSecond: number } {
    const { loss, correct, images, steps, seconds } = this.#sums;
    return { loss: loss / steps, accuracy: correct / images, imagesPerSecond: images / seconds };
  }

  /** One step of gradient descent. `clock` gives milliseconds. Throws when the loss is no longer a number. */
  train(batch: Batch, clock: () => number): void {
    const start = clock();
    const { height, width, channels } = this.#net.input;
    const images = tf.tensor4d(batch.images, [batch.size, height, width, channels]);
    const labels = tf.tensor1d(batch.labels, 'int32');
    let report!: tf.Tensor1D;
    const { value, grads } = tf.variableGrads(() => {
      const parts = objective(this.#net, images, labels, this.#training);
      report = tf.keep(parts.report);
      return parts.total;
    }, this.#adam.parameters);
    const measured = readReport(report, this.#training);
    const { learningRate, learningRateDecay, weightDecay } = this.#training;
    if (Number.isFinite(measured.loss)) {
      this.#adam.update(grads, learningRate * learningRateDecay ** this.#epoch, weightDecay);
      if (this.#sums.steps % GRADIENT_SAMPLE_INTERVAL === 0) this.#sampleGradients(grads);
    }
    tf.dispose([images, labels, report, value, grads]);
    if (!Number.isFinite(measured.loss)) throw this.#divergence(measured.loss);
    this.#add(measured, batch.size, (clock() - start) / 1000);
  }

  #sampleGradients(gradients: tf.NamedTensorMap): void {
    this.#sums.gradients = addNorms(this.#sums.gradients, gradientNorms(this.#net, gradients));
    this.#sums.gradientSamples += 1;
  }

  #add(measured: ObjectiveReport, images: number, seconds: number): void {
    const sums = this.#sums;
    for (const term of ['loss', 'margin', 'reconstruction', 'ccm', 'correct'] as const) sums[term] += measured[term];
    sums.images += images;
    sums.steps += 1;
    sums.seconds += seconds;
  }

  #divergence(loss: number): Error {
    return new Error(
      `The loss became ${loss} in epoch ${this.#epoch + 1}, step ${this.#sums.steps + 1}; a smaller learning rate than ${this.#training.learningRate} usually helps.`,
    );
  }

  /** Ends the epoch and returns what was measured in it. */
  finishEpoch(): Pick<EpochMetrics, 'epoch' | 'train' | 'gradients' | 'imagesPerSecond'> {
    const { loss, margin, reconstruction, ccm, correct, images, steps, gradients, gradientSamples, seconds } = this.#sums;
    this.#epoch += 1;
    this.#sums = noSums();
    return {
      epoch: this.#epoch,
      train: {
        loss: loss / steps,
        margin: margin / steps,
        reconstruction: reconstruction / steps,
        ccm: ccm / steps,
        accuracy: correct / images,
      },
      gradients: scaleNorms(gradients ?? [], gradientSamples),
      imagesPerSecond: images / seconds,
    };
  }

  checkpoint(): Checkpoint {
    return {
      tensors: new Map([...this.#net.weights(), ...this.#adam.state()]),
      meta: {
        format: 1,
        seed: this.#seed,
        epoch: this.#epoch,
        step: this.#sums.steps,
        optimizerSteps: this.#adam.steps,
        sums: structuredClone(this.#sums),
      },
    };
  }

  /** Goes on from a checkpoint whose weights the network was built with. */
  restore({ tensors, meta }: Checkpoint): void {
    this.#adam.restore(tensors, meta.optimizerSteps);
    this.#epoch = meta.epoch;
    this.#sums = structuredClone(meta.sums);
  }

  dispose(): void {
    this.#adam.dispose();
    this.#net.dispose();
  }
}

/**
 * A training in progress: network, optimizer and the sums of the current epoch. Can be saved after any step and go on bit
 * for bit. What a step has measured stays on the device until several steps are read together.
 */
import * as tf from '@tensorflow/tfjs-core';
import { divergenceText } from '../../shared/findings/divergence.ts';
import type { EpochMetrics, StartMetrics } from '../../shared/results.ts';
import type { TrainingSpec } from '../../shared/spec/training.ts';
import type { CapsNet } from '../network/capsnet.ts';
import { Adam } from './adam.ts';
import type { Batch } from './batches.ts';
import type { Checkpoint, CheckpointMeta } from './checkpoint.ts';
import { valuesOf } from '../ops/read-back.ts';
import { addNorms, gradientNorms, gradientSquares, scaleNorms } from './gradient-norms.ts';
import { addUpdates, copyWeights, meanUpdates, updateSquares } from './updates.ts';
import { objective, reportOf, type ObjectiveReport } from './objective.ts';

/** Norms of gradients and updates are measured in every so many steps; in all they would cost more than they tell. */
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
  updates: null,
  updateSamples: 0,
  seconds: 0,
});

/** A step that has been made but not read. */
interface Unread {
  report: tf.Tensor1D;
  /** Per layer; empty when they are not measured in this step. */
  gradients: tf.Tensor1D[];
  /** One or none, as above. */
  updates: tf.Tensor2D[];
  images: number;
}

export interface TrainingStart {
  seed: number;
  /** Number of epochs already behind the network. */
  epoch: number;
  /** Steps whose metrics are read together; see Engine. */
  readInterval?: number;
  /** Only the decoder is trained; everything below it computes as in a test, and stays as it is. */
  frozen?: true | undefined;
}

/**
 * Adam's step size after so many epochs of the network, in this step of the run, counted from 1: the last step of the
 * warm-up is the first to take all of it.
 */
export function learningRateAt(
  { learningRate, learningRateDecay, warmUp }: Pick<TrainingSpec, 'learningRate' | 'learningRateDecay' | 'warmUp'>,
  epoch: number,
  step: number,
): number {
  const full = learningRate * learningRateDecay ** epoch;
  return step < warmUp ? (full * step) / warmUp : full;
}

export class TrainingState {
  readonly #net: CapsNet;
  readonly #adam: Adam;
  readonly #training: TrainingSpec;
  readonly #seed: number;
  readonly #frozen: boolean;
  #epoch: number;
  #sums = noSums();
  /** What the run began with; null once its first epoch has ended, and before it is known. */
  start: StartMetrics | null = null;
  /** Epochs in a row, up to the last one, in which the network was collapsed. */
  collapsed = 0;
  readonly #readInterval: number;
  readonly #unread: Unread[] = [];

  /** Takes over `net`. */
  constructor(net: CapsNet, training: TrainingSpec, { seed, epoch, readInterval = 1, frozen }: TrainingStart) {
    this.#readInterval = readInterval;
    this.#net = net;
    this.#frozen = frozen === true;
    const trained = [...net.variables].filter(([name]) => !frozen || name.startsWith('decoder.'));
    this.#adam = new Adam(new Map(trained), net.kernels.adam);
    this.#training = training;
    this.#seed = seed;
    this.#epoch = epoch;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** Whether the run has not made any step. */
  get untouched(): boolean {
    return this.#adam.steps === 0 && this.#unread.length === 0;
  }

  /** Steps done in the current epoch. */
  get step(): number {
    return this.#sums.steps + this.#unread.length;
  }

  /** Whether all steps have been read. */
  get settled(): boolean {
    return this.#unread.length === 0;
  }

  /** Mean loss, accuracy and speed of the steps of the current epoch that have been read. */
  get progress(): { loss: number; accuracy: number; imagesPerSecond: number } {
    const { loss, correct, images, steps, seconds } = this.#sums;
    return { loss: loss / steps, accuracy: correct / images, imagesPerSecond: images / seconds };
  }

  /**
   * One step of gradient descent. `clock` gives milliseconds; `last` of an epoch is always read. Rejects when the loss is
   * found to be no longer a number.
   */
  async train(batch: Batch, clock: () => number, last = false): Promise<void> {
    const start = clock();
    this.#step(batch);
    if (last || this.#unread.length >= this.#readInterval) await this.settle();
    this.#sums.seconds += (clock() - start) / 1000;
  }

  #step(batch: Batch): void {
    const { height, width, channels } = this.#net.input;
    const images = tf.tensor4d(batch.images, [batch.size, height, width, channels]);
    const labels = tf.tensor1d(batch.labels, 'int32');
    let report!: tf.Tensor1D;
    const { value, grads } = tf.variableGrads(() => {
      const parts = objective(this.#net, images, labels, this.#training, batch, this.#frozen ? 'test' : 'train');
      report = tf.keep(parts.report);
      return parts.total;
    }, this.#adam.parameters);
    // Of frozen layers there is nothing to measure.
    const sampled = !this.#frozen && this.step % GRADIENT_SAMPLE_INTERVAL === 0;
    const gradients = sampled ? gradientSquares(this.#net, grads) : [];
    const before = sampled ? copyWeights(this.#net) : null;
    this.#adam.update(grads, learningRateAt(this.#training, this.#epoch, this.#adam.steps + 1), this.#training);
    this.#unread.push({ report, gradients, updates: before ? [updateSquares(this.#net, before)] : [], images: batch.size });
    tf.dispose([images, labels, value, grads]);
  }

  /** Reads the steps that have not been read yet. Rejects when one of their losses is not a number. */
  async settle(): Promise<void> {
    const steps = this.#unread.splice(0);
    const tensors = steps.flatMap(({ report, gradients, updates }) => [report, ...gradients, ...updates]);
    try {
      const values = await valuesOf(tensors);
      for (const { gradients, updates, images } of steps) {
        const measured = reportOf(values.shift()!, this.#training);
        // Class capsules of NaN tie with nothing, but the margin loss may not show them: WebAssembly's ReLU makes 0 of a NaN whose sign is set.
        const loss = Number.isNaN(measured.correct) ? NaN : measured.loss;
        if (!Number.isFinite(loss)) throw this.divergence(loss, this.#sums.steps + 1);
        this.#add(measured, images);
        const squares = values.splice(0, gradients.length);
        if (squares.length > 0) this.#addGradients(squares);
        for (const ofStep of values.splice(0, updates.length)) this.#addUpdates(ofStep);
      }
    } finally {
      tf.dispose(tensors);
    }
  }

  #addGradients(squares: Float32Array[]): void {
    this.#sums.gradients = addNorms(this.#sums.gradients, gradientNorms(this.#net, squares));
    this.#sums.gradientSamples += 1;
  }

  #addUpdates(squares: Float32Array): void {
    this.#sums.updates = addUpdates(this.#net, this.#sums.updates, squares);
    this.#sums.updateSamples += 1;
  }

  #add(measured: ObjectiveReport, images: number): void {
    const sums = this.#sums;
    for (const term of ['loss', 'margin', 'reconstruction', 'ccm', 'correct'] as const) sums[term] += measured[term];
    sums.images += images;
    sums.steps += 1;
  }

  /** How the run ends when its loss is no longer a number. */
  divergence(loss: number, step: number): Error {
    return new Error(divergenceText({ loss, epoch: this.#epoch + 1, step }, this.#training.learningRate));
  }

  /** Ends the epoch, all steps of which have been read, and returns what was measured in it. */
  finishEpoch(): Pick<EpochMetrics, 'epoch' | 'train' | 'gradients' | 'updates' | 'imagesPerSecond' | 'start'> {
    const { loss, margin, reconstruction, ccm, correct, images, steps, gradients, gradientSamples, updates, updateSamples, seconds } =
      this.#sums;
    const { start } = this;
    this.#epoch += 1;
    this.#sums = noSums();
    this.start = null;
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
      updates: meanUpdates(updates, updateSamples),
      ...(start && { start }),
      imagesPerSecond: images / seconds,
    };
  }

  async checkpoint(): Promise<Checkpoint> {
    await this.settle();
    return {
      tensors: new Map([...(await this.#net.weights()), ...(await this.#adam.state())]),
      meta: {
        format: 1,
        seed: this.#seed,
        epoch: this.#epoch,
        step: this.#sums.steps,
        optimizerSteps: this.#adam.steps,
        start: this.start,
        collapsed: this.collapsed,
        sums: structuredClone(this.#sums),
      },
    };
  }

  /** Goes on from a checkpoint whose weights the network was built with. */
  restore({ tensors, meta }: Checkpoint): void {
    this.#adam.restore(tensors, meta.optimizerSteps);
    this.#epoch = meta.epoch;
    this.start = meta.start;
    this.collapsed = meta.collapsed;
    this.#sums = structuredClone(meta.sums);
  }

  dispose(): void {
    for (const { report, gradients, updates } of this.#unread.splice(0)) tf.dispose([report, ...gradients, ...updates]);
    this.#adam.dispose();
    this.#net.dispose();
  }
}

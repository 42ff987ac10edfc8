/** Testing a network: loss, accuracy, confusion and the activity of every capsule layer over the test images. */
import * as tf from '@tensorflow/tfjs-core';
import type { Dataset } from '../../shared/dataset.ts';
import type { Evaluation, LayerActivity } from '../../shared/results.ts';
import type { TrainingSpec } from '../../shared/spec/training.ts';
import type { HostTensor, Weights } from '../../shared/weights.ts';
import { breathe, JobStopped, type HostIO } from '../io.ts';
import type { CapsNet, Mode } from '../network/capsnet.ts';
import { readBack } from '../ops/read-back.ts';
import { plainBatch, type Batch } from '../training/batches.ts';
import { classLengths, marginLoss, reconstructionLoss } from '../training/losses.ts';
import { intensities } from '../training/network-values.ts';
import { chanceOfTop, longestClasses } from '../../shared/ties.ts';
import { ACTIVITY_TENSORS, activityOf, ActivityMeter } from './activity.ts';

export interface Measured {
  evaluation: Evaluation;
  /** Longest length of every capsule type on every test image: (images, types) per capsule layer, and "classes". */
  lengths: Weights;
}

type MeasuredTraining = Pick<TrainingSpec, 'measure' | 'reconstruction'>;

/**
 * Tests `net` on the whole of the test images, or of those held out for validation. In mode `train`, batch norm goes by these
 * images, and the running statistics of `net` move. Throws JobStopped when the host says so.
 */
export async function evaluate(
  net: CapsNet,
  dataset: Dataset,
  training: MeasuredTraining,
  io: Pick<HostIO, 'shouldStop'>,
  part: 'test' | 'validation' = 'test',
  mode: Mode = 'test',
): Promise<Measured> {
  const count = part === 'test' ? dataset.test.labels.length : dataset.heldOut!.validation.length;
  const tally = new Tally(dataset.classes.length);
  const meters = new Map<string, ActivityMeter>();
  for (let start = 0; start < count; start += training.measure.batch) {
    if (io.shouldStop()) throw new JobStopped('Stopped while testing.');
    const batch = plainBatch(dataset, part, start, Math.min(training.measure.batch, count - start));
    await measureBatch(net, batch, mode, training.measure.threshold, tally, meters);
    await breathe();
  }
  const layers = [...meters];
  return {
    evaluation: {
      ...tally.result(training.reconstruction),
      activity: layers.map(([layer, meter]) => withoutShortcut(net, layer, meter.result())),
    },
    lengths: new Map([...layers.map(([layer, meter]) => [layer, meter.imageLengths()] as const), ['classes', tally.classLengths()]]),
  };
}

/** Behind a shortcut, capsules are more than what squash has made, and tell nothing of the lengths before it. */
function withoutShortcut(net: CapsNet, name: string, { preSquash, ...activity }: LayerActivity): LayerActivity {
  const { shortcut } = net.description.layers.find((layer) => layer.name === name)!;
  return shortcut === undefined && preSquash ? { ...activity, preSquash } : activity;
}

async function measureBatch(
  net: CapsNet,
  batch: Batch,
  mode: Mode,
  threshold: number,
  tally: Tally,
  meters: Map<string, ActivityMeter>,
): Promise<void> {
  const { height, width, channels } = net.input;
  const layers: string[] = [];
  const [lengths, margin, reconstruction, ...activity] = await readBack(() => {
    const images = tf.tensor4d(batch.images, [batch.size, height, width, channels]);
    const { classes, capsules } = net.forward(images, mode);
    layers.push(...capsules.map(({ layer }) => layer));
    const lengths = classLengths(classes);
    return [
      lengths,
      marginLoss(lengths, tf.tensor1d(batch.labels, 'int32')),
      // In use, the decoder draws the class that the network sees, not the label.
      net.spec.decoder
        ? reconstructionLoss(net.decode(classes, tf.argMax(lengths, 1)), intensities(images, batch.standardisation))
        : tf.scalar(0),
      ...capsules.flatMap(({ vectors }) => activityOf(vectors, net.spec.squash)),
    ];
  });
  for (const [l, layer] of layers.entries()) {
    let meter = meters.get(layer);
    if (!meter) meters.set(layer, (meter = new ActivityMeter(layer, threshold)));
    meter.add(activity.slice(ACTIVITY_TENSORS * l, ACTIVITY_TENSORS * (l + 1)));
  }
  tally.add(lengths!, batch.labels, margin![0]!, reconstruction![0]!);
}

/**
 * Accuracy and losses over batches. Where several class capsules are the longest, the prediction is any of them with the
 * same chance: each of the k counts 1/k in the confusion matrix, and so in accuracy. A network whose capsules have all
 * vanished ties every class on every image, and would otherwise be credited with the share of the first class.
 */
class Tally {
  /** By number of classes that tie for the longest, least first: images by [true class][predicted class]. */
  readonly #predicted: number[][][];
  readonly #lengths: Float32Array[] = [];
  #images = 0;
  #top5 = 0;
  #margin = 0;
  #reconstruction = 0;

  constructor(classes: number) {
    const matrix = () => Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
    this.#predicted = Array.from({ length: classes }, matrix);
  }

  /** `lengths` (images, classes) row-major; margin and reconstruction are means over these images. */
  add(lengths: Float32Array, labels: Int32Array, margin: number, reconstruction: number): void {
    const classes = this.#predicted.length;
    for (const [i, label] of labels.entries()) {
      const row = lengths.subarray(i * classes, (i + 1) * classes);
      const longest = longestClasses(row);
      for (const predicted of longest) this.#predicted[longest.length - 1]![label]![predicted]! += 1;
      this.#top5 += chanceOfTop(5, row, label);
    }
    this.#lengths.push(lengths);
    this.#images += labels.length;
    this.#margin += margin * labels.length;
    this.#reconstruction += reconstruction * labels.length;
  }

  /** Length of every class capsule on every image. */
  classLengths(): HostTensor {
    const classes = this.#predicted.length;
    const data = new Float32Array(this.#images * classes);
    let offset = 0;
    for (const lengths of this.#lengths) {
      data.set(lengths, offset);
      offset += lengths.length;
    }
    return { shape: [this.#images, classes], data };
  }

  result(reconstructionWeight: number): Omit<Evaluation, 'activity'> {
    const images = this.#images;
    const confusion = this.#predicted[0]!.map((row, label) =>
      row.map((_, predicted) => this.#predicted.reduce((sum, images, tied) => sum + images[label]![predicted]! / (tied + 1), 0)),
    );
    const correct = confusion.reduce((sum, row, label) => sum + row[label]!, 0);
    const margin = this.#margin / images;
    const reconstruction = this.#reconstruction / images;
    return {
      loss: margin + reconstructionWeight * reconstruction,
      margin,
      reconstruction,
      accuracy: correct / images,
      top5: this.#top5 / images,
      confusion,
    };
  }
}

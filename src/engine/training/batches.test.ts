import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { stepsPerEpoch, type Dataset } from '../../shared/dataset.ts';
import { plainBatch, trainingBatches } from './batches.ts';
import { intensities, standardised } from './network-values.ts';
import { holdOut } from './validation.ts';

const shape = { height: 4, width: 5, channels: 2 };
const size = 4 * 5 * 2;

/** Images whose every value tells image and place. */
function dataset(count: number): Dataset {
  const images = Uint8Array.from({ length: count * size }, (_, i) => (i * 7 + 1) % 251);
  const split = { images, labels: Uint16Array.from({ length: count }, (_, i) => i % 3) };
  return { name: 'test', shape, classes: ['a', 'b', 'c'], train: split, test: split, fingerprint: '' };
}

const value = (data: Dataset, image: number, y: number, x: number, c: number): number => {
  const inside = y >= 0 && y < 4 && x >= 0 && x < 5;
  return inside ? Math.fround(data.train.images[image * size + (y * 5 + x) * 2 + c]! / 255) : 0;
};

describe('trainingBatches', () => {
  it('uses every image once per epoch, in an order that changes with epoch and seed', () => {
    const data = dataset(12);
    const firstPixels = (seed: number, epoch: number) => {
      const batch = trainingBatches(data, { batch: 4, shift: 0, seed, epoch });
      return [0, 1, 2].flatMap((step) => [0, 1, 2, 3].map((i) => batch(step).images[i * size]!));
    };
    const all = Array.from({ length: 12 }, (_, image) => value(data, image, 0, 0, 0));
    expect(firstPixels(1, 1).toSorted()).toEqual(all.toSorted());
    expect(firstPixels(1, 1)).not.toEqual(firstPixels(1, 2));
    expect(firstPixels(1, 1)).not.toEqual(firstPixels(2, 1));
    expect(firstPixels(1, 1)).toEqual(firstPixels(1, 1));
  });

  it('shifts images as a whole, fills with zeros and reaches every offset', () => {
    const data = dataset(1);
    const offsets = new Set<string>();
    for (let epoch = 0; epoch < 300; epoch++) {
      const { images } = trainingBatches(data, { batch: 1, shift: 2, seed: 3, epoch })(0);
      const fits = (dy: number, dx: number) => {
        for (let y = 0; y < 4; y++)
          for (let x = 0; x < 5; x++)
            for (let c = 0; c < 2; c++) if (images[(y * 5 + x) * 2 + c] !== value(data, 0, y - dy, x - dx, c)) return false;
        return true;
      };
      const found = [-2, -1, 0, 1, 2].flatMap((dy) => [-2, -1, 0, 1, 2].filter((dx) => fits(dy, dx)).map((dx) => `${dy},${dx}`));
      expect(found).toHaveLength(1);
      offsets.add(found[0]!);
    }
    expect(offsets.size).toBe(25);
  });

  it('keeps labels with their images', () => {
    const data = dataset(9);
    const { images, labels } = trainingBatches(data, { batch: 9, shift: 0, seed: 1, epoch: 1 })(0);
    for (const [i, label] of labels.entries()) {
      const image = Array.from({ length: 9 }, (_, n) => n).find((n) => value(data, n, 0, 0, 0) === images[i * size]);
      expect(image! % 3).toBe(label);
    }
  });
});

describe('held-out images', () => {
  const whole = dataset(40);
  const held = holdOut(whole, 0.25);
  const { training, validation } = held.heldOut!;

  it('are a share of every class, and the same whatever the run', () => {
    expect([...training, ...validation].sort((a, b) => a - b)).toEqual([...Array(40).keys()]);
    const perClass = [0, 1, 2].map((label) => validation.filter((i) => whole.train.labels[i] === label).length);
    expect(perClass).toEqual([4, 3, 3]); // of 14, 13 and 13
    expect(holdOut(whole, 0.25)).toEqual(held);
    expect([...validation]).not.toEqual([...Array(10).keys()]);
  });

  it('are never trained on, and are tested on as they are', () => {
    const seen = new Set<string>();
    const batches = trainingBatches(held, { batch: 10, shift: 0, seed: 1, epoch: 1 });
    const all = (images: Float32Array, count: number) =>
      Array.from({ length: count }, (_, i) => images.subarray(i * size, (i + 1) * size).join());
    for (let step = 0; step < 3; step++) for (const image of all(batches(step).images, 10)) seen.add(image);
    expect(seen.size).toBe(30);
    const batch = plainBatch(held, 'validation', 2, 8);
    expect([...batch.labels]).toEqual([...validation.subarray(2)].map((i) => whole.train.labels[i]));
    expect(all(batch.images, 8)).toEqual([...validation.subarray(2)].map((i) => plainBatch(whole, 'train', i, 1).images.join()));
    expect(all(batch.images, 8).filter((image) => seen.has(image))).toEqual([]);
  });

  it('leave at least one image of a class, and are refused when there would be none', () => {
    expect(() => holdOut(dataset(6), 0.1)).toThrow(/a validation share of 0.1 is less than one image of every class in 6 training images/);
    expect(holdOut(dataset(6), 0.5).heldOut!.training).toHaveLength(3);
    expect(holdOut(whole, 0)).toBe(whole);
  });
});

describe('stepsPerEpoch', () => {
  it('counts whole batches, and one for a split smaller than a batch', () => {
    expect([stepsPerEpoch(100, 32), stepsPerEpoch(10, 32)]).toEqual([3, 1]);
  });
});

describe('plainBatch', () => {
  it('takes images as they are', () => {
    const data = dataset(5);
    const batch = plainBatch(data, 'test', 3, 2);
    expect(batch.images[0]).toBe(value(data, 3, 0, 0, 0));
    expect([...batch.labels]).toEqual([0, 1]);
  });
});

describe('standardised images', () => {
  const data = { ...dataset(4), standardisation: { mean: [0.2, 0.5], deviation: [0.1, 2] } };
  const expected = (intensity: number, c: number) => (intensity - data.standardisation.mean[c]!) / data.standardisation.deviation[c]!;

  it('have every channel moved and scaled, in training and in testing', () => {
    const plain = plainBatch(data, 'test', 2, 1);
    const trained = trainingBatches(data, { batch: 4, shift: 0, seed: 1, epoch: 1 })(0);
    for (const [i, byte] of data.test.images.subarray(2 * size, 3 * size).entries())
      expect(plain.images[i]).toBe(Math.fround(expected(byte / 255, i % 2)));
    const values = Array.from(data.train.images, (byte, i) => Math.fround(expected(byte / 255, i % 2)));
    expect([...trained.images].sort((a, b) => a - b)).toEqual(values.sort((a, b) => a - b));
  });

  it('are black outside', () => {
    const batches = trainingBatches(
      { ...data, train: { ...data.train, images: new Uint8Array(4 * size) } },
      { batch: 4, shift: 2, seed: 3, epoch: 1 },
    );
    expect(new Set(batches(0).images)).toEqual(new Set([Math.fround(expected(0, 0)), Math.fround(expected(0, 1))]));
  });

  it('give back their intensities', async () => {
    const { images, standardisation } = plainBatch(data, 'test', 0, 4);
    const back = await intensities(tf.tensor4d(images, [4, 4, 5, 2]), standardisation).data();
    for (const [i, byte] of data.test.images.entries()) expect(back[i]).toBeCloseTo(byte / 255, 6);
    const again = await standardised(tf.tensor4d(back, [4, 4, 5, 2]), standardisation).data();
    for (const [i, value] of again.entries()) expect(value).toBeCloseTo(images[i]!, 4);
  });
});

/** The identity of a data set. */
import { createHash } from 'node:crypto';
import type { Dataset } from '../shared/dataset.ts';

/** SHA-256 over shape, classes, images, labels (little-endian, as typed arrays are on every platform that Node runs on) and standardisation. */
export function fingerprint({
  shape: { height, width, channels },
  classes,
  train,
  test,
  standardisation,
}: Pick<Dataset, 'shape' | 'classes' | 'train' | 'test' | 'standardisation'>): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([height, width, channels, classes, train.labels.length, test.labels.length]));
  for (const { images, labels } of [train, test])
    hash.update(images).update(new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength));
  if (standardisation) hash.update(JSON.stringify([standardisation.mean, standardisation.deviation]));
  return hash.digest('hex');
}

/** The four files of MNIST, with few of its digits so that a network is soon trained. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeIdx } from '../datasets/idx.ts';
import { loadDataset, SAMPLE } from '../../src/datasets/load.ts';
import { PreparationSpec } from '../../src/shared/spec/preparation.ts';

const resources = fileURLToPath(new URL('../../resources', import.meta.url));

/** Answers their paths. */
export async function writeMnist(folder: string, { train, test }: { train: number; test: number }): Promise<string[]> {
  const dataset = await loadDataset(SAMPLE, { resources, preparation: PreparationSpec.parse({ limits: { train, test } }) });
  const files = [
    { name: 'train', split: dataset.train },
    { name: 't10k', split: dataset.test },
  ].flatMap(({ name, split: { images, labels } }) => [
    { path: join(folder, `${name}-images-idx3-ubyte`), bytes: encodeIdx([labels.length, 28, 28], images) },
    { path: join(folder, `${name}-labels-idx1-ubyte`), bytes: encodeIdx([labels.length], Uint8Array.from(labels)) },
  ]);
  for (const { path, bytes } of files) writeFileSync(path, bytes);
  return files.map(({ path }) => path);
}

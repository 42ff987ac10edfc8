/** What the page offers to the test. */
import type { Dataset } from '../../../src/shared/dataset.ts';

export interface SplitAsJson {
  images: number[];
  labels: number[];
}

export type DatasetAsJson = Omit<Dataset, 'train' | 'test'> & { train: SplitAsJson; test: SplitAsJson };

declare global {
  /** Does a run; stops it after `stopAfter` epochs. Resolves with all messages, files as lists of bytes. */
  var trainInPage: (job: object, dataset: DatasetAsJson, checkpoint: number[] | null, stopAfter: number) => Promise<unknown[]>;
}

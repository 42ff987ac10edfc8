/** What the reading thread is given and what it says. */
import type { StoredDataset } from '../../store/types.ts';

export interface ReadRequest {
  paths: string[];
  /** Where it is to be kept. */
  folder: string;
}

export interface DatasetFacts extends StoredDataset {
  trainPerClass: number[];
  testPerClass: number[];
}

export type FromReader =
  | { type: 'reading'; done: number; total: number }
  | { type: 'keeping' }
  | { type: 'read'; file: string; bytes: number; facts: DatasetFacts }
  | { type: 'failed'; message: string };

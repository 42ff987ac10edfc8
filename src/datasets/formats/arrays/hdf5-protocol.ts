/** What the thread that reads HDF5 files is given and what it answers. */
import type { Numbers } from './numbers.ts';

export type Hdf5Request =
  /** The file's content, which the thread keeps, or where it lies on disk. */
  | { type: 'open'; from: Uint8Array | string }
  /** All of an array, or some along the first axis. In memory that was used before: left to the garbage collector, it piles up. */
  | { type: 'load'; path: string; rows?: readonly [start: number, end: number]; room?: ArrayBuffer | undefined };

export interface Hdf5Array {
  path: string;
  shape: number[];
  type: 'numbers' | 'text';
  itemBytes: number;
  /** Rows along the first axis that are compressed together. */
  chunk: number;
  /** Written by MATLAB, whose axes HDF5 has in the opposite order. */
  matlab: boolean;
}

export type Hdf5Response =
  | { type: 'opened'; arrays: Hdf5Array[] }
  /** Some of an array has been read; says that the thread is alive. */
  | { type: 'reading' }
  | { type: 'loaded'; data: Numbers | string[] }
  | { type: 'failed'; message: string };

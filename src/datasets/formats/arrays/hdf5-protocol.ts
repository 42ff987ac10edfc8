/** What the thread that reads HDF5 files is given and what it answers. */
import type { Numbers } from './numbers.ts';

export type Hdf5Request =
  /** The file's content, which the thread keeps. */
  { type: 'open'; bytes: Uint8Array } | { type: 'load'; path: string };

export interface Hdf5Array {
  path: string;
  shape: number[];
  type: 'numbers' | 'text';
  itemBytes: number;
  /** Written by MATLAB, whose axes HDF5 has in the opposite order. */
  matlab: boolean;
}

export type Hdf5Response =
  | { type: 'opened'; arrays: Hdf5Array[] }
  /** Some of an array has been read; says that the thread is alive. */
  | { type: 'reading' }
  | { type: 'loaded'; data: Numbers | string[] }
  | { type: 'failed'; message: string };

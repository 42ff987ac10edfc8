/** What a section of docs/replication.md is made of. */
import type { Arm } from '../../../src/shared/spec/arms.ts';
import type { Replication, ReplicationRun } from '../result.ts';
import type { Side } from '../pairings.ts';
import type { Said, Table } from '../words.ts';

/** A chart of the report, saved as it is there. */
export interface Figure {
  /** Part of its file's name. */
  name: string;
  /** How the title of the panel begins. */
  panel: RegExp;
  /** The number that the reader shows meanwhile. */
  shown: 'Inactive share' | 'Accuracy';
  /** What its columns are, where that is not left to the reader. */
  columns?: string;
  /** What is to be seen, for those who do not. */
  text: string;
}

export interface Question {
  /** Of its study file, replication-NAME.json, and of its files in docs/replication/. */
  name: string;
  title: string;
  asked: string;
  /** What a reader should not conclude. */
  caution: string;
  figures: readonly Figure[];
  /** What else is held against each other in the study. */
  pairs?: (runs: readonly ReplicationRun[], borrowed: readonly ReplicationRun[]) => (readonly [Side, Side])[];
  /** Runs of another question's study that it holds its own against: these arms of the cut at half. */
  borrows?: { from: string; arms: readonly Arm[] };
  /** Counts inactive capsules in other ways, too. */
  recounts?: true;
  /** Measures the border. */
  borders?: true;
  answer: (result: Replication) => string;
  tables: (result: Replication) => Table[];
  says: (result: Replication) => Said;
}

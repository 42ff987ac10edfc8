/** Studies that are done on another computer: given to Slurm there, followed, and fetched. */
import { z } from 'zod';
import { EngineName } from '../engines.ts';
import { StudySpec } from '../spec/study.ts';
import { Fingerprint, StudyId } from './common.ts';
import { method } from './method.ts';

/** One word that Slurm or ssh may be given: no blank, and nothing that begins an option. */
const word = z.string().regex(/^[A-Za-z0-9][\w.,:@%+&|=*()[\]/-]*$/, 'expected one word');

export const ClusterPlace = z.strictObject({
  /** As ssh takes it; everything else about it is in the settings of ssh. */
  host: word.max(200),
  partition: word.max(100).nullable().default(null),
  /** Of a task: "4:00:00". */
  time: word.max(50).nullable().default(null),
  /** Processors of a task. */
  cpus: z.int().min(1).max(256).default(1),
  /** Tasks at once. */
  atOnce: z.int().min(1).max(100_000).nullable().default(null),
});
export type ClusterPlace = z.infer<typeof ClusterPlace>;

/** How far a study elsewhere is. */
export interface ClusterStudy {
  study: string;
  host: string;
  /** Units by state. */
  units: Record<'waiting' | 'running' | 'interrupted' | 'failed' | 'finished', number>;
  /** When it last answered; null: not yet. */
  answered: string | null;
  /** Why it did not answer last; it is asked again by itself. */
  problem: string | null;
}

export const clusterMethods = {
  /** Brings a study there and submits it. Answers its id. It needs a connection that asks for nothing: a key, or one that is open. */
  'clusters.submit': method<string>()(
    z.strictObject({ spec: StudySpec, dataset: Fingerprint, engine: EngineName.default('wasm'), place: ClusterPlace }),
  ),
  'clusters.list': method<ClusterStudy[]>()(),
  /** Asks now how far it is, and fetches what has been done; `weights`: those, too. */
  'clusters.fetch': method<ClusterStudy>()(z.strictObject({ study: StudyId, weights: z.boolean().default(false) })),
  /** Submits what has failed or was interrupted once more. Answers how many units. */
  'clusters.resubmit': method<number>()(z.strictObject({ study: StudyId })),
  'clusters.cancel': method<null>()(z.strictObject({ study: StudyId })),
};

/** Studies that are done on another computer: given to Slurm there, followed, and fetched. */
import { z } from 'zod';
import { EngineName } from '../engines.ts';
import { StudySpec } from '../spec/study.ts';
import { Fingerprint, RunId, StudyId } from './common.ts';
import { method } from './method.ts';

/** One word that Slurm or ssh may be given: no blank, and nothing that begins an option. */
const word = z.string().regex(/^[A-Za-z0-9[(][\w.,:@%+&|=*()[\]/-]*$/, 'expected one word');

export const ClusterPlace = z.strictObject({
  /** As ssh takes it; everything else about it is in the settings of ssh. */
  host: word.max(200),
  partition: word.max(100).nullable().default(null),
  /** Which is charged. */
  account: word.max(100).nullable().default(null),
  /** Of a task: "4:00:00". */
  time: word.max(50).nullable().default(null),
  /** Processors of a task. */
  cpus: z.int().min(1).max(256).default(1),
  /** Graphics cards of a task: "1", "a100:1". */
  gpus: word.max(100).nullable().default(null),
  /** Kind of node: "epyc", "[rack1|rack2]". */
  constraint: word.max(200).nullable().default(null),
  /** Tasks at once. */
  atOnce: z.int().min(1).max(100_000).nullable().default(null),
});
export type ClusterPlace = z.infer<typeof ClusterPlace>;

/** What there is on a host that can do studies. */
export interface ClusterOutfit {
  /** Versions. */
  capscope: string;
  slurm: string;
  partitions: string[];
}

/** How far a study elsewhere is. */
export interface ClusterStudy {
  study: string;
  host: string;
  /** Whether it has been brought there and submitted. */
  submitted: boolean;
  /** Units by state. */
  units: Record<'waiting' | 'running' | 'interrupted' | 'failed' | 'finished', number>;
  /** Runs at work there, and their last epochs as far as they are known. */
  running: { run: string; epoch: number | null }[];
  /** Ids of runs that nobody is at until they are submitted again. */
  interrupted: string[];
  /** What is going on between here and there, and how much of it is done, from 0 to 1 where that is known; null: nothing. */
  busy: { stage: 'bringing' | 'asking' | 'fetching' | 'adding'; share: number | null } | null;
  /** When it last answered; null: not since Capscope was started. */
  answered: string | null;
  /** Why it did not answer last; it is asked again by itself. */
  problem: string | null;
}

/** Weights that are fetched with the results: of which runs, by their ids. */
const WantedWeights = z.union([z.enum(['none', 'all']), z.array(RunId).min(1).max(1000)]);
export type WantedWeights = z.infer<typeof WantedWeights>;

const OfStudy = z.strictObject({ study: StudyId });

export const clusterMethods = {
  /** Whether a host can be reached without being asked for anything, and what is there. */
  'clusters.look': method<ClusterOutfit>()(z.strictObject({ host: ClusterPlace.shape.host })),
  /** Brings a study there and submits it, in the background. Answers its id. It needs a connection that asks for nothing: a key, or one that is open. */
  'clusters.submit': method<string>()(
    z.strictObject({ spec: StudySpec, dataset: Fingerprint, engine: EngineName.default('wasm'), place: ClusterPlace }),
  ),
  'clusters.list': method<ClusterStudy[]>()(),
  /** Asks now how far it is, and fetches what has been done. False: it was stopped. */
  'clusters.fetch': method<boolean>()(z.strictObject({ study: StudyId, weights: WantedWeights.default('none') })),
  /** Stops what is being fetched; what has arrived stays. */
  'clusters.stopFetching': method<null>()(OfStudy),
  /** Submits what has failed or was interrupted once more. Answers how many units. */
  'clusters.resubmit': method<number>()(OfStudy),
  /** Has everything cancelled there that has not finished; one that has not been brought there yet stays here. */
  'clusters.cancel': method<null>()(OfStudy),
};

/** Work: putting runs into the queue, and what happens to the queue. */
import { z } from 'zod';
import { EngineName } from '../engines.ts';
import { Arm } from '../spec/arms.ts';
import { NetworkSpec } from '../spec/network.ts';
import { PruningSpec } from '../spec/pruning.ts';
import { StudySpec } from '../spec/study.ts';
import { TrainingSpec } from '../spec/training.ts';
import { Fingerprint, RunId, StudyId, TaskId } from './common.ts';
import { method } from './method.ts';
import { TrialCut, type ChannelMaps, type Tried } from '../trial.ts';
import type { StepProgress } from '../progress.ts';

export interface QueueState {
  /** Nothing new starts while held. */
  held: boolean;
  /** The runs being trained, in the order in which they were started, with the latest that is known of each. */
  running: CurrentJob[];
  /** Ids of runs that wait, in order. A run that was cut is not begun before its parent has finished. */
  waiting: string[];
  /** Why nothing more is started although several may be trained at once: memory would not suffice. */
  short: string | null;
  /** Why nothing can be written down for now, and what waits for it, as a sentence; null: it can. */
  fault: string | null;
  /** Runs of the same database that other processes have. They can be looked at here, and nothing else. */
  elsewhere: ElsewhereRuns[];
}

export interface ElsewhereRuns {
  /** "process 12 on host" */
  by: string;
  /** Ids of the runs that it trains, and of those that wait in its queue. */
  trains: string[];
  waits: string[];
}

export interface CurrentJob {
  run: string;
  /** `starting`: the engine and the data are being loaded. `stopping`: it ends at the next step, saved. */
  stage: 'starting' | 'judging channels' | 'training' | 'analysing' | 'stopping';
  /** One line; null until the engine has started. */
  engine: string | null;
  /** Null before the first step. */
  progress: StepProgress | null;
}

/** Importance of every channel of a finished run's network, for planPruning() of pruning-plan.ts. */
export interface PruningScores {
  /** By layer: per channel for "backbone.<i>" and "primary", per type for "capsules.<l>". */
  scores: Record<string, number[]>;
  /** Of the backbone's and the primary capsules' channels. */
  maps: ChannelMaps[];
}

const seeds = z.array(z.int().min(0).max(0xffff_ffff)).min(1).max(100);
const name = z.string().trim().min(1).max(200);
/** Null: as the settings say. */
const engine = EngineName.nullable().default(null);

/** What of a study is done first: all networks with the first seed, or all seeds of the first network. */
const order = z.enum(['seed', 'network']).default('seed');

export const queueMethods = {
  'queue.state': method<QueueState>()(),
  /** One run per seed. With α of the CCM term above 0 it is a `source` for pruning, else `unpruned`. Answers the ids. */
  'queue.train': method<string[]>()(
    z.strictObject({ name, dataset: Fingerprint, network: NetworkSpec, training: TrainingSpec, seeds: seeds.default([1]), engine }),
  ),
  /**
   * Runs cut from a finished one, one per setting (several: a sweep), each then fine-tuned as `training` says.
   * `controls` are queued with them, unless they are there already. Answers the ids.
   */
  'queue.prune': method<string[]>()(
    z.strictObject({
      parent: RunId,
      /** Of the children; several get their ratios added. By default "<parent>, pruned". */
      name: name.optional(),
      settings: z.array(PruningSpec).min(1).max(200),
      training: TrainingSpec,
      controls: z.array(Arm.exclude(['pruned'])).default([]),
      engine,
    }),
  ),
  /** A run that failed, from its last checkpoint on with another learning rate, as a run of its own. Answers its id. */
  'queue.takeUp': method<string>()(z.strictObject({ run: RunId, learningRate: TrainingSpec.shape.learningRate.unwrap() })),
  /**
   * Every run of a study that has not been done with the same settings already; what has counts as one of its runs. `data` of the
   * spec is ignored in favour of `dataset`. Answers the study's id.
   */
  'queue.study': method<string>()(z.strictObject({ spec: StudySpec, dataset: Fingerprint, engine, order })),
  /** More networks, seeds, arms or cuts for a study that has begun. Refused where it would lose or change something. Answers its id. */
  'queue.extendStudy': method<string>()(z.strictObject({ id: StudyId, spec: StudySpec, order })),
  /** Puts runs that were stopped, interrupted or have failed back into the queue; they go on from their checkpoints. */
  'queue.resume': method<null>()(z.strictObject({ ids: z.array(RunId).min(1).max(10_000), first: z.boolean().default(false) })),
  /** The waiting runs in another order; those not named keep theirs, behind. */
  'queue.reorder': method<null>()(z.strictObject({ ids: z.array(RunId).max(10_000) })),
  /** Stops what is being trained at its next step, saved, and holds the queue; it stays first in line. */
  'queue.pause': method<null>()(),
  /** Goes on after `queue.pause`. */
  'queue.continue': method<null>()(),
  /** Stops a run that is being trained at its next step, saved; it leaves the queue, and the next one starts. */
  'queue.stop': method<null>()(z.strictObject({ id: RunId })),
  /** Takes waiting runs out of the queue; all of them stay, and can be put back by `queue.resume`. */
  'queue.withdraw': method<null>()(z.strictObject({ ids: z.array(RunId).min(1).max(10_000) })),
  /** Takes waiting runs out of the queue. Those that never started are deleted, as `runs.remove` does. */
  'queue.cancel': method<null>()(z.strictObject({ ids: z.array(RunId).min(1).max(10_000) })),

  /**
   * Judges the channels of a finished run, beside whatever is being trained. Every layer is judged, so that ratios,
   * granularity and capsuleLayers can change without asking again. Progress comes as `scoring` events of this task.
   * Null when cancelled.
   */
  'pruning.scores': method<PruningScores | null>()(
    z.strictObject({
      task: TaskId,
      run: RunId,
      criterion: PruningSpec.shape.criterion,
      intermediateBy: z.enum(['activation', 'chip']).default('activation'),
      batches: PruningSpec.shape.batches,
      batch: PruningSpec.shape.batch,
    }),
  ),
  /**
   * What each of these cuts leaves before any fine-tuning, on a sample of the test images; what has been tried before is known.
   * `scores` are those that `pruning.scores` has told. Each comes as a `tried` event of this task, too. Null when cancelled.
   */
  'pruning.try': method<Tried[] | null>()(
    z.strictObject({
      task: TaskId,
      run: RunId,
      scores: z.record(z.string().max(100), z.array(z.number()).max(100_000)),
      cuts: z.array(TrialCut).min(1).max(1000),
      images: z.int().min(1).max(100_000).default(500),
    }),
  ),
  /** Of `pruning.scores` or `pruning.try`. */
  'pruning.cancel': method<null>()(z.strictObject({ task: TaskId })),
};

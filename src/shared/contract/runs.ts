/** Runs: the list, one in full, what people note about them, and their way in and out as files. */
import { z } from 'zod';
import { exportNames } from '../export-formats.ts';
import { EngineName } from '../engines.ts';
import type { Finding, FindingKind, Severity } from '../findings/finding.ts';
import type { Basis } from '../forecast/forecast.ts';
import type { Probe } from '../forecast/probe.ts';
import type { Verdict } from '../forecast/verdict.ts';
import type { Remedy } from '../findings/remedies.ts';
import type { BestEpoch } from '../measures/measured.ts';
import type { EpochMetrics, Evaluation, LayerCut, RunAnalysis, RunRecord, ShownStatus } from '../results.ts';
import type { RunArm } from '../spec/arms.ts';
import type { InputShape } from '../spec/network.ts';
import type { PruningSpec } from '../spec/pruning.ts';
import type { RunSpec } from '../spec/run.ts';
import { StudySpec } from '../spec/study.ts';
import type { InParts } from '../in-parts.ts';
import type { StudyResults } from '../study-result.ts';
import { Fingerprint, Path, RunId, StudyId, TaskId, type Saved } from './common.ts';
import { method } from './method.ts';

/** One line of the list: small, because there may be thousands. */
export interface RunSummary {
  id: string;
  name: string;
  status: ShownStatus;
  role: RunRecord['role'];
  arm: RunArm;
  /** For twinFinder() of twins.ts. */
  twinKey: string;
  /** Id of the run that it was cut from. */
  parent: string | null;
  study: { id: string; name: string } | null;
  dataset: { fingerprint: string; name: string };
  seed: number;
  /** Null for a run that is not cut. */
  pruning: Pick<PruningSpec, 'criterion' | 'backbone' | 'blocks' | 'capsules' | 'granularity' | 'capsuleLayers'> | null;
  /** N and D of the primary capsules, L intermediate layers; of a run that waits to be cut, as the cut will leave them, and `params` and `flops` too. */
  network: { types: number; dim: number; depth: number; name: string };
  /** Of the intermediate layer that is weakest against its critical gain, before the first step; null where there is none. */
  gain: { value: number; critical: number; verdict: Verdict; basis: Basis } | null;
  /** Name of the network before the cut, of one that is trained from scratch as small as a cut would leave it; null for any other run. */
  before: string | null;
  params: number;
  /** Of one image's forward pass. */
  flops: number;
  /** Of the weights file; 0 until there is one. */
  weightBytes: number;
  engine: string | null;
  /** Epochs in the network's whole life: behind it when the run began, done, and when it ends. */
  firstEpoch: number;
  epoch: number;
  lastEpoch: number;
  /** Of the latest test; null before the first. Shares in [0, 1]. */
  accuracy: number | null;
  loss: number | null;
  /** As the run itself was measured. */
  inactive: { total: number; of: number } | null;
  /** Mean over its epochs. */
  imagesPerSecond: number | null;
  peakMemoryBytes: number | null;
  /** ISO 8601. */
  created: string;
  started: string | null;
  ended: string | null;
  /** There is a checkpoint to go on from. */
  resumable: boolean;
  note: string;
  tags: string[];
  favourite: boolean;
  archived: boolean;
  /** Why it failed. */
  error: string | null;
  /** How often it was begun again after a failure or an interruption. */
  retries: number;
  /** What it has found out about itself, in short; null: nothing. */
  health: Health | null;
}

/** The worst finding of a run, and of what kinds all are. */
export interface Health {
  severity: Severity;
  text: string;
  kinds: FindingKind[];
}

/** Test accuracy after each epoch, thinned where there are many, and its best epoch. */
export interface RunCurve {
  run: string;
  accuracy: number[];
  best: BestEpoch | null;
}

/** Everything about one run. Inactive capsules are counted by the page from `evaluation.activity`, with countInactive() of inactive.ts. */
export interface RunDetail {
  summary: RunSummary;
  spec: RunSpec;
  input: InputShape;
  /** Names. */
  classes: string[];
  /** What pruning took away; null until it has, and for a run that is not cut. */
  cut: LayerCut[] | null;
  versions: Record<string, string>;
  /** What the engine computed on, and why that engine. */
  device: string | null;
  choice: string | null;
  epochs: EpochMetrics[];
  /** The latest test; null before the first. */
  evaluation: Evaluation | null;
  /** Null until the run has finished. */
  analysis: RunAnalysis | null;
  /** Worst first. */
  findings: Finding[];
  /** What could be tried about them. */
  remedies: Remedy[];
  /** What a look at the network before its first step has found; null where there was none. */
  probe: Probe | null;
}

/** What a network said to each test image. */
export interface Predictions {
  /** (images) */
  labels: Uint16Array;
  /** Lengths of the class capsules, (images, classes), row-major. */
  lengths: Float32Array;
}

/** One point of the live curves: the mean over the steps since the last point. */
export interface StepPoint {
  /** Steps done in the network's whole life. */
  step: number;
  /** Epoch in progress, as a fraction: 1.5 is in the middle of the second. */
  epoch: number;
  loss: number;
  accuracy: number;
  imagesPerSecond: number;
}

export interface LogLine {
  /** ISO 8601. */
  time: string;
  level: 'info' | 'warning' | 'error';
  text: string;
}

export interface StudySummary {
  id: string;
  name: string;
  dataset: { fingerprint: string; name: string };
  spec: StudySpec;
  /** ISO 8601. */
  created: string;
  /** In the order in which they were planned. */
  runs: string[];
  /** Whether runs of it that are still to be done are ended early, should they collapse. */
  stops: boolean;
}

const ids = z.array(RunId).min(1).max(10_000);

export const runMethods = {
  /** All runs but deleted ones, archived included, oldest first. */
  'runs.list': method<InParts<{ runs: RunSummary[] }>>()(),
  /** In full, in the order asked for: one for its own view, several to compare. */
  'runs.get': method<RunDetail[]>()(z.strictObject({ ids: z.array(RunId).min(1).max(12) })),
  /** Epochs from number `from` on, for a page that has the earlier ones. */
  'runs.epochs': method<EpochMetrics[]>()(z.strictObject({ id: RunId, from: z.int().min(1).default(1) })),
  /** What lists draw of runs beside their lines; without those that have no epoch of their own. */
  'runs.curves': method<RunCurve[]>()(z.strictObject({ ids: z.array(RunId).min(1).max(500) })),
  /** Points of the live curve so far, and the lines of the log, of a run trained since the workbench started; thinned to at most 10,000 points. */
  'runs.live': method<{ points: StepPoint[]; log: LogLine[] }>()(z.strictObject({ id: RunId })),
  /** Null for a run that has not finished, or whose files do not have the lengths. */
  'runs.predictions': method<Predictions | null>()(z.strictObject({ id: RunId })),

  /** Changes what is named, of all these runs; `addTags` and `removeTags` leave other tags alone. */
  'runs.edit': method<RunSummary[]>()(
    z.strictObject({
      ids,
      name: z.string().trim().min(1).max(1000).optional(),
      note: z.string().max(100_000).optional(),
      addTags: z.array(z.string().trim().min(1).max(100)).max(100).optional(),
      removeTags: z.array(z.string()).max(100).optional(),
      favourite: z.boolean().optional(),
      archived: z.boolean().optional(),
    }),
  ),
  /** Deletes runs, which can be taken back until the workbench is next started. Refused while one is being trained. */
  'runs.remove': method<null>()(z.strictObject({ ids })),
  /** Takes `runs.remove` back. */
  'runs.restore': method<RunSummary[]>()(z.strictObject({ ids })),

  /** A finished run, with those it was cut from, as one file. */
  'runs.export': method<Saved>()(z.strictObject({ id: RunId })),
  'runs.exportWeights': method<Saved>()(z.strictObject({ id: RunId })),
  /** Off the main thread. Progress comes as `reading` events of this task; when it is cancelled, what is here by then is answered. */
  'runs.import': method<{ file: string; run: RunSummary | null; added: boolean; problem: string | null }[]>()(
    z.strictObject({ task: TaskId, paths: z.array(Path).min(1).max(1000) }),
  ),
  /** Nothing of the file that is just being imported stays. */
  'runs.cancelImport': method<null>()(z.strictObject({ task: TaskId })),
  /** For other programs, in a thread: how far it is comes as `exporting` events of this task. */
  'runs.exportAs': method<Saved>()(
    z.strictObject({
      task: TaskId,
      as: z.enum(exportNames),
      ids: z.array(RunId).min(1).max(100_000),
      /** Of the file, without an extension. */
      name: z.string().trim().min(1).max(200),
    }),
  ),
  'runs.cancelExport': method<null>()(z.strictObject({ task: TaskId })),
  /** One self-contained HTML file. */
  'runs.report': method<Saved>()(z.strictObject({ title: z.string().trim().min(1).max(200), ids: z.array(RunId).min(1).max(200) })),

  'studies.list': method<StudySummary[]>()(),
  /** Whether runs of a study that are still to be done are ended early, should they collapse; those under way stay as they have begun. */
  'studies.stopCollapsed': method<null>()(z.strictObject({ id: StudyId, stop: z.boolean() })),
  /** Statistics of the study over its seeds so far, and what they show. */
  'studies.results': method<InParts<StudyResults>>()(z.strictObject({ id: StudyId })),
  /** Keys of the runs of planStudy() that need not be done, because the same has been done already, or is part of `study`. */
  'studies.done': method<string[]>()(
    z.strictObject({
      spec: StudySpec,
      dataset: Fingerprint,
      engine: EngineName.nullable().default(null),
      study: StudyId.nullable().default(null),
    }),
  ),
  'studies.presets': method<{ name: string; spec: StudySpec }[]>()(),
  'studies.report': method<Saved>()(z.strictObject({ id: StudyId })),
};

/** What the workbench and a trainer process say to each other. A process does one task; then the workbench ends it. */
import type { LogLine, StepPoint } from './contract/index.ts';
import type { Dataset } from './dataset.ts';
import type { Device, EngineName, EngineReport } from './engines.ts';
import type { StepProgress } from './progress.ts';
import type { Probe, ProbeOptions } from './forecast/probe.ts';
import type { MadeAtlas } from './inside/atlas.ts';
import type { InsideAnswer, InsideQuestion } from './inside/question.ts';
import type { Disturbance, RobustnessPoint } from './inside/robustness.ts';
import type { EpochMetrics } from './results.ts';
import type { CutNetwork, FinishedRun, RunJob, RunStage } from './run-job.ts';
import type { ChannelMaps, TrialCut, TypeLengths } from './trial.ts';
import type { NetworkSpec } from './spec/network.ts';
import type { PruningSpec } from './spec/pruning.ts';
import type { Seeds } from './spec/training.ts';
import type { SavedNetwork } from './weights-file.ts';

/** Where a data set's images are. */
export interface DatasetSource {
  /** A file that Capscope has kept; null for the bundled sample. */
  path: string | null;
  name: string;
  fingerprint: string;
}

export interface EngineChoice {
  name: EngineName;
  /** Null: one per processor. */
  threads: number | null;
  /** Among how many hands the sums of capsule layers are divided, on which their rounding depends. Null: as many as threads. */
  hands: number | null;
  /** Folders with what scripts/build-kernels.mjs has compiled, and with the bundled sample. */
  kernels: string;
  resources: string;
  /** Folder that `npm run engine:tensorflow` fills. */
  tensorflow: string;
}

/** Judging every channel of a network, so that a cut can be previewed. */
export interface ScoreTask {
  /** Weights file. */
  weights: Uint8Array;
  pruning: PruningSpec;
  seeds: Seeds;
  /** Share of the training images that the run has held out, and that is not judged on. */
  validation: number;
}

/** Trying cuts out, so that one sees what they take before any fine-tuning. */
export interface TrialTask {
  /** Weights file. */
  weights: Uint8Array;
  /** Of the layers that lose something, as they were judged. */
  scores: Record<string, number[]>;
  seeds: Seeds;
  cuts: TrialCut[];
  /** Test images that are looked at. */
  images: number;
}

/** Looking at a network before its first step, for a forecast. */
export interface ForecastTask {
  network: NetworkSpec;
  options: ProbeOptions;
}

/** Looking into a network: questions follow, until the process is ended. */
export interface InsideTask {
  /** Weights file, or a checkpoint, which does not say what network it is of. */
  file: Uint8Array;
  checkpointOf: SavedNetwork | null;
}

/** Looking at all test images of a finished run, capsule by capsule. */
export interface AtlasTask {
  /** Weights file. */
  weights: Uint8Array;
  threshold: number;
  treeImages: number;
}

/** Disturbing test images more and more. */
export interface RobustnessTask {
  /** Weights file. */
  weights: Uint8Array;
  kind: Disturbance;
  values: number[];
  images: number;
}

export type ToTrainer =
  | { type: 'run'; job: RunJob; dataset: DatasetSource; engine: EngineChoice }
  | { type: 'score'; task: ScoreTask; dataset: DatasetSource; engine: EngineChoice }
  | { type: 'try'; task: TrialTask; dataset: DatasetSource; engine: EngineChoice }
  | { type: 'forecast'; task: ForecastTask; dataset: DatasetSource; engine: EngineChoice }
  | { type: 'atlas'; task: AtlasTask; dataset: DatasetSource; engine: EngineChoice }
  | { type: 'robustness'; task: RobustnessTask; dataset: DatasetSource; engine: EngineChoice }
  | { type: 'inside'; task: InsideTask; engine: EngineChoice }
  | { type: 'question'; id: number; question: InsideQuestion }
  /** Start the engine and say what it is, and how fast if `measure`. */
  | { type: 'probe'; engine: EngineChoice; measure: boolean }
  /** The last epoch is kept: go on. */
  | { type: 'kept' }
  /** End at the next step and save. */
  | { type: 'stop' };

/** To a trainer in a page, which reads no files and computes on WebGPU: the images themselves. Their buffers are best transferred. */
export type ToPageTrainer =
  | { type: 'run'; job: RunJob; dataset: Dataset }
  | { type: 'score'; task: ScoreTask; dataset: Dataset }
  | { type: 'try'; task: TrialTask; dataset: Dataset }
  | { type: 'forecast'; task: ForecastTask; dataset: Dataset }
  | { type: 'atlas'; task: AtlasTask; dataset: Dataset }
  | { type: 'robustness'; task: RobustnessTask; dataset: Dataset }
  | { type: 'inside'; task: InsideTask }
  | { type: 'question'; id: number; question: InsideQuestion }
  | { type: 'probe'; measure: boolean }
  | { type: 'kept' }
  | { type: 'stop' };

export type FromTrainer =
  | { type: 'engine'; name: EngineName; device: Device; description: string; versions: Record<string, string> }
  | { type: 'stage'; stage: RunStage }
  | { type: 'cut'; cut: CutNetwork }
  | { type: 'step'; point: StepPoint; progress: StepProgress }
  | { type: 'epoch'; metrics: EpochMetrics; checkpoint: Uint8Array }
  | { type: 'log'; level: LogLine['level']; text: string }
  | { type: 'scoring'; done: number; total: number }
  /** What one of the cuts leaves, in their order. Of a cut that was made it comes twice: the look at its lengths takes longer than its accuracy. */
  | { type: 'tried'; cut: number; accuracy: number; lengths: TypeLengths[] | null; probe: Probe | null }
  | { type: 'looking'; done: number; total: number }
  | { type: 'robust'; point: RobustnessPoint }
  | { type: 'answered'; id: number; answer: InsideAnswer }
  /** A question that cannot be answered, and why; others may follow. */
  | { type: 'refused'; id: number; message: string }
  // The last message of a task is one of these.
  | { type: 'finished'; finished: FinishedRun }
  | { type: 'scored'; scores: Record<string, number[]>; maps: ChannelMaps[] }
  | { type: 'all-tried' }
  | { type: 'atlas'; atlas: MadeAtlas }
  | { type: 'all-robust' }
  | { type: 'forecasted'; probe: Probe }
  | { type: 'probed'; report: EngineReport }
  | { type: 'stopped'; checkpoint: Uint8Array | null }
  | { type: 'failed'; message: string };

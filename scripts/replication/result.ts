/** What a study of the replication has come to, as docs/replication/ keeps it: all that the page says is read off these files. */
import { existsSync, readFileSync } from 'node:fs';
import type { Finding } from '../../src/shared/conclusion/finding.ts';
import type { Verdict } from '../../src/shared/forecast/verdict.ts';
import type { CriterionName } from '../../src/shared/measures/criteria.ts';
import type { Arm } from '../../src/shared/spec/arms.ts';
import type { Difference, Differences, Sample, StudyStatistics } from '../../src/shared/statistics/statistics.ts';
import type { FactorValues } from '../../src/shared/study-factors.ts';

export interface ReplicationRun {
  network: string;
  arm: Arm;
  /** Name of the cut. */
  pruning: string | null;
  seed: number;
  /** Of the network before any cut, and of the cut. */
  factors: FactorValues;
  /** Of the network as trained: gain of its weakest layer, that over the critical gain, and what is forecast: on images, before any cut. */
  gain: number | null;
  overCritical: number | null;
  forecast: Verdict | null;
  /** First layer without activity, where the forecast on images says so. */
  vanishesAt: string | null;
  accuracy: number;
  /** Of the types of all intermediate layers. */
  inactiveShare: number;
  collapsed: boolean;
  /** Share of the last intermediate layer's types that are active: before the first step of the run, and at the end. */
  lastActive: { start: number | null; end: number | null };
  params: number;
  /** Of one image's forward pass. */
  flops: number;
  /** `flops` of every epoch of the network's life, summed up: what training has cost, in the unit of one image. */
  cost: number;
  /** Spent in training, in the network's whole life. */
  seconds: number;
  /** Test accuracy after each of these epochs. */
  byEpoch: number[];
}

/** Networks or cuts of a study held against each other, run by run with the same seed. */
export interface Pairing extends Differences {
  of: string;
  against: string;
}

/** Inactive shares of a network and of what is left of it after a cut, told by another criterion or another limit. */
export interface Recount {
  network: string;
  pruning: string;
  criterion: CriterionName;
  limit: number;
  /** As the runs themselves were measured. */
  own: boolean;
  unpruned: Sample;
  pruned: Sample;
  /** Pruned minus unpruned; corrected over all recounts of the study. */
  difference: Difference;
}

/** When the last layer is looked at. */
export type Moment = 'start' | 'end';

export interface Border {
  /** Null where no network lies beyond it: then it is known on one side only. */
  value: number | null;
  /** 95 % interval, percentiles of a bootstrap over the networks; null on a side that is not known. */
  low: number | null;
  high: number | null;
  /** Networks on the wrong side of the best border there is. */
  misplaced: number;
}

export interface BorderRow {
  squash: string;
  iterations: number;
  /** Null: all depths together. */
  depth: number | null;
  networks: number;
  start: Border;
  end: Border;
}

export const predictors = ['dim', 'types', 'ratio', 'gain', 'overCritical'] as const;
export type Predictor = (typeof predictors)[number];

/** How well each number alone parts networks of every kind. */
export interface Parting {
  /** Null: all depths together. */
  depth: number | null;
  networks: number;
  misplaced: { by: Predictor; start: number; end: number }[];
  /** Networks that D/N misplaces more than gain ÷ critical gain does, before the first step: 95 % interval of a bootstrap over the networks. */
  advantage: [low: number, high: number];
}

export interface Borders {
  /** By gain ÷ critical gain. */
  rows: BorderRow[];
  /** Of all networks, then of the deepest: the critical gain is that of many layers. */
  partings: Parting[];
}

export interface Made {
  capscope: string;
  /** Of Node.js, the engine and what it is made with, by name. */
  versions: Record<string, string>;
  engine: string;
  machine: string;
  /** Runs, sources included. */
  runs: number;
  /** From the first step to the last result, pauses between runs left out. */
  hours: number;
}

export interface Replication {
  study: string;
  /** The study file, from the root of the project. */
  file: string;
  dataset: { name: string; train: number; test: number; classes: number };
  epochs: { train: number; fineTune: number };
  /** Share of the training images that is held out. */
  validation: number;
  seeds: number[];
  made: Made;
  statistics: StudyStatistics;
  /** The sentences of the report. */
  conclusion: Pick<Finding, 'kind' | 'verdict' | 'text'>[];
  runs: ReplicationRun[];
  /** Runs of another study on the same images, for the same epochs and with the same seeds, that these are held against. */
  borrowed: { study: string; runs: ReplicationRun[] } | null;
  /** Corrected together. */
  pairings: Pairing[];
  recounts: Recount[];
  borders: Borders | null;
}

export const folder = new URL('../../docs/replication/', import.meta.url);
const fileOf = (name: string): URL => new URL(`${name}.json`, folder);

const DIGITS = 7;
const rounded = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(DIGITS)) : value;

/** A line per entry of the longer lists, so that two versions can be told apart line by line. */
export function textOf(result: Replication): string {
  const lines = (list: readonly unknown[]) =>
    list.length === 0 ? '[]' : `[\n${list.map((entry) => `    ${JSON.stringify(entry, rounded)}`).join(',\n')}\n  ]`;
  const members = Object.entries(result).map(
    ([name, value]: [string, unknown]) =>
      `  ${JSON.stringify(name)}: ${Array.isArray(value) ? lines(value) : JSON.stringify(value, rounded)}`,
  );
  return `{\n${members.join(',\n')}\n}\n`;
}

/** Null where the study has not been done. */
export function readResult(name: string): Replication | null {
  const file = fileOf(name);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Replication) : null;
}

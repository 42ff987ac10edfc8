/**
 * One run as one file: a zip with capscope.json (the run, the runs it was cut from, their data set, epochs and results) and
 * the run's own files. These schemas are what an archive from a stranger must satisfy before anything is stored.
 */
import { z } from 'zod';
import { type EpochMetrics, Evaluation, LayerCut, RunAnalysis, RunRole, RunStatus } from '../shared/results.ts';
import { InputShape } from '../shared/spec/network.ts';
import { RunSpec } from '../shared/spec/run.ts';
import { DimensionNames } from './dimension-names.ts';
import { idPattern } from './ids.ts';
import type { StoredDataset, StoredRun } from './types.ts';

export const manifestName = 'capscope.json';
export const fileKinds = ['weights', 'activity'] as const;
/** Kinds of files that travel with a run. */
export type FileKind = (typeof fileKinds)[number];
export const entryName = (kind: FileKind): string => `${kind}.safetensors`;
/** Of a hundred runs with thousands of epochs; V8 makes no longer text. */
export const maxManifestBytes = 2 ** 29;
export const archiveFormat = 1;

const id = z.string().regex(idPattern);
const name = z.string().min(1).max(1000);
const time = z.iso.datetime();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);

/** A run in whatever state it is. */
export const AnyRun = z.strictObject({
  id,
  study: id.nullable(),
  key: name,
  name,
  role: RunRole,
  parent: id.nullable(),
  dataset: sha256,
  status: RunStatus,
  spec: RunSpec,
  cut: z.array(LayerCut).nullable(),
  params: count,
  flops: count,
  engine: name.nullable(),
  // Files from before these were kept do without.
  device: z.string().nullable().default(null),
  choice: z.string().nullable().default(null),
  versions: z.record(z.string(), z.string()),
  error: z.string().nullable(),
  created: time,
  started: time.nullable(),
  ended: time.nullable(),
}) satisfies z.ZodType<StoredRun>;

const Run = AnyRun.extend({ study: z.null(), status: z.literal('finished'), error: z.null() });

export const DatasetSchema = z.strictObject({
  fingerprint: sha256,
  name,
  shape: InputShape.omit({ classes: true }),
  classes: z.array(z.string()).min(2),
  train: count,
  test: count,
}) satisfies z.ZodType<StoredDataset>;

/** What has come of a finished run. */
export const FinalResult = z.strictObject({ evaluation: Evaluation, analysis: RunAnalysis });

export const ArchivedFile = z.strictObject({ kind: z.enum(fileKinds), bytes: count, sha256 });
export type ArchivedFile = z.infer<typeof ArchivedFile>;

/** The manifest without epochs, which are read one by one: there may be tens of thousands. */
export const Head = z.strictObject({
  format: z.literal(archiveFormat),
  dataset: DatasetSchema,
  /** From the oldest ancestor to the run itself. */
  runs: z
    .array(z.strictObject({ run: Run, epochs: z.tuple([]), result: FinalResult }))
    .min(1)
    .max(100),
  /** Of the last run; files in which nobody has named any do without. */
  dimensions: DimensionNames.optional(),
  /** Files of the last run; each is the archive's entry `<kind>.safetensors`. */
  files: z.array(ArchivedFile).length(2),
});
export type Head = z.infer<typeof Head>;

export type Manifest = Omit<Head, 'runs'> & { runs: (Omit<Head['runs'][number], 'epochs'> & { epochs: EpochMetrics[] })[] };

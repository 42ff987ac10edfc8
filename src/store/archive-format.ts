/**
 * One run as one file: a zip with capscope.json (the run, the runs it was cut from, their data set, epochs and results) and
 * the run's own files. These schemas are what an archive from a stranger must satisfy before anything is stored.
 */
import { z } from 'zod';
import type { EpochMetrics, Evaluation, LayerCut, RunAnalysis } from '../shared/results.ts';
import { InputShape } from '../shared/spec/network.ts';
import { RunSpec } from '../shared/spec/run.ts';
import { idPattern } from './ids.ts';
import type { StoredDataset, StoredRun } from './types.ts';

export const manifestName = 'capscope.json';
export const archiveFormat = 1;

const id = z.string().regex(idPattern);
const name = z.string().min(1).max(1000);
const time = z.iso.datetime();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);
const share = z.number().min(0).max(1);
const numbers = z.array(z.number());

const Cut = z.strictObject({
  layer: name,
  scores: numbers,
  unit: z.enum(['channel', 'type']),
  kept: z.array(count),
}) satisfies z.ZodType<LayerCut>;

const EvaluationSchema = z.strictObject({
  loss: z.number(),
  margin: z.number(),
  reconstruction: z.number(),
  accuracy: share,
  top5: share,
  confusion: z.array(z.array(z.number().min(0))),
  activity: z.array(z.strictObject({ layer: name, meanVector: numbers, meanLength: numbers, maxLength: numbers, activationRate: numbers })),
}) satisfies z.ZodType<Evaluation>;

const Epoch = z.strictObject({
  epoch: z.int().min(1),
  train: z.strictObject({ loss: z.number(), margin: z.number(), reconstruction: z.number(), ccm: z.number(), accuracy: share }),
  test: EvaluationSchema,
  gradients: z.array(z.strictObject({ layer: name, norm: z.number(), perType: numbers })),
  imagesPerSecond: z.number().min(0),
  seconds: z.number().min(0),
  peakMemoryBytes: count,
}) satisfies z.ZodType<EpochMetrics>;

const Analysis = z.strictObject({
  coupling: z.array(z.strictObject({ layer: name, entropy: z.number(), spread: z.number() })),
  correlation: z.array(z.strictObject({ layer: name, matrix: z.array(numbers), meanAbsolute: z.number() })),
  cut: z.array(Cut).nullable(),
  dead: z.array(z.strictObject({ layer: name, dead: count, of: count })),
}) satisfies z.ZodType<RunAnalysis>;

const Run = z.strictObject({
  id,
  study: z.null(),
  key: name,
  name,
  role: z.enum(['unpruned', 'source', 'pruned']),
  parent: id.nullable(),
  dataset: sha256,
  status: z.literal('finished'),
  spec: RunSpec,
  cut: z.array(Cut).nullable(),
  params: count,
  flops: count,
  engine: name.nullable(),
  // Files from before these were kept do without.
  device: z.string().nullable().default(null),
  choice: z.string().nullable().default(null),
  versions: z.record(z.string(), z.string()),
  error: z.null(),
  created: time,
  started: time.nullable(),
  ended: time.nullable(),
}) satisfies z.ZodType<StoredRun>;

const DatasetSchema = z.strictObject({
  fingerprint: sha256,
  name,
  shape: InputShape.omit({ classes: true }),
  classes: z.array(z.string()).min(2),
  train: count,
  test: count,
}) satisfies z.ZodType<StoredDataset>;

export const Manifest = z.strictObject({
  format: z.literal(archiveFormat),
  dataset: DatasetSchema,
  /** From the oldest ancestor to the run itself. */
  runs: z
    .array(
      z.strictObject({ run: Run, epochs: z.array(Epoch), result: z.strictObject({ evaluation: EvaluationSchema, analysis: Analysis }) }),
    )
    .min(1)
    .max(100),
  /** Files of the last run; each is the archive's entry `<kind>.safetensors`. */
  files: z.array(z.strictObject({ kind: z.enum(['weights', 'activity']), bytes: count, sha256 })).length(2),
});
export type Manifest = z.infer<typeof Manifest>;

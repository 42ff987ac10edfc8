/**
 * What has come of a unit, as one file that is there whole or not at all: a zip with the runs, their epochs and results, and the
 * sums of their weights, which lie beside it and may stay where they are.
 */
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { z } from 'zod';
import { InputError } from '../shared/input-error.ts';
import { storedIssue } from '../shared/issues.ts';
import { EpochMetrics } from '../shared/results.ts';
import { AnyRun, ArchivedFile, FinalResult } from '../store/archive-format.ts';
import { mustBeFile, readWhole, writeDurably } from '../store/disk.ts';
import type { Store } from '../store/store.ts';

const format = 1;
const entry = 'unit.json';
/** Of a file, and of what it unpacks to: a unit of hundreds of runs with hundreds of epochs has less. */
const maxBytes = 2 ** 29;

const UnitResults = z.strictObject({
  format: z.literal(format),
  study: z.string(),
  unit: z.int().min(0),
  /** Kind of processor that the last of it was computed on. */
  processor: z.string(),
  runs: z
    .array(z.strictObject({ run: AnyRun, epochs: z.array(EpochMetrics), result: FinalResult.nullable(), files: z.array(ArchivedFile) }))
    .min(1),
});
export type UnitResults = z.infer<typeof UnitResults>;

/** What is there is not what was written. */
export class Damaged extends InputError {}

export type RunResults = UnitResults['runs'][number];

/** Of runs in a unit's own database. */
export function resultsFrom(store: Store, ids: readonly string[]): RunResults[] {
  return ids.map((id) => ({
    run: store.run(id),
    epochs: store.results.epochs(id),
    result: store.results.final(id),
    files: store.files.of(id).flatMap(({ kind, bytes, sha256 }) => (kind === 'checkpoint' ? [] : [{ kind, bytes, sha256 }])),
  }));
}

export function writeResults(path: string, results: Omit<UnitResults, 'format'>): void {
  writeDurably(path, zipSync({ [entry]: strToU8(JSON.stringify({ format, ...results })) }));
}

/** Throws Damaged when the file is damaged or belongs elsewhere. */
export function readResults(path: string, study: string, unit: number): UnitResults {
  const parsed = UnitResults.safeParse(parse(path));
  if (!parsed.success) throw new Damaged(`${path} is damaged: ${storedIssue(parsed.error)}`);
  const results = parsed.data;
  if (results.study !== study || results.unit !== unit) throw new Damaged(`${path} belongs to another unit or study`);
  return results;
}

function parse(path: string): unknown {
  try {
    // A folder or a pipe in its place is no result either, unlike a file that may not be read.
    mustBeFile(path);
  } catch (error) {
    throw error instanceof InputError ? new Damaged(error.message, { cause: error }) : error;
  }
  const bytes = readWhole(path, maxBytes);
  try {
    const entries = unzipSync(bytes, { filter: ({ name, originalSize }) => name === entry && originalSize <= maxBytes });
    return JSON.parse(strFromU8(entries[entry]!)) as unknown;
  } catch (error) {
    throw new Damaged(`${path} is damaged: ${(error as Error).message}`, { cause: error });
  }
}

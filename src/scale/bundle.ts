/**
 * A study as a folder that can be carried anywhere: what is to be done, the prepared images, and what has been done so far. All
 * paths in it are relative, and every file is written by one process only.
 *
 *     bundle.json               the study, its data set, and what is the same for all units
 *     units.jsonl               a line per unit: its runs
 *     data.safetensors          the prepared images
 *     units/<i>.jsonl           what has happened to unit i, see journal.ts
 *     units/<i>.capscope        its results, once it has finished; see results.ts
 *     units/<i>.failed.capscope the same where runs of it have failed
 *     runs/<id>/…               weights and activity of finished runs, checkpoints of others
 */
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { EngineName } from '../shared/engines.ts';
import { InputError } from '../shared/input-error.ts';
import { firstIssue } from '../shared/issues.ts';
import { StudySpec } from '../shared/spec/study.ts';
import { AnyRun, DatasetSchema } from '../store/archive-format.ts';
import { idPattern } from '../store/ids.ts';
import type { StoredRun } from '../store/types.ts';

export const bundleFormat = 1;
export const bundleName = 'bundle.json';
export const unitsName = 'units.jsonl';
export const dataName = 'data.safetensors';

export const BundleFacts = z.strictObject({
  format: z.literal(bundleFormat),
  study: z.strictObject({ id: z.string().regex(idPattern), created: z.iso.datetime(), spec: StudySpec }),
  dataset: DatasetSchema,
  engine: EngineName,
  /** Among how many hands sums are divided in every unit, whatever threads it gets: so that all round alike. */
  hands: z.int().min(1).max(256),
  units: z.int().min(1),
  runs: z.int().min(1),
});
export type BundleFacts = z.infer<typeof BundleFacts>;

const UnitLine = z.strictObject({ runs: z.array(AnyRun).min(1) });

export class Bundle {
  /** Absolute. */
  readonly folder: string;
  readonly facts: BundleFacts;

  /** Throws an InputError when there is no bundle, or one that cannot be read. */
  constructor(folder: string) {
    this.folder = resolve(folder);
    const path = join(this.folder, bundleName);
    if (!existsSync(path)) throw new InputError(`${folder} is not a planned study: it has no ${bundleName}; "capscope plan" makes one`);
    const json = parse(readFileSync(path, 'utf8'), path);
    const format = (json as { format?: unknown } | null)?.format;
    if (typeof format === 'number' && format > bundleFormat)
      throw new InputError(
        `${path} was written by a newer Capscope (format ${format}; this one reads up to ${bundleFormat}); update Capscope`,
      );
    const parsed = BundleFacts.safeParse(json);
    if (!parsed.success) throw new InputError(`${path} is not valid: ${firstIssue(parsed.error)}`);
    this.facts = parsed.data;
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  get data(): string {
    return this.path(dataName);
  }

  journal(unit: number): string {
    return this.path('units', `${unit}.jsonl`);
  }

  /** @param failed whether runs of the unit have failed. */
  results(unit: number, failed = false): string {
    return this.path('units', `${unit}${failed ? '.failed' : ''}.capscope`);
  }

  /** Throws an InputError for a number that no unit has. */
  mustHave(unit: number): void {
    const { units } = this.facts;
    if (unit >= units) throw new InputError(`there is no unit ${unit} in ${this.folder}; expected 0 to ${units - 1}`);
  }

  /** The runs of a unit, as they were planned. */
  runsOf(unit: number): StoredRun[] {
    this.mustHave(unit);
    let number = 0;
    for (const line of linesOf(this.path(unitsName))) if (number++ === unit) return this.#runs(line, unit);
    throw new InputError(`${this.path(unitsName)} ends before unit ${unit}`);
  }

  /** Of all units, one after the other: a large study's need not all be held at once. */
  *allRuns(): Generator<StoredRun[]> {
    let number = 0;
    const { units } = this.facts;
    for (const line of linesOf(this.path(unitsName))) {
      // Before anything is made of it: a unit that stands there twice has the same runs.
      if (number === units) throw new InputError(`${this.path(unitsName)} has more than ${units} units; expected ${units}`);
      yield this.#runs(line, number++);
    }
    if (number !== this.facts.units) throw new InputError(`${this.path(unitsName)} has ${number} units; expected ${this.facts.units}`);
  }

  #runs(line: string, unit: number): StoredRun[] {
    const path = this.path(unitsName);
    const parsed = UnitLine.safeParse(parse(line, path));
    if (!parsed.success) throw new InputError(`${path}: unit ${unit} is not valid: ${firstIssue(parsed.error)}`);
    return parsed.data.runs;
  }
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new InputError(`${path} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** Complete lines of a file, read piece by piece. */
export function* linesOf(path: string, start = 0): Generator<string> {
  const file = openSync(path, 'r');
  try {
    const piece = Buffer.alloc(2 ** 16);
    const pieces: Buffer[] = [];
    const { size } = fstatSync(file);
    for (let at = start; at < size;) {
      const read = readSync(file, piece, 0, piece.length, at);
      if (read === 0) return;
      at += read;
      let from = 0;
      for (let end = piece.indexOf(10); end !== -1 && end < read; end = piece.indexOf(10, from)) {
        pieces.push(Buffer.from(piece.subarray(from, end)));
        yield Buffer.concat(pieces.splice(0)).toString('utf8');
        from = end + 1;
      }
      pieces.push(Buffer.from(piece.subarray(from, read)));
    }
  } finally {
    closeSync(file);
  }
}

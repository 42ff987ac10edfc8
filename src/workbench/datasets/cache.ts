/**
 * Prepared data sets kept as files in one folder, and which files they were read from, so that opening the same again
 * reads no more than a header. The terminal and the window use the same folder.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { countImages } from '../../datasets/facts.ts';
import { encodeDataset } from '../../datasets/kept.ts';
import type { Loaded } from '../../datasets/load.ts';
import type { Dataset } from '../../shared/dataset.ts';
import { withoutDefaults } from '../../shared/spec/defaults.ts';
import { PreparationSpec, Standardisation, unprepared } from '../../shared/spec/preparation.ts';
import { writeDurably } from '../../store/disk.ts';
import { DatasetReading } from '../../store/images.ts';

const Problem = z.strictObject({ file: z.string().nullable(), message: z.string() });
const count = z.int().min(0);

/** A prepared data set that lies in the folder. */
export const KeptRecord = z.strictObject({
  /** Name of its file. */
  file: z.string(),
  bytes: count,
  fingerprint: z.string(),
  name: z.string(),
  format: z.string(),
  shape: z.strictObject({ height: count, width: count, channels: count }),
  classes: z.array(z.string()),
  train: count,
  test: count,
  trainPerClass: z.array(count),
  testPerClass: z.array(count),
  /** With everything decided that was left open. */
  preparation: PreparationSpec,
  standardisation: Standardisation.nullable(),
  /** What was taken as classes, split, orientation and range; those kept by earlier versions do not say. */
  taken: z.array(z.string()).default([]),
  notes: z.array(z.string()),
  /** What could be read otherwise. */
  readings: z.array(DatasetReading).default([]),
  problems: z.array(Problem),
});
export type KeptRecord = z.infer<typeof KeptRecord>;

/** What is remembered of the files that it was read from. */
const Entry = z.strictObject({ version: z.literal(1), signature: z.string(), record: KeptRecord });

/** Leftovers of writers that were killed; a younger one may belong to somebody who is still writing. */
const leftoverAge = 60 * 60 * 1000;

export class DatasetCache {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  path({ file }: Pick<KeptRecord, 'file'>): string {
    return join(this.folder, file);
  }

  /**
   * What these paths became with this preparation; null when they have changed since, or have never been read.
   * @param signature of the paths as they are now, where it is known.
   */
  find(paths: readonly string[], wanted: PreparationSpec, signature = signatureOf(paths)): (KeptRecord & { gone: boolean }) | null {
    const entry = this.#entry(paths, wanted);
    if (!entry || !this.#isWhole(entry.record)) return null;
    if (signature !== null && signature !== entry.signature) return null;
    return { ...entry.record, gone: signature === null };
  }

  /**
   * Writes a data set, or finds that it is here already.
   * @param read what it was read from, and with which preparation; null when it was made of another that is kept.
   */
  keep(loaded: Loaded, read: { paths: readonly string[]; wanted: PreparationSpec; signature: string | null } | null): KeptRecord {
    const { dataset, format, taken, notes, readings, problems } = loaded;
    const parts = encodeDataset(dataset);
    const record = recordOf(dataset, {
      format,
      taken,
      notes,
      readings,
      problems,
      bytes: parts.reduce((sum, { length }) => sum + length, 0),
    });
    if (!this.#isWhole(record)) writeDurably(this.path(record), parts);
    if (read && read.signature !== null) {
      const entry = { version: 1, signature: read.signature, record } satisfies z.infer<typeof Entry>;
      writeDurably(this.#entryPath(read.paths, read.wanted), new TextEncoder().encode(JSON.stringify(entry)));
    }
    return record;
  }

  /** Removes what writers have left behind that were killed, or ended with a thread of this process. */
  clean({ ownThreads = false } = {}): void {
    for (const folder of [this.folder, this.#entries]) {
      if (!existsSync(folder)) continue;
      for (const name of readdirSync(folder).filter((one) => one.endsWith('.tmp'))) {
        const path = join(folder, name);
        const old = (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < Date.now() - leftoverAge;
        if (old || (ownThreads && name.includes(`.${process.pid}-`))) rmSync(path, { force: true });
      }
    }
  }

  /** Forgets a file, and every path that it was read from. */
  remove(file: string): void {
    rmSync(join(this.folder, file), { force: true });
    if (!existsSync(this.#entries)) return;
    for (const name of readdirSync(this.#entries)) {
      const path = join(this.#entries, name);
      if (parseEntry(path)?.record.file === file) rmSync(path, { force: true });
    }
  }

  /** One small file for each thing that has been read. */
  get #entries(): string {
    return join(this.folder, 'read');
  }

  #isWhole({ file, bytes }: Pick<KeptRecord, 'file' | 'bytes'>): boolean {
    return statSync(join(this.folder, file), { throwIfNoEntry: false })?.size === bytes;
  }

  #entryPath(paths: readonly string[], wanted: PreparationSpec): string {
    const key = JSON.stringify([paths.map((path) => resolve(path)), keyOf(wanted)]);
    return join(this.#entries, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`);
  }

  #entry(paths: readonly string[], wanted: PreparationSpec): z.infer<typeof Entry> | null {
    return parseEntry(this.#entryPath(paths, wanted));
  }
}

const Later = PreparationSpec.omit({
  size: true,
  fit: true,
  colour: true,
  background: true,
  classes: true,
  split: true,
  limits: true,
  standardise: true,
});

/**
 * A preparation as the names of entries have it: the first version's fields written out, in its order, and of those that came
 * later only what differs from the default. So what an earlier version has read is found again.
 */
function keyOf(wanted: PreparationSpec): object {
  const { size, fit, colour, background, classes, split, limits, standardise } = wanted;
  const later = withoutDefaults(Later, wanted) as object;
  return { size, fit, colour, background, classes, split, limits, standardise, ...later };
}

/** Null when there is none, or one of another version. */
function parseEntry(path: string): z.infer<typeof Entry> | null {
  if (!existsSync(path)) return null;
  try {
    return Entry.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}

/** What is known of a data set before it has been written. */
export function recordOf(
  dataset: Dataset,
  rest: Pick<KeptRecord, 'format' | 'taken' | 'notes' | 'readings' | 'problems' | 'bytes'>,
): KeptRecord {
  const { name, shape, classes, fingerprint, preparation = unprepared, standardisation = null } = dataset;
  return {
    ...rest,
    file: `${fingerprint}.safetensors`,
    fingerprint,
    name,
    shape,
    classes,
    preparation,
    standardisation,
    ...countImages(dataset),
  };
}

/**
 * Tells whether files are still what they were, without reading them: every file's path, size and times of change. Null
 * when one of the paths is not there.
 * @param onFile is told how many files have been looked at.
 */
export function signatureOf(paths: readonly string[], onFile: (count: number) => void = () => undefined): string | null {
  const hash = createHash('sha256');
  let files = 0;
  const seen = new Set<string>();
  const visit = (path: string): void => {
    const info = statSync(path, { throwIfNoEntry: false });
    if (!info) return;
    onFile(++files);
    hash.update(JSON.stringify([path, info.size, info.mtimeMs, info.ctimeMs, info.ino]));
    if (!info.isDirectory()) return;
    const real = realpathSync(path);
    if (seen.has(real)) return;
    seen.add(real);
    for (const name of readdirSync(path).sort()) visit(join(path, name));
  };
  try {
    for (const path of paths) {
      if (!existsSync(path)) return null;
      visit(resolve(path));
    }
  } catch {
    // A folder that may not be listed; reading says so.
    return null;
  }
  return hash.digest('hex');
}

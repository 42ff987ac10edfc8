/**
 * What has happened to a unit, as lines of JSON that are only ever added at the end, by the one process that does the unit. A line
 * that a kill has torn is passed over. From these lines the unit goes on anywhere; SQLite would not do, which shared file systems
 * damage.
 */
import { closeSync, existsSync, fstatSync, fsyncSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { EpochMetrics } from '../shared/results.ts';
import { AnyRun, ArchivedFile, FinalResult } from '../store/archive-format.ts';
import { faultOf, Unavailable } from '../store/unavailable.ts';
import { linesOf } from './bundle.ts';

const Sum = { bytes: z.int().min(0), sha256: z.string() };
/** A checkpoint: its name in the run's folder. */
const Checkpoint = z.strictObject({ name: z.string(), ...Sum });
export type Checkpoint = z.infer<typeof Checkpoint>;

/** In every line, so that the last one tells how it stands. */
const common = { time: z.iso.datetime(), try: z.int().min(1) };

export const JournalEvent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('start'),
    ...common,
    pid: z.int(),
    host: z.string(),
    process: z.string().nullable(),
    /** Kind of processor. */
    processor: z.string(),
    /** Of the batch system, "1234_5"; null without one. */
    job: z.string().nullable(),
  }),
  /** The process lives. */
  z.strictObject({ type: z.literal('alive'), ...common, run: z.string().nullable(), epoch: z.int().nullable() }),
  /** A run as it is from now on. */
  z.strictObject({ type: z.literal('run'), ...common, run: AnyRun }),
  z.strictObject({ type: z.literal('epoch'), ...common, run: z.string(), metrics: EpochMetrics, checkpoint: Checkpoint }),
  /** Saved between two epochs, when it was asked to end. */
  z.strictObject({ type: z.literal('saved'), ...common, run: z.string(), checkpoint: Checkpoint }),
  z.strictObject({ type: z.literal('result'), ...common, run: z.string(), result: FinalResult, files: z.array(ArchivedFile) }),
  z.strictObject({
    type: z.literal('end'),
    ...common,
    state: z.enum(['finished', 'failed', 'interrupted']),
    problem: z.string().nullable(),
  }),
]);
export type JournalEvent = z.infer<typeof JournalEvent>;

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

export class Journal {
  readonly try: number;
  readonly #file: number;
  /** Whether the last line may not be whole: what follows must not become part of it. */
  #torn = false;

  constructor(path: string) {
    this.try = triesOf(path) + 1;
    mkdirSync(dirname(path), { recursive: true });
    this.#file = openSync(path, 'a+');
    const { size } = fstatSync(this.#file);
    const last = Buffer.alloc(1);
    this.#torn = size > 0 && readSync(this.#file, last, 0, 1, size - 1) === 1 && last[0] !== 10;
  }

  add(event: Without<JournalEvent, keyof typeof common>): void {
    const { type, ...rest } = event;
    const line = { type, time: new Date().toISOString(), try: this.try, ...rest };
    const bytes = Buffer.from(`${this.#torn ? '\n' : ''}${JSON.stringify(line)}\n`);
    try {
      this.#torn = true;
      if (writeSync(this.#file, bytes) < bytes.length) throw Object.assign(new Error('the line was written in part'), { code: 'ENOSPC' });
      this.#torn = false;
      fsyncSync(this.#file);
    } catch (error) {
      const fault = faultOf(error);
      throw fault === null ? error : new Unavailable(fault, error);
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** What can be read of a journal, from the beginning. */
export function* readJournal(path: string): Generator<JournalEvent> {
  if (!existsSync(path)) return;
  for (const line of linesOf(path)) {
    const event = eventOf(line);
    if (event) yield event;
  }
}

/** Bytes at the end of a journal that are looked at first; an epoch's line may be longer. */
const tail = 4096;

/** The last line that can be read, without reading all of it where that can be avoided; null: there is none. */
export function lastEvent(path: string): JournalEvent | null {
  if (!existsSync(path)) return null;
  const file = openSync(path, 'r');
  const { size } = fstatSync(file);
  closeSync(file);
  for (let start = Math.max(0, size - tail); ; start = Math.max(0, size - 64 * (size - start))) {
    let last: JournalEvent | null = null;
    // The first line is cut off unless it begins the file; as JSON it would not be read either.
    for (const line of linesOf(path, start)) last = eventOf(line) ?? last;
    if (last || start === 0) return last;
  }
}

/** The last start, of however many. */
export function lastStart(path: string): Extract<JournalEvent, { type: 'start' }> | null {
  let last: Extract<JournalEvent, { type: 'start' }> | null = null;
  if (!existsSync(path)) return null;
  for (const line of linesOf(path)) {
    if (!line.startsWith('{"type":"start"')) continue;
    const event = eventOf(line);
    if (event?.type === 'start') last = event;
  }
  return last;
}

function triesOf(path: string): number {
  return lastEvent(path)?.try ?? 0;
}

function eventOf(line: string): JournalEvent | null {
  try {
    const parsed = JournalEvent.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** How far each unit of a bundle is: what its files say, and where they leave it open, what the batch system says. */
import { existsSync, readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';
import { isAlive } from '../store/process.ts';
import type { Bundle } from './bundle.ts';
import { lastEvent, lastStart, type JournalEvent } from './journal.ts';

/** `interrupted`: begun, and nobody is at it; it goes on from there. */
export const UnitState = z.enum(['waiting', 'running', 'interrupted', 'failed', 'finished']);
export type UnitState = z.infer<typeof UnitState>;

export const UnitStatus = z.object({
  i: z.int().min(0),
  state: UnitState,
  /** How often it has been begun. */
  tries: z.int().min(0),
  /** Ids. */
  runs: z.array(z.string()),
  /** The run at work, and its last epoch. */
  run: z.string().nullable().default(null),
  epoch: z.int().nullable(),
  /** Why it failed or was interrupted, or what the batch system says of it. */
  problem: z.string().nullable(),
});
export type UnitStatus = z.infer<typeof UnitStatus>;

/** A unit of which nothing has been heard for so long is no longer at work, unless somebody knows better. */
const silence = 10 * 60_000;

/** What a batch system knows of a unit; null: nothing. */
export type Elsewhere = (unit: number) => { state: 'waiting' | 'running' | 'gone'; text: string } | null;

export function statusOf(bundle: Bundle, elsewhere: Elsewhere = () => null): UnitStatus[] {
  const names = new Set(existsSync(bundle.path('units')) ? readdirSync(bundle.path('units')) : []);
  let i = 0;
  const all: UnitStatus[] = [];
  for (const runs of bundle.allRuns()) {
    all.push({ ...unitStatus(bundle, i, names, elsewhere), i, runs: runs.map(({ id }) => id) });
    i++;
  }
  return all;
}

function unitStatus(bundle: Bundle, i: number, names: ReadonlySet<string>, elsewhere: Elsewhere): Omit<UnitStatus, 'i' | 'runs'> {
  const last = names.has(`${i}.jsonl`) ? lastEvent(bundle.journal(i)) : null;
  const tries = last?.try ?? 0;
  const idle = { run: null, epoch: null };
  if (names.has(`${i}.capscope`)) return { state: 'finished', tries: Math.max(1, tries), ...idle, problem: null };
  const known = elsewhere(i);
  // A task that is at work may have other units before this one.
  if (!last) return { state: 'waiting', tries, ...idle, problem: known && textOf(known) };
  const reached = { run: runOf(last), epoch: last.type === 'alive' ? last.epoch : last.type === 'epoch' ? last.metrics.epoch : null };
  if (last.type === 'end' && last.state !== 'finished') {
    // It has been given back to the batch system, or begins anew there.
    if (known && known.state !== 'gone') return { state: known.state, tries, ...reached, problem: last.problem };
    return { state: last.state, tries, ...reached, problem: last.problem };
  }
  // A journal that has ended well without results: these were damaged, and taken away.
  if (last.type === 'end') return { state: known?.state === 'running' ? 'running' : 'waiting', tries, ...idle, problem: null };
  if (known?.state === 'running') return { state: 'running', tries, ...reached, problem: null };
  if (known?.state === 'waiting') return { state: 'waiting', tries, ...reached, problem: null };
  const start = lastStart(bundle.journal(i));
  const here = start?.host === hostname();
  const alive = start !== null && (here ? isAlive(start, last.time) : Date.now() - Date.parse(last.time) < silence);
  if (alive && known?.state !== 'gone') return { state: 'running', tries, ...reached, problem: null };
  return { state: 'interrupted', tries, ...reached, problem: known ? textOf(known) : `nothing has been heard of it since ${last.time}` };
}

const runOf = (event: JournalEvent): string | null =>
  'run' in event ? (typeof event.run === 'string' ? event.run : event.run && event.run.id) : null;

const textOf = ({ text }: { text: string }): string | null => (text === '' ? null : text);

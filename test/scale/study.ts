/** A small study done in units, and the same study done here. */
import { join } from 'node:path';
import { expect } from 'vitest';
import type { StoredRun } from '../../src/store/types.ts';
import type { Store } from '../../src/store/store.ts';
import { capscope, type Outcome } from '../cli/capscope.ts';
import { openStore } from '../store/fixtures.ts';
import { startUnit } from './kill.ts';

/** Threads that the numbers are those of. */
export const threads = '2';

export async function plan(study: string, folder: string): Promise<{ units: number; runs: number }> {
  return json(await capscope('plan', study, folder, '--engine', 'wasm', '--threads', threads, '--json')) as { units: number; runs: number };
}

export async function unit(folder: string, number: number, code = 0): Promise<Outcome> {
  const outcome = await startUnit(folder, number).ended;
  expect(outcome.code, outcome.stderr).toBe(code);
  return outcome;
}

interface Status {
  units: { i: number; state: string; tries: number; runs: string[]; problem: string | null }[];
}

export const status = async (folder: string): Promise<Status['units']> =>
  (json(await capscope('status', folder, '--json')) as Status).units;

export const collect = async (folder: string, database: string): Promise<unknown> =>
  json(await capscope('collect', folder, '--db', join(database, 'capscope.db'), '--json'));

export function json({ code, stdout, stderr }: Outcome): unknown {
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

/** The same study as one command, in a folder with a database of its own. */
export async function studyHere(study: string, folder: string): Promise<void> {
  const outcome = await capscope('study', study, '--db', join(folder, 'capscope.db'), '--engine', 'wasm', '--threads', threads, '--json');
  expect(outcome.code, outcome.stderr).toBe(0);
}

/** What was computed, without what tells one time of doing it from another. */
export function numbersIn(folder: string): unknown[] {
  const store = openStore(folder);
  return store.runs(store.studies.list()[0]!.id).map((run) => numbersOf(store, run));
}

function numbersOf(store: Store, { id, key, name, role, parent, status, spec, cut, params, flops }: StoredRun): unknown {
  const epochs = store.results.epochs(id).map(({ epoch, train, test, gradients }) => ({ epoch, train, test, gradients }));
  const files = store.files.of(id).map(({ kind, sha256 }) => ({ kind, sha256 }));
  const of = parent === null ? null : store.run(parent).key;
  return {
    key,
    name,
    role,
    of,
    status,
    spec,
    cut,
    params,
    flops,
    epochs,
    files,
    result: store.results.final(id),
    findings: store.findings.of(id),
  };
}

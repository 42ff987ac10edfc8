/** Reads a study file or one of the presets in resources/studies/. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { InputError } from '../shared/input-error.ts';
import { firstIssue, issuesOf } from '../shared/issues.ts';
import { repeatedKeys } from '../shared/repeated-keys.ts';
import { readWhole } from '../store/disk.ts';
import { StudySpec } from '../shared/spec/study.ts';
import { nothingToRun, planStudy, type PlannedRun } from '../shared/study-plan.ts';
import { presetNames, presetPath } from '../workbench/presets.ts';

const resources = fileURLToPath(new URL('../../resources/', import.meta.url));

export interface StudyFile {
  spec: StudySpec;
  plan: PlannedRun[];
  /** Folder that relative paths in the file start from. */
  folder: string;
}

export const presets = (): string[] => presetNames(resources);

/** @param fileOrPreset a preset's name, else a path. @param seed replaces the file's seeds. Throws an InputError. */
export function readStudy(fileOrPreset: string, seed?: number): StudyFile {
  const isPreset = presets().includes(fileOrPreset);
  const path = isPreset ? presetPath(resources, fileOrPreset) : resolve(fileOrPreset);
  if (!existsSync(path)) throw new InputError(`there is no study file or preset ${fileOrPreset}; presets are ${presets().join(', ')}`);
  const parsed = parseStudy(readJson(path), path);
  const spec = seed === undefined ? parsed : { ...parsed, seeds: [seed] };
  return { spec, plan: plan(spec, path), folder: dirname(path) };
}

/** Throws an InputError when it cannot be read, is not JSON, or names a field twice. */
export function readJson(path: string): unknown {
  const text = new TextDecoder().decode(readWhole(path));
  try {
    const value = JSON.parse(text) as unknown;
    const [twice] = repeatedKeys(text);
    if (twice !== undefined) throw new InputError(`${path}: ${twice} is given twice; expected each field once`);
    return value;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${path} is not JSON: ${(error as Error).message.replaceAll(/\s+/g, ' ')}`, { cause: error });
  }
}

/** Fills in defaults. @param source names the study in messages. Throws an InputError. */
export function parseStudy(json: unknown, source: string): StudySpec {
  const parsed = StudySpec.safeParse(json, { reportInput: true });
  if (!parsed.success) throw new InputError(`${source}: ${problemsOf(parsed.error)}`);
  return parsed.data;
}

/** Most problems that are told. */
const most = 20;

/** Everything that is wrong, so that nobody has to start again after each. */
export function problemsOf(error: z.ZodError): string {
  const problems = issuesOf(error);
  const more = problems.length - most;
  return [...problems.slice(0, most), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

function plan(spec: StudySpec, source: string): PlannedRun[] {
  try {
    const runs = planStudy(spec);
    if (runs.length === 0) throw new InputError(`${source}: ${nothingToRun(spec)}`);
    return runs;
  } catch (error) {
    if (error instanceof z.ZodError) throw new InputError(`${source}: pruning: ${firstIssue(error)}`, { cause: error });
    throw error;
  }
}

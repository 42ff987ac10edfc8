/** Reads a study file or one of the presets in resources/studies/. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { InputError } from '../shared/input-error.ts';
import { firstIssue } from '../shared/issues.ts';
import { NetworkSpec } from '../shared/spec/network.ts';
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

function readJson(path: string): unknown {
  const text = new TextDecoder().decode(readWhole(path));
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new InputError(`${path} is not JSON: ${(error as Error).message.replaceAll(/\s+/g, ' ')}`, { cause: error });
  }
}

/** Fills in defaults. @param source names the study in messages. Throws an InputError. */
export function parseStudy(json: unknown, source: string): StudySpec {
  checkWrittenOutNetworks(json, source);
  const parsed = StudySpec.safeParse(json);
  if (!parsed.success) throw new InputError(`${source}: ${firstIssue(parsed.error)}`);
  return parsed.data;
}

/** Where a network is written out layer by layer, zod would otherwise only say that it is not one of the paper's family. */
function checkWrittenOutNetworks(json: unknown, source: string): void {
  const { networks } = (json ?? {}) as { networks?: unknown };
  if (!Array.isArray(networks)) return;
  for (const [i, network] of (networks as unknown[]).entries()) {
    if (typeof network !== 'object' || network === null || !('backbone' in network)) continue;
    const result = NetworkSpec.safeParse(network);
    if (!result.success) throw new InputError(`${source}: networks[${i}]: ${firstIssue(result.error)}`);
  }
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

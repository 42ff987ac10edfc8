/** Makes a bundle of a study: nothing is computed, and nothing is written elsewhere. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { encodeDataset } from '../datasets/kept.ts';
import type { Dataset } from '../shared/dataset.ts';
import type { EngineName } from '../shared/engines.ts';
import { InputError } from '../shared/input-error.ts';
import { reasonOf } from '../shared/system-error.ts';
import type { StudySpec } from '../shared/spec/study.ts';
import { nothingToRun, planStudy } from '../shared/study-plan.ts';
import { writeDurably } from '../store/disk.ts';
import { newId } from '../store/ids.ts';
import { newRun } from '../store/rows.ts';
import { studyIdentity } from '../store/study-identity.ts';
import type { StoredDataset, StoredRun } from '../store/types.ts';
import { sizeOf } from '../workbench/plan.ts';
import { Bundle, bundleFormat, bundleName, dataName, unitsName, type BundleFacts } from './bundle.ts';
import { unitsOf } from './units.ts';

export interface Planning {
  spec: StudySpec;
  dataset: StoredDataset;
  images: () => Promise<Dataset>;
  engine: EngineName;
  hands: number;
}

export interface Counts {
  units: number;
  runs: number;
}

/**
 * A folder that holds the same study already is left as it is. The file with the bundle's facts is written last: a folder
 * without it is none. Throws an InputError when the folder holds something else.
 */
export async function planBundle(folder: string, planning: Planning): Promise<Counts> {
  return writeBundle(folder, { ...planning, ...plannedStudy(planning) });
}

/** A study that is in a database already, with its runs. */
export async function writeBundle(
  folder: string,
  { spec, dataset, images, engine, hands, study, runs }: Planning & { study: BundleFacts['study']; runs: readonly StoredRun[] },
): Promise<Counts> {
  let there: Counts | null;
  try {
    there = existing(folder, { spec, dataset: dataset.fingerprint, engine });
    if (!there) mkdirSync(join(folder, 'units'), { recursive: true });
  } catch (error) {
    if (error instanceof InputError || (error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new InputError(`${folder} cannot be a folder for the study: ${reasonOf(error, 'write')}`, { cause: error });
  }
  if (there) return there;
  writeDurably(join(folder, dataName), encodeDataset(await images()));
  const units = unitsOf(runs);
  const encoder = new TextEncoder();
  writeDurably(
    join(folder, unitsName),
    units.map((unit) => encoder.encode(`${JSON.stringify(unit)}\n`)),
  );
  // What was opened may say more than a database knows of it.
  const { fingerprint, name, shape, classes, train, test } = dataset;
  const known = { fingerprint, name, shape, classes, train, test };
  const facts: BundleFacts = { format: bundleFormat, study, dataset: known, engine, hands, units: units.length, runs: runs.length };
  writeDurably(join(folder, bundleName), encoder.encode(`${JSON.stringify(facts, null, 2)}\n`));
  return { units: facts.units, runs: facts.runs };
}

function plannedStudy({ spec, dataset, engine }: Planning): { study: BundleFacts['study']; runs: StoredRun[] } {
  const plan = planStudy(spec);
  if (plan.length === 0) throw new InputError(nothingToRun(spec));
  const id = newId();
  const begin = Date.now();
  const ids = new Map<string, string>();
  const runs = plan.map(({ key, name, role, parent, spec: run }, i) => {
    let own = newId();
    while (ids.has(own)) own = newId();
    ids.set(key, own);
    const planned = { study: id, key, name, role, parent: parent === null ? null : ids.get(parent)!, dataset: dataset.fingerprint };
    // Lists are in the order of these times, in whatever order units come back.
    const created = new Date(begin + i).toISOString();
    return newRun(own, { ...planned, spec: run, engine, ...sizeOf(run.network, dataset, name) }, created);
  });
  return { study: { id, created: new Date(begin).toISOString(), spec }, runs };
}

/** What the folder holds, if it is the same study; null: nothing. */
function existing(folder: string, wanted: { spec: StudySpec; dataset: string; engine: EngineName }): Counts | null {
  if (!existsSync(join(folder, bundleName))) {
    const strange = existsSync(folder) ? readdirSync(folder).filter((name) => !['units', dataName, unitsName].includes(name)) : [];
    if (strange.length > 0)
      throw new InputError(`${folder} is not empty: it holds ${strange[0]!}; expected a new folder, or a study planned before`);
    return null;
  }
  const { study, dataset, engine, units, runs } = new Bundle(folder).facts;
  const same = studyIdentity(study.spec, dataset.fingerprint, engine) === studyIdentity(wanted.spec, wanted.dataset, wanted.engine);
  const arms =
    JSON.stringify([study.spec.arms, study.spec.stopCollapsed]) === JSON.stringify([wanted.spec.arms, wanted.spec.stopCollapsed]);
  if (!same || !arms)
    throw new InputError(`${folder} holds another study, "${study.spec.name}"; choose another folder, or remove this one`);
  return { units, runs };
}

/** Which starts of a study are the same study. */
import type Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { engineNames, type EngineName } from '../shared/engines.ts';
import { withoutDefaults } from '../shared/spec/defaults.ts';
import { DataSpec, networksOf, StudySpec } from '../shared/spec/study.ts';

const hashOf = (content: unknown): string => createHash('sha256').update(JSON.stringify(content)).digest('hex');

const Rest = StudySpec.omit({ $schema: true, data: true, arms: true });
const Images = DataSpec.omit({ path: true });

/**
 * Two starts with the same identity are the same study. The path of the data is left out: the fingerprint says what they are.
 * So are the arms, which a study can get more of. So is every default, so that a setting that is added later changes no identity. Whoever changes a default, or what stands
 * here, adds identifyStudies to the migrations once more.
 */
export function studyIdentity(spec: StudySpec, fingerprint: string, engine: EngineName | null): string {
  // A grid of networks is the study of the same networks one by one.
  const told = { ...spec, networks: networksOf(spec.networks) };
  return hashOf([withoutDefaults(Rest, told), withoutDefaults(Images, spec.data), fingerprint, engine]);
}

interface Row {
  id: string;
  identity: string;
  dataset: string;
  spec: string;
  engine: EngineName | null;
}

/** Gives every study the identity that it has now. One that cannot be read, or is to be begun anew, keeps its own. */
export function identifyStudies(database: Database.Database): void {
  const update = database.prepare('UPDATE studies SET identity = ? WHERE id = ?');
  const rows = database.prepare(`SELECT id, identity, dataset, spec, engine FROM studies WHERE identity <> ''`).all() as Row[];
  for (const { id, dataset, spec, engine } of rows) {
    const parsed = StudySpec.safeParse(jsonOf(spec));
    if (parsed.success) update.run(studyIdentity(parsed.data, dataset, engine), id);
  }
}

/**
 * Up to schema 5 the engine that a study asks for stood in its identity only, which was taken over the whole spec: the engine
 * is the one that makes it so.
 */
export function recallEngines(database: Database.Database): void {
  const update = database.prepare('UPDATE studies SET engine = ? WHERE id = ?');
  for (const { id, identity, dataset, spec } of database.prepare('SELECT id, identity, dataset, spec FROM studies').all() as Row[]) {
    const stored = jsonOf(spec) as Partial<StudySpec> | null;
    const whole = { ...stored, $schema: undefined, data: { ...stored?.data, path: undefined }, fingerprint: dataset };
    const engine = engineNames.find((name) => hashOf({ ...whole, engine: name }) === identity);
    if (engine) update.run(engine, id);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

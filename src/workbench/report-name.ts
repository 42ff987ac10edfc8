/** Where the report of a study lies. */
import { fileName } from '../shared/present/file-name.ts';
import type { Store } from '../store/store.ts';
import { studyIdentity } from '../store/study-identity.ts';
import type { StoredStudy } from '../store/types.ts';

/**
 * Name of the file, without its ending, in which the report of a study lies: its own name and its seeds. Where a study with
 * other settings has been begun before under the same, its id as well, so that neither report takes the other's place.
 */
export function reportName(store: Store, study: StoredStudy): string {
  const base = baseOf(study);
  const identity = identityOf(store, study);
  const alike = store.studies.list().filter((other) => baseOf(other).toLowerCase() === base.toLowerCase());
  const first = alike.at(-1);
  if (!first || identityOf(store, first) === identity) return base;
  return `${base}-${alike.findLast((other) => identityOf(store, other) === identity)?.id ?? study.id}`;
}

const baseOf = ({ spec }: StoredStudy): string => fileName(`${spec.name}-${spec.seeds.join('-')}`);
const identityOf = (store: Store, { id, spec, dataset }: StoredStudy): string => studyIdentity(spec, dataset, store.studies.engineOf(id));

/** On what runs were computed: another kind of processor or card rounds differently, and what is compared should say so. */
import { count } from './present/format.ts';

interface Computed {
  engine: string | null;
  /** A card's name, or how many threads there were. */
  device: string | null;
  /** With `processor`, unless the run is of before that was recorded. */
  versions: Record<string, string>;
}

export interface Kind {
  name: string;
  runs: number;
}

/** Those runs that have begun, by what computed them. */
export function kindsOf(runs: readonly Computed[]): Kind[] {
  const kinds = new Map<string, Kind>();
  for (const { engine, device, versions } of runs) {
    // A study's runs have their engine before they begin.
    if (engine === null || (device === null && Object.keys(versions).length === 0)) continue;
    const onCard = device !== null && !/^\d+ threads?$/.test(device);
    const name = `${onCard ? device : (versions['processor'] ?? 'a processor that is not recorded')} (${engine})`;
    kinds.set(name, { name, runs: (kinds.get(name)?.runs ?? 0) + 1 });
  }
  return [...kinds.values()].sort((a, b) => b.runs - a.runs || a.name.localeCompare(b.name));
}

/** What must be said where runs of several kinds are compared; null: they are of one kind. */
export function mixedKinds(kinds: readonly Kind[]): string | null {
  if (kinds.length < 2) return null;
  const named = kinds.map(({ name, runs }) => `${name}: ${count(runs)} ${runs === 1 ? 'run' : 'runs'}`).join('; ');
  return `Computed on different kinds of processor, which round differently, so that the same run can end with other numbers: ${named}.`;
}

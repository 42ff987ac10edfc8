/** What is typed of a cluster, as the contract takes it. */
import type { EngineName } from '../../shared/engines.ts';
import { ClusterPlace } from '../../shared/contract/index.ts';

export interface TypedPlace {
  host: string;
  partition: string;
  account: string;
  time: string;
  constraint: string;
  cpus: number;
  atOnce: number;
  /** What computes there. */
  engine: EngineName;
  /** Said only where the engine computes on graphics cards. */
  gpus: string;
}

export const blankPlace: TypedPlace = {
  host: '',
  partition: '',
  account: '',
  time: '',
  constraint: '',
  cpus: 1,
  atOnce: 50,
  engine: 'wasm',
  gpus: '1',
};

const names: Partial<Record<keyof ClusterPlace, string>> = {
  host: 'The host',
  partition: 'The partition',
  account: 'The account',
  time: 'The time limit',
  constraint: 'The constraint',
  gpus: 'The number of graphics cards',
};

/** Null, with a sentence, while it cannot be used. */
export function clusterPlace({ engine, cpus, atOnce, ...words }: TypedPlace): { place: ClusterPlace | null; problem: string | null } {
  const given = (text: string) => text.trim() || null;
  if (given(words.host) === null) return { place: null, problem: 'Enter the host as for ssh: user@login.example.org' };
  const parsed = ClusterPlace.safeParse({
    ...{ host: words.host.trim(), partition: given(words.partition), account: given(words.account), time: given(words.time) },
    ...{ constraint: given(words.constraint), gpus: engine === 'wasm' ? null : given(words.gpus), cpus, atOnce },
  });
  if (parsed.success) return { place: parsed.data, problem: null };
  const field = parsed.error.issues[0]!.path[0] as keyof ClusterPlace;
  return { place: null, problem: `${names[field] ?? field} is not one that can be given: expected one word` };
}

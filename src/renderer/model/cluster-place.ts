/** What is typed of a cluster, as the contract takes it. */
import { ClusterPlace } from '../../shared/contract/index.ts';

export interface TypedPlace {
  host: string;
  partition: string;
  time: string;
  cpus: number;
  atOnce: number;
}

const names = { host: 'The host', partition: 'The partition', time: 'The time limit' } as const;

/** Null, with a sentence, while it cannot be used. */
export function clusterPlace({ host, partition, time, cpus, atOnce }: TypedPlace): { place: ClusterPlace | null; problem: string | null } {
  const given = (text: string) => text.trim() || null;
  if (given(host) === null) return { place: null, problem: 'Enter the host as for ssh: user@login.example.org' };
  const parsed = ClusterPlace.safeParse({ host: host.trim(), partition: given(partition), time: given(time), cpus, atOnce });
  if (parsed.success) return { place: parsed.data, problem: null };
  const field = parsed.error.issues[0]!.path[0] as keyof typeof names;
  return { place: null, problem: `${names[field]} is not one that can be given: expected one word` };
}

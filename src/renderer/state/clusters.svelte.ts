/** Studies that are done on other computers, kept up to date. */
import type { Argument, ClusterPlace, ClusterStudy } from '../../shared/contract/index.ts';
import { call, on } from '../client/client.ts';
import { attempt } from './messages.ts';

/** Where a study is to be done; null while what is typed of a cluster cannot be used. */
export type Place = { kind: 'here' } | { kind: 'several' } | { kind: 'slurm'; place: ClusterPlace | null };

class ClusterStudies {
  list = $state.raw<ClusterStudy[]>([]);

  constructor() {
    on('clusters', (studies) => (this.list = studies));
  }

  async read(): Promise<void> {
    this.list = (await attempt(() => call('clusters.list'))) ?? this.list;
  }

  of(study: string): ClusterStudy | undefined {
    return this.list.find((one) => one.study === study);
  }
}

export const clusterStudies = new ClusterStudies();

/** Whether what is typed of a cluster cannot be used. */
export const isUnusable = (place: Place): boolean => place.kind === 'slurm' && place.place === null;

/** Here, or on another computer. Answers the study's id. */
export async function beginStudy(place: Place, study: Argument<'queue.study'>): Promise<string> {
  if (place.kind !== 'slurm' || !place.place) return call('queue.study', study);
  const { spec, dataset } = study;
  const id = await call('clusters.submit', { spec, dataset, place: place.place });
  await clusterStudies.read();
  return id;
}

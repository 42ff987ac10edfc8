/** Studies that are done on other computers, kept up to date, and what is typed of such a computer. */
import { z } from 'zod';
import type { Argument, ClusterOutfit, ClusterPlace, ClusterStudy } from '../../shared/contract/index.ts';
import { EngineName } from '../../shared/engines.ts';
import { call, on } from '../client/client.ts';
import { blankPlace, clusterPlace, type TypedPlace } from '../model/cluster-place.ts';
import { attempt } from './messages.ts';

/** Where a study is to be done; null while what is typed of a cluster cannot be used. */
export type Place = { kind: 'here' } | { kind: 'several' } | { kind: 'slurm'; place: ClusterPlace | null; engine: EngineName };

class ClusterStudies {
  list = $state.raw<ClusterStudy[]>([]);

  constructor() {
    on('clusters', (studies) => (this.list = studies));
  }

  async read(): Promise<void> {
    this.list = (await attempt(() => call('clusters.list'))) ?? this.list;
  }

  /** Those that are at work, or wait for it, elsewhere. */
  get open(): ClusterStudy[] {
    return this.list.filter(({ units }) => units.waiting + units.running > 0);
  }

  of(study: string | undefined): ClusterStudy | undefined {
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
  const id = await call('clusters.submit', { spec, dataset, engine: place.engine, place: place.place });
  await clusterStudies.read();
  return id;
}

/** As it was kept, perhaps by a version that asked for less. */
const Typed = z.object({
  host: z.string(),
  partition: z.string(),
  account: z.string().default(blankPlace.account),
  time: z.string(),
  constraint: z.string().default(blankPlace.constraint),
  cpus: z.number(),
  atOnce: z.number(),
  engine: EngineName.default(blankPlace.engine),
  gpus: z.string().default(blankPlace.gpus),
});
const key = 'slurm-place';

/** A host as it is typed, kept for the next study, and whether it answers. */
export class SlurmForm {
  typed = $state.raw<TypedPlace>(blankPlace);
  /** Of the host that is typed. */
  outfit = $state.raw<ClusterOutfit | null>(null);
  problem = $state<string | null>(null);
  looking = $state(false);
  readonly judged = $derived(clusterPlace(this.typed));

  async restore(): Promise<void> {
    const kept = Typed.safeParse(await call('app.viewState', { key }).catch(() => null));
    if (kept.success) this.typed = kept.data;
  }

  change(changed: Partial<TypedPlace>): void {
    if (changed.host !== undefined) this.outfit = this.problem = null;
    this.typed = { ...this.typed, ...changed };
    void call('app.keepViewState', { key, value: this.typed }).catch(() => undefined);
  }

  async look(): Promise<void> {
    const { host } = this.typed;
    this.looking = true;
    this.outfit = this.problem = null;
    try {
      const outfit = await call('clusters.look', { host });
      if (this.typed.host === host) this.outfit = outfit;
    } catch (error) {
      if (this.typed.host === host) this.problem = (error as Error).message;
    }
    this.looking = false;
  }
}

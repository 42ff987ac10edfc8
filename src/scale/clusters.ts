/** Follows the studies that have been given to other computers from a window: asks now and then, and fetches what has been done. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readKept } from '../datasets/kept.ts';
import { loadDataset, SAMPLE } from '../datasets/load.ts';
import type { ClusterPlace, ClusterStudy } from '../shared/contract/index.ts';
import { InputError } from '../shared/input-error.ts';
import { newId } from '../store/ids.ts';
import type { ClusterContext, Clusters, ClusterSubmission } from '../workbench/host.ts';
import { Bundle, bundleName } from './bundle.ts';
import { collect } from './collect.ts';
import { cancelAnywhere, collectAnywhere, statusAnywhere, submitAnywhere } from './elsewhere.ts';
import { planBundle } from './plan.ts';
import { placeOf, usualFolder, usualNode, type Place } from './remote.ts';
import type { UnitStatus } from './status.ts';

/** Milliseconds between two questions, as long as there is news, and at most: login computers are shared. */
const soon = 40_000;
const late = 180_000;

const nothing: ClusterStudy['units'] = { waiting: 0, running: 0, interrupted: 0, failed: 0, finished: 0 };

interface Followed extends ClusterStudy {
  bundle: Bundle;
}

export const clusters = (context: ClusterContext): Clusters => new Following(context);

class Following implements Clusters {
  readonly #context: ClusterContext;
  readonly #root: string;
  readonly #followed = new Map<string, Followed>();
  #timer: NodeJS.Timeout | null = null;
  #pause = soon;
  #closed = false;

  constructor(context: ClusterContext) {
    this.#context = context;
    this.#root = join(dirname(context.store.path), 'clusters');
    for (const name of existsSync(this.#root) ? readdirSync(this.#root) : []) {
      if (!existsSync(join(this.#root, name, bundleName))) continue;
      try {
        this.#follow(new Bundle(join(this.#root, name)));
      } catch (error) {
        context.notice(`A study on another computer cannot be followed: ${(error as Error).message}`);
      }
    }
    if (this.#followed.size > 0) this.#later(1000);
  }

  async submit({ spec, dataset: fingerprint, engine, place, images, hands }: ClusterSubmission): Promise<string> {
    const { store, resources, changed } = this.#context;
    const dataset = store.dataset(fingerprint);
    const folder = join(this.#root, newId());
    mkdirSync(folder, { recursive: true });
    try {
      const read = () => (images === null ? loadDataset(SAMPLE, { resources }) : readKept(images, { checked: true }));
      await planBundle(folder, { spec, dataset, images: read, engine, hands });
      const bundle = new Bundle(folder);
      await submitAnywhere(bundle, optionsOf(place), placeThere(bundle, place.host));
      collect(bundle, store, { say: () => undefined, withoutWeights: true });
      const { study } = this.#follow(bundle);
      changed(store.runs(study).map(({ id }) => id));
      this.#later(soon);
      return study;
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  list(): ClusterStudy[] {
    return [...this.#followed.values()].map(shown);
  }

  async fetch(study: string, weights: boolean): Promise<ClusterStudy> {
    const asked = await this.#ask(this.#find(study), weights);
    if (asked.problem !== null) throw new InputError(asked.problem);
    return shown(asked);
  }

  async resubmit(study: string): Promise<number> {
    const { units } = await submitAnywhere(this.#find(study).bundle, { failed: true }, null);
    this.#later(soon);
    return units;
  }

  async cancel(study: string): Promise<void> {
    await cancelAnywhere(this.#find(study).bundle);
  }

  close(): void {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  #find(study: string): Followed {
    const found = this.#followed.get(study);
    if (!found) throw new InputError('this study is not done on another computer');
    return found;
  }

  #follow(bundle: Bundle): Followed {
    const { study, units } = bundle.facts;
    const host = placeOf(bundle)?.host ?? '';
    const followed: Followed = { study: study.id, host, units: { ...nothing, waiting: units }, answered: null, problem: null, bundle };
    this.#followed.set(study.id, followed);
    return followed;
  }

  /** A laptop that sleeps lets the timer sleep; what is due goes on when it wakes. */
  #later(pause: number): void {
    this.#pause = pause;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#round(), pause).unref();
  }

  async #round(): Promise<void> {
    let news = false;
    const open = [...this.#followed.values()].filter(
      ({ units, answered }) => answered === null || units.waiting + units.running + units.interrupted > 0,
    );
    for (const one of open) {
      if (this.#closed) return;
      const before = JSON.stringify(one.units);
      news = JSON.stringify((await this.#ask(one, false)).units) !== before || news;
    }
    if (open.length > 0 && !this.#closed) this.#later(news ? soon : Math.min(late, 1.5 * this.#pause));
  }

  async #ask(one: Followed, weights: boolean): Promise<Followed> {
    const { store, changed, told } = this.#context;
    const found: Followed = { ...one };
    try {
      const units = await statusAnywhere(one.bundle);
      found.units = countsOf(units);
      if (weights || found.units.finished > one.units.finished || one.answered === null) {
        const say = (line: string) => this.#context.notice(line);
        await collectAnywhere(one.bundle, store, { say, weights });
        changed(units.filter(({ state }) => state === 'finished' || state === 'failed').flatMap(({ runs }) => runs));
      }
      found.answered = new Date().toISOString();
      found.problem = null;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      found.problem = error.message;
    }
    if (this.#closed) return found;
    this.#followed.set(one.study, found);
    told(this.list());
    return found;
  }
}

const shown = ({ study, host, units, answered, problem }: Followed): ClusterStudy => ({ study, host, units, answered, problem });

function countsOf(units: readonly UnitStatus[]): ClusterStudy['units'] {
  const counts = { ...nothing };
  for (const { state } of units) counts[state]++;
  return counts;
}

/** Nobody is there to be asked for a password: without a key it takes a connection that is open already. */
const placeThere = (bundle: Bundle, host: string): Place => ({
  host,
  node: usualNode,
  folder: usualFolder(bundle.facts.study.id),
  ssh: ['-o', 'BatchMode=yes'],
});

function optionsOf({ partition, time, cpus, atOnce }: ClusterPlace) {
  return { partition: partition ?? undefined, time: time ?? undefined, cpus, atOnce: atOnce ?? undefined };
}

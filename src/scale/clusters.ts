/** Follows the studies that have been given to other computers from a window: asks now and then, and fetches what has been done. */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ClusterOutfit, ClusterStudy, WantedWeights } from '../shared/contract/index.ts';
import { InputError } from '../shared/input-error.ts';
import { newId } from '../store/ids.ts';
import type { ClusterContext, Clusters, ClusterSubmission } from '../workbench/host.ts';
import { Bundle, bundleName } from './bundle.ts';
import { Followed, keepWish, placeThere } from './followed.ts';
import { Threads } from './in-thread.ts';
import { Remote } from './remote.ts';

/** Milliseconds between two questions, as long as there is news, and at most: login computers are shared. */
const soon = 40_000;
const late = 180_000;
/** After which a study that was not planned to its end has been given up. */
const abandoned = 24 * 3_600_000;

/** @param thread the module thread.ts, as it is built. */
export const clusters = (context: ClusterContext, thread: string | URL): Clusters => new Following(context, new Threads(thread));

class Following implements Clusters {
  readonly #context: ClusterContext;
  readonly #threads: Threads;
  readonly #root: string;
  readonly #followed = new Map<string, Followed>();
  readonly #closing = new AbortController();
  #timer: NodeJS.Timeout | null = null;
  #pause = soon;

  constructor(context: ClusterContext, threads: Threads) {
    this.#context = context;
    this.#threads = threads;
    this.#root = join(dirname(context.store.path), 'clusters');
    for (const name of existsSync(this.#root) ? readdirSync(this.#root) : []) {
      const folder = join(this.#root, name);
      try {
        if (existsSync(join(folder, bundleName))) this.#follow(new Bundle(folder));
        else if (statSync(folder).mtimeMs < Date.now() - abandoned) rmSync(folder, { recursive: true, force: true });
      } catch (error) {
        context.notice(`A study on another computer cannot be followed: ${(error as Error).message}`);
      }
    }
    if (this.#followed.size > 0) this.#later(1000);
  }

  look(host: string): Promise<ClusterOutfit> {
    return new Remote(placeThere(host, ''), { signal: this.#closing.signal }).look();
  }

  async submit({ place, dataset, ...wanted }: ClusterSubmission): Promise<string> {
    const { store, resources, changed } = this.#context;
    const { signal } = this.#closing;
    await this.look(place.host);
    const folder = join(this.#root, newId());
    mkdirSync(folder, { recursive: true });
    try {
      await this.#threads.plan({ ...wanted, folder, resources, dataset: store.dataset(dataset) }, { signal });
      const bundle = new Bundle(folder);
      keepWish(bundle, { place, submitted: false });
      await this.#threads.collect({ folder, database: store.path, withoutWeights: true }, { signal });
      const { study } = this.#follow(bundle).shown;
      changed(store.runs(study).map(({ id }) => id));
      this.#later(0);
      return study;
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  list(): ClusterStudy[] {
    return [...this.#followed.values()].map(({ shown }) => shown);
  }

  async fetch(study: string, weights: WantedWeights): Promise<boolean> {
    const found = this.#find(study);
    const done = await found.fetch(weights);
    if (found.shown.problem !== null) throw new InputError(found.shown.problem);
    return done;
  }

  stopFetching(study: string): void {
    void this.#find(study).stop();
  }

  async resubmit(study: string): Promise<number> {
    const units = await this.#find(study).resubmit();
    this.#later(soon);
    return units;
  }

  async cancel(study: string): Promise<void> {
    const found = this.#find(study);
    if (found.shown.submitted) return found.cancel();
    this.#followed.delete(study);
    await found.stop();
    rmSync(found.bundle.folder, { recursive: true, force: true });
    this.#tell();
  }

  async close(): Promise<void> {
    this.#closing.abort(new InputError('Capscope is closing'));
    if (this.#timer) clearTimeout(this.#timer);
    await Promise.all([...this.#followed.values()].map((one) => one.stop()));
  }

  #find(study: string): Followed {
    const found = this.#followed.get(study);
    if (!found) throw new InputError('this study is not done on another computer');
    return found;
  }

  #follow(bundle: Bundle): Followed {
    const { store, notice, changed } = this.#context;
    const followed = new Followed(bundle, { store, notice, changed, threads: this.#threads, told: () => this.#tell() });
    this.#followed.set(followed.shown.study, followed);
    return followed;
  }

  #tell(): void {
    if (!this.#closing.signal.aborted) this.#context.told(this.list());
  }

  /** A laptop that sleeps lets the timer sleep; what is due goes on when it wakes. */
  #later(pause: number): void {
    this.#pause = pause;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#round(), pause).unref();
  }

  async #round(): Promise<void> {
    const open = [...this.#followed.values()].filter(({ isOpen }) => isOpen);
    let news = false;
    for (const one of open) {
      if (this.#closing.signal.aborted) return;
      try {
        news = (await one.goOn()) || news;
      } catch (error) {
        // The others are asked all the same.
        this.#context.notice(`A study on ${one.shown.host}: ${(error as Error).message}`);
      }
    }
    if (open.length > 0 && !this.#closing.signal.aborted) this.#later(news ? soon : Math.min(late, Math.max(soon, 1.5 * this.#pause)));
  }
}

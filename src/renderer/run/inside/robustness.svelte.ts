/** What networks read of disturbed images, point by point. Stays while one goes from run to run. */
import { SvelteMap } from 'svelte/reactivity';
import { disturbances, type Disturbance, type RobustnessPoint } from '../../../shared/inside/robustness.ts';
import { call, on } from '../../client/client.ts';
import { newId } from '../../client/new-id.ts';
import { report } from '../../state/messages.ts';

/** Test images of each point: as many of every class as there are. */
const IMAGES = 1000;

export const MOST_RUNS = 12;

class Robustness {
  readonly #points = new SvelteMap<string, readonly RobustnessPoint[]>();
  /** What is being measured: the run, and how many of how many points there are. */
  going = $state.raw<{ task: string; kind: Disturbance; run: string; done: number; of: number } | null>(null);

  constructor() {
    on('robustness', ({ task, run, point }) => {
      const { going } = this;
      if (going?.task !== task) return;
      this.#put(run, going.kind, [point]);
      this.going = { ...going, done: going.done + 1 };
    });
  }

  #put(run: string, kind: Disturbance, points: readonly RobustnessPoint[]): void {
    const fresh = new Set(points.map(({ value }) => value));
    const others = this.pointsOf(run, kind).filter(({ value }) => !fresh.has(value));
    this.#points.set(`${run} ${kind}`, [...others, ...points].sort((a, b) => a.value - b.value)); // prettier-ignore
  }

  pointsOf(run: string, kind: Disturbance): readonly RobustnessPoint[] {
    return this.#points.get(`${run} ${kind}`) ?? [];
  }

  /** One run after the other. What has been measured is there at once. */
  async measure(runs: readonly string[], kind: Disturbance): Promise<void> {
    if (this.going) return;
    const task = newId();
    const { values } = disturbances[kind];
    this.going = { task, kind, run: runs[0]!, done: 0, of: runs.length * values.length };
    try {
      for (const run of runs) {
        this.going = { ...this.going, run };
        const points = await call('inside.robustness', { task, run, kind, values: [...values], images: IMAGES });
        if (!points) break;
        this.#put(run, kind, points);
      }
    } catch (error) {
      report(error);
    }
    this.going = null;
  }

  cancel(): void {
    if (this.going) void call('inside.cancel', { task: this.going.task });
  }
}

export const robustness = new Robustness();

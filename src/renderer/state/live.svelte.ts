/** The live curve of one run: what there was before, and what comes while it is looked at. */
import type { LogLine, StepPoint } from '../../shared/contract/index.ts';
import { call, on } from '../client/client.ts';
import { attempt } from './messages.ts';

export class LiveRun {
  points = $state.raw<StepPoint[]>([]);
  log = $state.raw<LogLine[]>([]);
  readonly #stop: (() => void)[];

  constructor(id: string) {
    this.#stop = [
      on('step', ({ run, points }) => {
        if (run === id) this.points = [...this.points, ...points];
      }),
      on('log', ({ run, ...line }) => {
        if (run === id) this.log = [...this.log, line];
      }),
    ];
    void this.#read(id);
  }

  async #read(id: string): Promise<void> {
    const live = await attempt(() => call('runs.live', { id }));
    if (!live) return;
    // What came by event while the answer was on its way is in the answer, or newer.
    const last = live.points.at(-1)?.step ?? -1;
    this.points = [...live.points, ...this.points.filter(({ step }) => step > last)];
    this.log = live.log;
  }

  end(): void {
    for (const stop of this.#stop) stop();
  }
}

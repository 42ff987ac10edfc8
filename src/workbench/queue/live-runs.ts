/** What is kept in memory of runs trained since the workbench started: the points of the live curve and the log. */
import type { LogLine, StepPoint } from '../../shared/contract/index.ts';

const maxPoints = 10_000;
const maxLines = 2_000;

interface Live {
  points: StepPoint[];
  log: LogLine[];
}

export class LiveRuns {
  readonly #runs = new Map<string, Live>();

  of(run: string): Live {
    return this.#runs.get(run) ?? { points: [], log: [] };
  }

  addPoint(run: string, point: StepPoint): void {
    const { points } = this.#open(run);
    points.push(point);
    // Every second point goes, so that a long run keeps its whole curve.
    if (points.length > maxPoints) points.splice(0, points.length, ...points.filter((_, i) => i % 2 === 0));
  }

  addLine(run: string, line: LogLine): void {
    const { log } = this.#open(run);
    log.push(line);
    if (log.length > maxLines) log.shift();
  }

  #open(run: string): Live {
    let live = this.#runs.get(run);
    if (!live) this.#runs.set(run, (live = { points: [], log: [] }));
    return live;
  }
}

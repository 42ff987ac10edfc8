/** Points of the live curve, a few times a second, from the means over the epoch so far that come after every step. */
import type { StepPoint } from '../shared/contract/index.ts';
import type { StepProgress } from '../shared/progress.ts';

/** Milliseconds between two points: a curve needs no more. */
const interval = 250;

export class StepCurve {
  readonly #report: (point: StepPoint, progress: StepProgress) => void;
  /** Where the last point ended. */
  #last: Pick<StepProgress, 'epoch' | 'step' | 'loss' | 'accuracy'> = { epoch: 0, step: 0, loss: 0, accuracy: 0 };
  #next = 0;

  constructor(report: (point: StepPoint, progress: StepProgress) => void) {
    this.#report = report;
  }

  /** @param now milliseconds. */
  add(progress: StepProgress, now: number): void {
    const ends = progress.step === progress.steps;
    if (!ends && now < this.#next) return;
    this.#report(this.#pointTo(progress), progress);
    this.#next = now + interval;
  }

  #pointTo(progress: StepProgress): StepPoint {
    const { epoch, step, steps, imagesPerSecond } = progress;
    const before = this.#last.epoch === epoch && this.#last.step < step ? this.#last : { step: 0, loss: 0, accuracy: 0 };
    const since = (mean: number, meanBefore: number) => (mean * step - meanBefore * before.step) / (step - before.step);
    this.#last = progress;
    return {
      step: (epoch - 1) * steps + step,
      epoch: epoch - 1 + step / steps,
      loss: since(progress.loss, before.loss),
      accuracy: since(progress.accuracy, before.accuracy),
      imagesPerSecond,
    };
  }
}

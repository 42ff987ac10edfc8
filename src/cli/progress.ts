/** Live progress of a study on stderr: a bar on a terminal, otherwise a plain line now and then. */
import { Presets, SingleBar } from 'cli-progress';
import { oneLine } from '../shared/one-line.ts';
import type { StepProgress } from '../shared/progress.ts';
import { accuracy, count, duration, plain, real } from '../shared/present/format.ts';

/** Between two plain lines. */
const lineInterval = 5000;

export interface Progress {
  /** One line that stays. */
  say(line: string): void;
  /** What follows belongs to run `i` of `n`. */
  run(i: number, n: number, name: string): void;
  /** @param inactive inactive capsules of the latest test, e.g. "21 of 48", or null before the first. */
  step(progress: StepProgress, inactive: string | null): void;
  /** Nothing more of this run. */
  endRun(): void;
}

export function startProgress(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? new BarProgress(stream) : new LineProgress(stream);
}

function describeStep({ epoch, epochs, step, steps, ...rest }: StepProgress, inactive: string | null): string {
  return [
    `epoch ${epoch}/${epochs}`,
    `step ${step}/${steps}`,
    `loss ${real(rest.loss)}`,
    `accuracy ${plain(accuracy(rest.accuracy))}`,
    `inactive ${inactive ?? '-'}`,
    `${count(rest.imagesPerSecond)} images/s`,
  ].join(', ');
}

class LineProgress implements Progress {
  readonly #stream: NodeJS.WritableStream;
  #label = '';
  #next = 0;

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream;
  }

  say(line: string): void {
    this.#stream.write(`${oneLine(line)}\n`);
  }

  run(i: number, n: number, name: string): void {
    this.#label = `run ${i}/${n} ${oneLine(name)}`;
    this.#next = 0;
  }

  step(progress: StepProgress, inactive: string | null): void {
    const now = performance.now();
    if (now < this.#next) return;
    this.#next = now + lineInterval;
    this.say(`${this.#label}: ${describeStep(progress, inactive)}, ${duration(progress.secondsLeft)} left`);
  }

  endRun(): void {
    // Nothing is pending between two lines.
  }
}

class BarProgress implements Progress {
  readonly #stream: NodeJS.WriteStream;
  #label = '';
  #bar: SingleBar | null = null;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  say(line: string): void {
    this.endRun();
    this.#stream.write(`${oneLine(line)}\n`);
  }

  run(i: number, n: number, name: string): void {
    this.#label = `${i}/${n} ${oneLine(name)}`;
  }

  step(progress: StepProgress, inactive: string | null): void {
    // The time left comes first: a narrow terminal shows the beginning of the line.
    const payload = { label: this.#label, left: duration(progress.secondsLeft), text: describeStep(progress, inactive) };
    if (!this.#bar) {
      this.#bar = new SingleBar(
        {
          stream: this.#stream,
          format: '{label} {bar} {left} left, {text}',
          barsize: Math.min(30, Math.max(6, this.#stream.columns - 120)),
          clearOnComplete: true,
          hideCursor: true,
          fps: 5,
        },
        Presets.shades_classic,
      );
      this.#bar.start(progress.steps, progress.step, payload);
    }
    this.#bar.update(progress.step, payload);
  }

  endRun(): void {
    this.#bar?.stop();
    this.#bar = null;
  }
}

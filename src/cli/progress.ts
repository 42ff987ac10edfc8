/** Live progress of a study on stderr: a bar for every run at work on a terminal, otherwise a plain line now and then. */
import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import { oneLine } from '../shared/one-line.ts';
import type { StepProgress } from '../shared/progress.ts';
import { accuracy, count, duration, plain, real } from '../shared/present/format.ts';

/** Between two plain lines. */
const lineInterval = 5000;

export interface Progress {
  /** One line that stays. */
  say(line: string): void;
  /** Run `id` is at work, number `i` of `n`. */
  run(id: string, i: number, n: number, name: string): void;
  /** @param inactive inactive capsules of the latest test, e.g. "21 of 48", or null before the first. */
  step(id: string, progress: StepProgress, inactive: string | null): void;
  /** Nothing more of this run. */
  endRun(id: string): void;
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
  readonly #runs = new Map<string, { label: string; next: number }>();

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream;
  }

  say(line: string): void {
    this.#stream.write(`${oneLine(line)}\n`);
  }

  run(id: string, i: number, n: number, name: string): void {
    this.#runs.set(id, { label: `run ${i}/${n} ${oneLine(name)}`, next: 0 });
  }

  step(id: string, progress: StepProgress, inactive: string | null): void {
    const run = this.#runs.get(id);
    const now = performance.now();
    if (!run || now < run.next) return;
    run.next = now + lineInterval;
    this.say(`${run.label}: ${describeStep(progress, inactive)}, ${duration(progress.secondsLeft)} left`);
  }

  endRun(id: string): void {
    this.#runs.delete(id);
  }
}

class BarProgress implements Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #labels = new Map<string, string>();
  readonly #bars = new Map<string, SingleBar>();
  /** While there are bars. */
  #all: MultiBar | null = null;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  /** Bars are drawn anew below the line. */
  say(line: string): void {
    this.#clear();
    this.#stream.write(`${oneLine(line)}\n`);
  }

  run(id: string, i: number, n: number, name: string): void {
    this.#labels.set(id, `${i}/${n} ${oneLine(name)}`);
  }

  step(id: string, progress: StepProgress, inactive: string | null): void {
    const label = this.#labels.get(id);
    if (label === undefined) return;
    // The time left comes first: a narrow terminal shows the beginning of the line.
    const payload = { label, left: duration(progress.secondsLeft), text: describeStep(progress, inactive) };
    this.#all ??= new MultiBar(
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
    const bar = this.#bars.get(id) ?? this.#all.create(progress.steps, progress.step, payload);
    this.#bars.set(id, bar);
    bar.update(progress.step, payload);
  }

  endRun(id: string): void {
    this.#labels.delete(id);
    this.#clear();
  }

  #clear(): void {
    this.#all?.stop();
    this.#all = null;
    this.#bars.clear();
  }
}

/** Progress of reading a data set on stderr: one line that is written over on a terminal, a plain line now and then otherwise. */
import type { LoadProgress } from '../datasets/load.ts';
import { count } from '../shared/present/format.ts';

const terminalInterval = 200;
const lineInterval = 5000;
/** Reading that is over by then needs no words. */
const silence = 500;

export class ReadingProgress {
  readonly #stream: NodeJS.WriteStream;
  #next = performance.now() + silence;
  #open = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  report({ stage, done, total }: LoadProgress): void {
    const now = performance.now();
    if (now < this.#next) return;
    this.#next = now + (this.#stream.isTTY ? terminalInterval : lineInterval);
    const line = `${stage}: ${count(done)}${total === null ? '' : ` of ${count(total)}`}`;
    if (this.#stream.isTTY) {
      this.#stream.write(`\r\u001b[K${line}`);
      this.#open = true;
    } else this.#stream.write(`${line}\n`);
  }

  /** What is written next stands on a line of its own. */
  end(): void {
    if (this.#open) this.#stream.write('\r\u001b[K');
    this.#open = false;
  }
}

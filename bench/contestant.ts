/**
 * A contestant of a benchmark: a process of its own, which does one measurement whenever it is asked and otherwise waits,
 * so that nothing else runs meanwhile and its peak memory is its own. It answers every line on its standard input, and
 * once at its start, with one line of JSON.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { EngineName } from '../src/shared/engines.ts';

/** What a contestant is told, as JSON in its first argument. */
export interface Job {
  kind: 'layer' | 'step';
  /** Safetensors file with the problem; see problems.ts. */
  file: string;
  /** Which implementation: a capsule kernel of the engine, or a style of the PyTorch peer. */
  style: string;
  threads: number;
  /** Of the engine; `wasm` unless it says otherwise. */
  engine?: EngineName;
  /** Of the engine: counts denormal numbers in all steps from the first on, which takes time. */
  countDenormals?: true;
  /** Of the PyTorch peer. */
  device?: 'cpu' | 'cuda';
}

export interface Command {
  program: string;
  args: string[];
  environment?: Record<string, string>;
}

const Ready = z.object({
  /** Numbers that every contestant with the same problem must agree on. */
  check: z.array(z.number()),
  description: z.string(),
});
const Measured = z.object({ milliseconds: z.array(z.number()).min(1) });
const Peak = z.object({ peakBytes: z.number().nullable(), gpuBytes: z.number().nullable().default(null) });

const Numbers = z.object({ denormals: z.record(z.string(), z.int()), longest: z.number() });

export type Ready = z.infer<typeof Ready>;

/** The contestant could not do what it was asked, most often for want of memory or of a package. */
export class ContestantError extends Error {
  override name = 'ContestantError';
}

/** Of what it wrote to standard error, this many characters are kept. */
const COMPLAINT = 4000;

export class Contestant {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<string>;
  #complaint = '';

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#complaint = (this.#complaint + text).slice(-COMPLAINT)));
    child.stdin.on('error', () => undefined); // it has ended, which #ended tells better
    this.#ended = new Promise((resolve) => {
      child.on('error', (error) => resolve(error.message));
      child.on('close', (code, signal) => resolve(signal ? `it was ended by ${signal}` : `it ended with code ${code ?? 0}`));
    });
  }

  /** Starts the process and waits for its first answer. Throws a ContestantError. */
  static async start({ program, args, environment }: Command, job: Job): Promise<{ contestant: Contestant; ready: Ready }> {
    const child = spawn(program, [...args, JSON.stringify(job)], { env: { ...process.env, ...environment } });
    const contestant = new Contestant(child);
    return { contestant, ready: Ready.parse(await contestant.#answer()) };
  }

  /** Milliseconds of every step of one measurement. Throws a ContestantError. */
  async measure(): Promise<number[]> {
    return Measured.parse(await this.#ask('measure')).milliseconds;
  }

  /** Largest memory of the process so far in bytes, resident and on the graphics card, or null where nobody tells. */
  async peak(): Promise<z.infer<typeof Peak>> {
    return Peak.parse(await this.#ask('peak'));
  }

  /** Denormal numbers so far by kind of tensor, and the length of the longest class capsule. Of an engine's step that counts them. */
  async numbers(): Promise<z.infer<typeof Numbers>> {
    return Numbers.parse(await this.#ask('numbers'));
  }

  async end(): Promise<void> {
    this.#child.stdin.end();
    await this.#ended;
  }

  #ask(request: string): Promise<unknown> {
    this.#child.stdin.write(`${request}\n`);
    return this.#answer();
  }

  async #answer(): Promise<unknown> {
    const line = await this.#lines.next();
    if (!line.done) return JSON.parse(line.value) as unknown;
    const end = await this.#ended;
    const lastLine = this.#complaint.trim().split('\n').at(-1);
    throw new ContestantError(lastLine ? `${end}: ${lastLine}` : end);
  }
}

/**
 * The threads that run the WebAssembly kernels: one instance of the module per thread over one shared memory. A job is a
 * block of 32-bit words in that memory; the calling thread takes part as thread 0 and returns when all are done.
 */
import { FAILED, GENERATION, OPERATION, STOP } from './jobs/numbers.ts';

export interface KernelThread {
  terminate(): void;
}

/** What a thread needs; plain data, as messages between threads can carry it. */
export interface ThreadStart {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  /** Arguments of the module's export `serve`, which returns when the pool ends. */
  serve: [control: number, job: number, index: number, count: number];
  /** Index of the 32-bit word that a thread sets to 1 if `serve` throws. */
  failed: number;
}

/** What the surroundings supply: Node's worker_threads or a page's Workers. */
export interface KernelHost {
  /** The module with relaxed SIMD and with plain SIMD instructions only. */
  relaxed: Uint8Array<ArrayBuffer>;
  plain: Uint8Array<ArrayBuffer>;
  /** From 1 to 16. */
  threads: number;
  /** Among how many hands a capsule layer's sums are divided, at least as many as threads; see assembly/capsules/layer.ts. By default as many. */
  hands?: number | undefined;
  /** Starts a thread and resolves once it runs. */
  spawn(start: ThreadStart): Promise<KernelThread>;
}

/** All words of a job, given the module that lists them; see jobs/. */
export type WordsOf<List> = Readonly<Record<Extract<List[keyof List], number>, number>>;

interface Exports {
  lead(control: number, count: number): void;
  run(job: number): void;
}

export const MAX_THREADS = 16;

/** A number as a word of a job: the bits of its float32. */
export function floatBits(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0]!;
}

const CONTROL_BYTES = 64;
/** Room for the words of a job. */
export const JOB_WORDS = 112;

export const POOL_BYTES = CONTROL_BYTES + 4 * JOB_WORDS;

export class KernelPool {
  readonly threads: number;
  readonly hands: number;
  /** Whether fused multiply-add is in use. */
  readonly relaxed: boolean;
  readonly #memory: WebAssembly.Memory;
  readonly #control: number;
  readonly #exports: Exports;
  readonly #workers: KernelThread[];

  private constructor(
    memory: WebAssembly.Memory,
    control: number,
    relaxed: boolean,
    exports: Exports,
    workers: KernelThread[],
    hands: number,
  ) {
    this.#memory = memory;
    this.#control = control;
    this.relaxed = relaxed;
    this.#exports = exports;
    this.#workers = workers;
    this.threads = workers.length + 1;
    this.hands = hands;
  }

  /** Starts the threads. `control`: address of POOL_BYTES bytes of `memory` that nobody else uses. */
  static async start(host: KernelHost, memory: WebAssembly.Memory, control: number): Promise<KernelPool> {
    const { threads, hands = threads } = host;
    if (!Number.isInteger(threads) || threads < 1 || threads > MAX_THREADS)
      throw new RangeError(`The number of threads must be from 1 to ${MAX_THREADS}, not ${threads}.`);
    if (!Number.isInteger(hands) || hands < threads || hands > MAX_THREADS)
      throw new RangeError(`The number of hands must be from that of threads, ${threads}, to ${MAX_THREADS}, not ${hands}.`);
    new Uint32Array(memory.buffer, control, POOL_BYTES / 4).fill(0);
    const relaxed = WebAssembly.validate(host.relaxed);
    const module = await WebAssembly.compile(relaxed ? host.relaxed : host.plain);
    const instance = await WebAssembly.instantiate(module, { env: { memory } });
    const exports = instance.exports as unknown as Exports;
    exports.lead(control, threads);
    const failed = control / 4 + FAILED;
    const workers = await Promise.all(
      Array.from({ length: threads - 1 }, (_, i) =>
        host.spawn({ module, memory, serve: [control, control + CONTROL_BYTES, i + 1, threads], failed }),
      ),
    );
    return new KernelPool(memory, control, relaxed, exports, workers, hands);
  }

  /** Runs a job on all threads. Throws when a thread has failed; the pool is of no use then. */
  run(operation: number, words: Readonly<Record<number, number>>): void {
    const job = this.#control + CONTROL_BYTES;
    const block = new Uint32Array(this.#memory.buffer, job, JOB_WORDS);
    block[OPERATION] = operation;
    for (const [index, value] of Object.entries(words)) block[Number(index)] = value;
    this.#exports.run(job);
  }

  dispose(): void {
    const control = new Int32Array(this.#memory.buffer, this.#control, CONTROL_BYTES / 4);
    Atomics.store(control, STOP, 1);
    Atomics.add(control, GENERATION, 1);
    Atomics.notify(control, GENERATION);
    for (const worker of this.#workers) worker.terminate();
  }
}

/**
 * Whether memory suffices for one more run beside those that are being trained. What a process takes is known once one with the same
 * network and batch has been through an epoch, and estimated from the network's spec before.
 */
import { describe } from '../../shared/describe.ts';
import { bytes } from '../../shared/present/format.ts';
import type { Store } from '../../store/store.ts';
import { inputOf } from '../plan.ts';

/** A process with its engine and what it leaves for the garbage collector, whatever the network: measured, 0.3 to 0.5 GB. */
const baseBytes = 450e6;
/** What one takes of its tensors besides those that describe() counts: what is on its way between two ops. */
const surplus = 1.5;

export class Room {
  readonly #store: Store;
  readonly #free: () => number;
  /** Peak of a process, by sizeKey(). */
  readonly #known = new Map<string, number>();
  /** Runs whose need shows in what is free, because they have been through an epoch. */
  readonly #settled = new Set<string>();

  constructor(store: Store, free: (() => number) | undefined) {
    this.#store = store;
    this.#free = free ?? (() => process.availableMemory());
  }

  measured(run: string, peakBytes: number): void {
    const key = this.#sizeKey(run);
    this.#known.set(key, Math.max(this.#known.get(key) ?? 0, peakBytes));
    this.#settled.add(run);
  }

  left(run: string): void {
    this.#settled.delete(run);
  }

  /** Why the run would not fit beside those; null: it would. */
  objection(run: string, beside: readonly string[]): string | null {
    const promised = beside.filter((one) => !this.#settled.has(one)).reduce((sum, one) => sum + this.need(one), 0);
    const free = Math.max(0, this.#free() - promised);
    const need = this.need(run);
    if (need <= free) return null;
    return `run "${this.#store.run(run).name}" waits for memory: it needs about ${bytes(need)}, and ${bytes(free)} are free`;
  }

  /** Bytes that its process takes at most. */
  need(run: string): number {
    const known = this.#known.get(this.#sizeKey(run));
    if (known !== undefined) return known;
    const { spec, dataset: fingerprint } = this.#store.run(run);
    const dataset = this.#store.dataset(fingerprint);
    const { trainingBytes, weightBytes } = describe(spec.network, inputOf(dataset));
    const { height, width, channels } = dataset.shape;
    // Checkpoints and weights are made beside the tensors.
    const files = 4 * weightBytes;
    return baseBytes + surplus * trainingBytes(spec.training.batch) + files + (dataset.train + dataset.test) * height * width * channels;
  }

  #sizeKey(run: string): string {
    const { spec, dataset } = this.#store.run(run);
    return JSON.stringify([dataset, spec.network, spec.training.batch, spec.training.measure.batch]);
  }
}

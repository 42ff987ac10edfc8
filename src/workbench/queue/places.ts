/** How many runs are trained at once, and with how many threads each. */
import { availableParallelism } from 'node:os';
import type { AtOnce } from '../../shared/contract/index.ts';
import type { EngineChoice } from '../../shared/trainer-protocol.ts';
import type { Store } from '../../store/store.ts';
import { Room } from './room.ts';

export interface PlacesContext {
  store: Store;
  /** How many runs are trained at once; `auto`: one per thread, as far as memory goes. */
  atOnce: () => AtOnce;
  /** Bytes that processes may still take. Absent: as the system says. */
  freeMemory?: (() => number) | undefined;
}

const threadsOf = ({ threads }: EngineChoice): number => threads ?? availableParallelism();

export class Places {
  readonly #atOnce: () => AtOnce;
  readonly #room: Room;
  #short: string | null = null;

  constructor({ store, atOnce, freeMemory }: PlacesContext) {
    this.#atOnce = atOnce;
    this.#room = new Room(store, freeMemory);
  }

  /** Why the last run that was asked for has no place although fewer are at work than may be. */
  get short(): string | null {
    return this.#short;
  }

  /** There may be more room than before. */
  lookAgain(): void {
    this.#short = null;
  }

  /** Whether one more may run. The first always may: if it does not fit, nothing else will make room for it. */
  hasPlaceFor(id: string, choice: EngineChoice, running: readonly string[]): boolean {
    if (running.length === 0) return true;
    if (running.length >= this.#count(choice)) return false;
    this.#short = this.#room.objection(id, running);
    return this.#short === null;
  }

  /**
   * A run's share of the threads. It computes the same numbers as with all of them.
   * @param runs how many there are to share them, if there are places for all.
   */
  shareOf(choice: EngineChoice, runs: number): EngineChoice {
    const together = Math.min(this.#count(choice), runs);
    if (together === 1) return choice;
    const threads = threadsOf(choice);
    return { ...choice, threads: Math.max(1, Math.floor(threads / together)), hands: choice.hands ?? threads };
  }

  measured(run: string, peakBytes: number): void {
    this.#room.measured(run, peakBytes);
  }

  left(run: string): void {
    this.#room.left(run);
  }

  /** What computes on a graphics card has all of it: several at once only if they are asked for. */
  #count(choice: EngineChoice): number {
    const atOnce = this.#atOnce();
    if (atOnce !== 'auto') return atOnce;
    return choice.name === 'wasm' ? threadsOf(choice) : 1;
  }
}

/**
 * Does the runs of the queue, each in a trainer process, and keeps each result in the store as it comes: one after another, or
 * several at once, which share the threads. A trainer that dies costs at most the epoch in progress of its own run, which is
 * marked as interrupted and can go on from its checkpoint; the queue goes on with the next one. While the store cannot be written,
 * trainers wait at the end of their epochs. Other processes may train runs of the same database; theirs are left alone.
 */
import manifest from '../../../package.json' with { type: 'json' };
import type { QueueState } from '../../shared/contract/index.ts';
import { InputError } from '../../shared/input-error.ts';
import type { DatasetSource, EngineChoice, FromTrainer, ToTrainer } from '../../shared/trainer-protocol.ts';
import { jobOf } from '../../store/run-job.ts';
import type { Store } from '../../store/store.ts';
import type { UsedEngine } from '../../store/types.ts';
import { Unavailable } from '../../store/unavailable.ts';
import type { Host } from '../host.ts';
import { Elsewhere } from './elsewhere.ts';
import { Keeper } from './keeper.ts';
import { Places, type PlacesContext } from './places.ts';
import { failing, receive, type Current } from './receive.ts';
import { heldBy, waitsBecause } from './sentences.ts';
import { Teller, type TellerContext } from './teller.ts';

/** Milliseconds between two signs of life in the database. */
const heartbeatInterval = 30_000;
/** Milliseconds for which one attempt to write holds everything else up while another program writes. */
const writeWithin = 500;
/** Milliseconds that the store is given at the end, when it cannot be written. */
const lastChance = 5000;

interface Context extends PlacesContext, TellerContext {
  store: Store;
  host: Pick<Host, 'emit' | 'startTrainer'>;
  /** Throws an InputError when the images are not here. */
  sourceOf: (fingerprint: string) => DatasetSource;
  /** What a run computes with, given what it asks for; null while that is not known. `decide` finds out; it rejects once all has been closed. */
  engine: (wanted: string | null) => (EngineChoice & { reason: string }) | null;
  decide: () => Promise<void>;
  /** Whether what waits still waits when this process has ended: a window's does, and is then held, so that nothing starts by surprise. */
  outlives: boolean;
  /** Milliseconds until a trainer that should stop is killed; null: however long its step takes. */
  patience: number | null;
}

export class JobQueue {
  readonly #context: Context;
  #held: boolean;
  /** By run, in the order in which they were started. */
  readonly #current = new Map<string, Current>();
  readonly #places: Places;
  #listed: string[] = [];
  readonly #keeper: Keeper;
  /** Null where nobody looks at other processes' runs. */
  readonly #others: Elsewhere | null;
  readonly #tell: Teller;
  /** While it is being found out what to compute with. */
  #deciding: Promise<void> | null = null;
  readonly #heartbeat: NodeJS.Timeout;
  /** Runs that another process trains, once it has been said. */
  readonly #elsewhere = new Set<string>();

  constructor(context: Context) {
    this.#context = context;
    this.#places = new Places(context);
    this.#tell = new Teller(context);
    this.#keeper = new Keeper(
      () => this.#announce(),
      (error) => {
        console.error(error);
        this.#tell.notice(`The queue could not go on: ${(error as Error).message}`);
      },
    );
    context.store.queue.open(context.outlives);
    this.#held = context.outlives && context.store.queue.list().length > 0;
    context.store.waitAtMost(writeWithin);
    this.#others = context.outlives ? new Elsewhere(context.store, () => this.#beat()) : null;
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatInterval).unref();
  }

  get state(): QueueState {
    const running = [...this.#current.values()].map(({ run, stage, engine, progress }) => ({ run, stage, engine, progress }));
    return {
      held: this.#held,
      running,
      waiting: this.#list().filter((id) => !this.isRunning(id)),
      short: this.#places.short,
      fault: this.#keeper.fault === null ? null : waitsBecause(this.#keeper.fault, [...this.#current.values()]),
      elsewhere: this.#others?.runs ?? [],
    };
  }

  /** What waits; while the store cannot be read, what waited last. Whoever writes to it finds out what is wrong. */
  #list(): string[] {
    try {
      this.#listed = this.#context.store.queue.list();
    } catch {
      return this.#listed;
    }
    return this.#listed;
  }

  /** Ids of the runs that are being trained. */
  get running(): string[] {
    return [...this.#current.keys()];
  }

  isRunning(id: string): boolean {
    return this.#current.has(id);
  }

  /** Throws an InputError when another process trains one of them or has it waiting. */
  add(ids: readonly string[], first = false): void {
    const { queue } = this.#context.store;
    this.leaveToOthers(ids);
    queue.add(
      ids.filter((id) => !this.isRunning(id)),
      first,
    );
    // What is being trained stays at the head, where it is found after a crash.
    if (first) queue.reorder(this.running);
    this.#tell.stopped(ids);
    this.#changed();
  }

  reorder(ids: readonly string[]): void {
    this.#context.store.queue.reorder([...this.running, ...ids]);
    this.#changed();
  }

  remove(ids: readonly string[]): void {
    this.#context.store.queue.remove(ids.filter((id) => !this.isRunning(id)));
    this.#tell.stopped(ids);
    this.#changed();
  }

  continue(): void {
    this.#held = false;
    this.#changed();
  }

  /** More may be trained at once than before, or with more threads. */
  reconsider(): void {
    this.#changed();
  }

  /** Holds the queue; what is being trained stops at its next step and stays first. Resolves when it has. */
  async pause(): Promise<void> {
    this.#held = true;
    this.#changed();
    await Promise.all([...this.#current.values()].map((current) => this.#stop(current)));
  }

  /** As pause(), and for good: nothing is at work afterwards. */
  async close(): Promise<void> {
    const paused = this.pause();
    const hopeless = Promise.withResolvers();
    const since = Date.now();
    const watch = setInterval(() => {
      if (this.#keeper.fault !== null && Date.now() - since > lastChance) hopeless.resolve(null);
    }, 100);
    await Promise.race([paused, hopeless.promise]);
    clearInterval(watch);
    clearInterval(this.#heartbeat);
    this.#others?.close();
    // What could not be kept is lost then, at most an epoch; that its process has ended shows whoever opens the database next.
    this.#keeper.giveUp();
    for (const { trainer, ended } of this.#current.values()) {
      trainer.kill();
      ended.resolve();
    }
    this.#current.clear();
    await this.#deciding;
    try {
      this.#context.store.queue.leave();
    } catch (error) {
      // It is taken over from a process that has died.
      if (!(error instanceof Unavailable)) throw error;
    }
  }

  /** Throws an InputError when one of these runs is another process's. */
  leaveToOthers(ids: readonly string[]): void {
    const { store } = this.#context;
    for (const id of ids) {
      const holder = store.training.holderOf(id);
      if (holder) throw new InputError(`run "${store.run(id).name}" ${heldBy(holder)}`);
    }
  }

  /** The run stops at its next step and leaves the queue. Resolves when it has. */
  async stop(run: string): Promise<void> {
    const current = this.#current.get(run);
    if (!current) throw new InputError('this run is not being trained');
    this.#context.store.queue.remove([run]);
    await this.#stop(current);
  }

  async #stop(current: Current): Promise<void> {
    if (current.stage !== 'stopping') {
      current.stage = 'stopping';
      current.trainer.post({ type: 'stop' });
      this.#announce();
    }
    const { patience } = this.#context;
    const timer = patience === null ? null : setTimeout(() => current.trainer.kill(), patience);
    await current.ended.promise;
    if (timer) clearTimeout(timer);
  }

  #announce(): void {
    this.#context.host.emit('queue', this.state);
  }

  /** The queue is another than before, or there is more room: starts what may start. */
  #changed(): void {
    this.#places.lookAgain();
    this.#keeper.do([() => (this.#held ? undefined : this.#startWaiting()), () => this.#announce()]);
  }

  /** Other processes are told that this one lives, and it is seen whether they do: what they had may be free now. */
  #beat(): void {
    // It is being tried already whether the store can be written.
    if (this.#keeper.fault !== null) return;
    const { store } = this.#context;
    for (const current of this.#current.values()) this.#keep(current, () => store.training.heartbeat(current.run), []);
    this.#keeper.do([
      () => store.queue.heartbeat(),
      () => {
        const dead = store.training.interruptDead();
        if (dead.length > 0) this.#tell.changed(dead);
      },
      () => (!this.#held && this.state.waiting.length > 0 ? this.#changed() : this.#announce()),
    ]);
  }

  #startWaiting(): void {
    const ready = this.#ready();
    for (const [i, id] of ready.entries()) {
      if (!this.#isReadable(id)) continue;
      const chosen = this.#engineOf(id);
      if (!chosen || !this.#places.hasPlaceFor(id, chosen, this.running)) return;
      this.#start(id, chosen, ready.length - i);
    }
  }

  /** Waiting runs that nothing but a place keeps from starting, in order. Those that have been done leave the queue. */
  #ready(): string[] {
    const { queue } = this.#context.store;
    const { ready, done } = queue.standing();
    if (done.length > 0) queue.remove(done);
    return ready.filter((id) => !this.isRunning(id));
  }

  /** One that cannot be read, or whose parent cannot, keeps no other waiting: it leaves the queue. */
  #isReadable(id: string): boolean {
    const { store } = this.#context;
    try {
      const { parent } = store.run(id);
      if (parent !== null) store.run(parent);
      return true;
    } catch (error) {
      if (!(error instanceof InputError) || error instanceof Unavailable) throw error;
      store.queue.remove([id]);
      this.#tell.notice(`Run ${id} was taken out of the queue: ${error.message}`);
      return false;
    }
  }

  /** What the run computes with; null while that is being found out, after which the queue goes on. */
  #engineOf(id: string): (EngineChoice & { reason: string }) | null {
    const { store, engine, decide } = this.#context;
    const chosen = engine(store.run(id).engine);
    if (!chosen)
      this.#deciding ??= decide()
        .finally(() => (this.#deciding = null))
        .then(
          () => this.#changed(),
          () => undefined,
        );
    return chosen;
  }

  /**
   * @param ready how many runs could start now, this one among them.
   * The run has failed and is out of the queue if it cannot be started, or another process trains it.
   */
  #start(id: string, { reason, ...chosen }: EngineChoice & { reason: string }, ready: number): void {
    const { store, host, sourceOf } = this.#context;
    if (!this.#claim(id, { name: chosen.name, versions: { capscope: manifest.version }, device: null, choice: reason })) return;
    let message: Extract<ToTrainer, { type: 'run' }>;
    try {
      message = {
        type: 'run',
        job: jobOf(store, id),
        dataset: sourceOf(store.run(id).dataset),
        engine: this.#places.shareOf(chosen, this.#current.size + ready),
      };
    } catch (error) {
      const text = error instanceof InputError ? error.message : ((error as Error).stack ?? String(error));
      this.#keeper.do([...failing({ store, tell: this.#tell }, id, text), () => this.#tell.changed([id])]);
      return;
    }
    const trainer = host.startTrainer(chosen.name);
    const ended: Current['ended'] = Promise.withResolvers();
    const current: Current = { run: id, stage: 'starting', engine: null, progress: null, trainer, reason, unkept: false, ended };
    this.#current.set(id, current);
    trainer.onMessage((message) => this.#receive(current, message));
    trainer.onExit((reason) => this.#lost(current, `The trainer ended unexpectedly (${reason}).`));
    trainer.post(message);
    this.#tell.log(id, 'info', message.job.checkpoint ? 'Goes on from its checkpoint.' : 'Started.');
    this.#tell.changed([id]);
  }

  /** Returns false when another process trains the run, which is said once; it stays in the queue. */
  #claim(id: string, engine: UsedEngine): boolean {
    const { store } = this.#context;
    try {
      store.atomically(() => {
        store.training.claim(id, engine);
        // First in the queue while it is trained: should everything die, it is what comes first.
        store.queue.reorder([...this.running, id]);
      });
      this.#elsewhere.delete(id);
      return true;
    } catch (error) {
      if (!(error instanceof InputError) || error instanceof Unavailable) throw error;
      if (!this.#elsewhere.has(id)) this.#tell.notice(`Run "${store.run(id).name}" stays in the queue: ${error.message}`);
      this.#elsewhere.add(id);
      return false;
    }
  }

  /** Whether this is still being trained; what a trainer sends that has been ended no longer counts. */
  #counts(current: Current): boolean {
    return this.#current.get(current.run) === current;
  }

  /** Writes what is known of a run, then goes on with it. A run that was taken away meanwhile, or cannot be written, ends. */
  #keep(current: Current, write: () => void, after: readonly (() => void)[]): void {
    const whileCounts = (step: () => void) => () => {
      if (this.#counts(current)) step();
    };
    this.#keeper.do([write, ...after].map(whileCounts), (error) =>
      this.#lost(current, `What it has computed could not be kept: ${(error as Error).message}.`),
    );
  }

  #receive(current: Current, message: FromTrainer): void {
    if (!this.#counts(current)) return;
    const { store, host, live } = this.#context;
    const kept = receive(message, current, {
      store,
      host,
      live,
      tell: this.#tell,
      announce: () => this.#announce(),
      measured: (peakBytes) => {
        this.#places.measured(current.run, peakBytes);
        if (this.#places.short !== null) this.#changed();
      },
      end: (text) => this.#end(current.run, text),
    });
    if (kept) this.#keep(current, kept.write, kept.after);
  }

  /** The trainer is gone although nobody has ended it, or is of no use any more. */
  #lost(current: Current, text: string): void {
    const id = current.run;
    const { store } = this.#context;
    const end = () => {
      if (!this.#counts(current)) return;
      this.#tell.notice(`${text} Run "${store.run(id).name}" can go on from its last checkpoint.`);
      this.#tell.log(id, 'error', text);
      this.#end(id);
    };
    const record = () => {
      // One that has ended in order, as after a pause, keeps its place in the queue.
      if (!this.#counts(current)) return;
      store.training.recordInterruption(id, text);
      store.queue.remove([id]);
    };
    // If it is another process's by now, there is nothing to record of it.
    this.#keeper.do([() => store.atomically(record), end], end);
  }

  #end(id: string, text?: string): void {
    const current = this.#current.get(id)!;
    this.#current.delete(id);
    this.#places.left(id);
    current.trainer.kill();
    if (text !== undefined) this.#tell.log(id, 'info', text);
    this.#tell.changed([id]);
    current.ended.resolve();
    this.#changed();
  }
}

/**
 * Does the runs of the queue, each in a trainer process, and keeps each result in the store as it comes: one after another, or
 * several at once, which share the threads. A trainer that dies costs at most the epoch in progress of its own run, which is
 * marked as interrupted and can go on from its checkpoint; the queue goes on with the next one. Other processes may train runs of the same database; theirs are left alone.
 */
import manifest from '../../../package.json' with { type: 'json' };
import type { CurrentJob, LogLine, QueueState } from '../../shared/contract/index.ts';
import { InputError } from '../../shared/input-error.ts';
import type { DatasetSource, EngineChoice, FromTrainer, ToTrainer } from '../../shared/trainer-protocol.ts';
import { jobOf } from '../../store/run-job.ts';
import type { Store } from '../../store/store.ts';
import type { UsedEngine } from '../../store/types.ts';
import type { Host, TrainerProcess } from '../host.ts';
import type { LiveRuns } from './live-runs.ts';
import { Places, type PlacesContext } from './places.ts';
import { describeEpoch, heldBy } from './sentences.ts';

/** Milliseconds between two signs of life in the database. */
const heartbeatInterval = 30_000;

interface Context extends PlacesContext {
  store: Store;
  host: Pick<Host, 'emit' | 'startTrainer'>;
  live: LiveRuns;
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

/** A run that is being trained. */
interface Current extends CurrentJob {
  trainer: TrainerProcess;
  /** Why it computes with what it does. */
  reason: string;
  /** Resolves when the run has ended, however it did. */
  ended: PromiseWithResolvers<void>;
}

export class JobQueue {
  readonly #context: Context;
  #held: boolean;
  /** By run, in the order in which they were started. */
  readonly #current = new Map<string, Current>();
  readonly #places: Places;
  /** While it is being found out what to compute with. */
  #deciding: Promise<void> | null = null;
  readonly #heartbeat: NodeJS.Timeout;
  /** Runs that another process trains, once it has been said. */
  readonly #elsewhere = new Set<string>();

  constructor(context: Context) {
    this.#context = context;
    this.#places = new Places(context);
    context.store.queue.open(context.outlives);
    this.#held = context.outlives && context.store.queue.list().length > 0;
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatInterval).unref();
  }

  get state(): QueueState {
    const running = [...this.#current.values()].map(({ run, stage, engine, progress }) => ({ run, stage, engine, progress }));
    return {
      held: this.#held,
      running,
      waiting: this.#context.store.queue.list().filter((id) => !this.isRunning(id)),
      short: this.#places.short,
    };
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
    this.#tellStopped(ids);
    this.#changed();
  }

  reorder(ids: readonly string[]): void {
    this.#context.store.queue.reorder([...this.running, ...ids]);
    this.#changed();
  }

  remove(ids: readonly string[]): void {
    this.#context.store.queue.remove(ids.filter((id) => !this.isRunning(id)));
    this.#tellStopped(ids);
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
    await this.pause();
    await this.#deciding;
    clearInterval(this.#heartbeat);
    this.#context.store.queue.leave();
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
    if (!this.#held) this.#startWaiting();
    this.#announce();
  }

  /** Other processes are told that this one lives, and it is seen whether they do: what they had may be free now. */
  #beat(): void {
    const { store, host } = this.#context;
    store.queue.heartbeat();
    for (const id of this.running) store.training.heartbeat(id);
    const dead = store.training.interruptDead();
    if (dead.length > 0) host.emit('runs', store.summaries(dead));
    if (!this.#held && this.state.waiting.length > 0) this.#changed();
  }

  #startWaiting(): void {
    const ready = this.#ready();
    for (const [i, id] of ready.entries()) {
      const chosen = this.#engineOf(id);
      if (!chosen || !this.#places.hasPlaceFor(id, chosen, this.running)) return;
      this.#start(id, chosen, ready.length - i);
    }
  }

  /** Waiting runs that nothing but a place keeps from starting, in order. Those that can never start leave the queue. */
  #ready(): string[] {
    const { store } = this.#context;
    return store.queue.list().filter((id) => {
      if (this.isRunning(id)) return false;
      try {
        const run = store.findRun(id);
        if (!run || run.status === 'finished') store.queue.remove([id]);
        else return run.parent === null || store.run(run.parent).status === 'finished';
      } catch (error) {
        // One that cannot be read, or whose parent cannot, keeps no other waiting.
        if (!(error instanceof InputError)) throw error;
        store.queue.remove([id]);
        this.#notice(`Run ${id} was taken out of the queue: ${error.message}`);
      }
      return false;
    });
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
      this.#fail(id, error instanceof InputError ? error.message : ((error as Error).stack ?? String(error)));
      this.#runChanged(id);
      return;
    }
    const trainer = host.startTrainer(chosen.name);
    const current: Current = { run: id, stage: 'starting', engine: null, progress: null, trainer, reason, ended: Promise.withResolvers() };
    this.#current.set(id, current);
    // First in the queue while it is trained: should everything die, it is what comes first.
    store.queue.reorder(this.running);
    trainer.onMessage((message) => this.#receive(current, message));
    trainer.onExit((reason) => this.#lost(current, `The trainer ended unexpectedly (${reason}).`));
    trainer.post(message);
    this.#log(id, 'info', message.job.checkpoint ? 'Goes on from its checkpoint.' : 'Started.');
    this.#runChanged(id);
  }

  /** Returns false when another process trains the run, which is said once; it stays in the queue. */
  #claim(id: string, engine: UsedEngine): boolean {
    const { store } = this.#context;
    try {
      store.training.claim(id, engine);
      this.#elsewhere.delete(id);
      return true;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      if (!this.#elsewhere.has(id)) this.#notice(`Run "${store.run(id).name}" stays in the queue: ${error.message}`);
      this.#elsewhere.add(id);
      return false;
    }
  }

  /** A trainer that has been ended may still have sent something, which no longer counts. */
  #receive(current: Current, message: FromTrainer): void {
    if (this.#current.get(current.run) !== current) return;
    const id = current.run;
    try {
      this.#record(id, current, message);
    } catch (error) {
      // The disk is full, or the run was taken away: what the trainer says cannot be kept, so it may as well end.
      this.#lost(current, `What it has computed could not be kept: ${(error as Error).message}.`);
    }
  }

  #record(id: string, current: Current, message: FromTrainer): void {
    const { store, host, live } = this.#context;
    switch (message.type) {
      case 'engine':
        store.training.recordEngine(id, {
          name: message.name,
          versions: { capscope: manifest.version, ...message.versions },
          device: message.device.name,
          choice: current.reason,
        });
        current.engine = message.description;
        this.#log(id, 'info', `Engine: ${message.description}. Chosen because ${current.reason}.`);
        this.#announce();
        return;
      case 'stage':
        if (current.stage !== 'stopping') current.stage = message.stage;
        this.#announce();
        return;
      case 'cut':
        store.training.recordCut(id, message.cut);
        this.#log(id, 'info', `Cut to ${message.cut.params.toLocaleString('en-US')} parameters.`);
        this.#runChanged(id);
        return;
      case 'step':
        current.progress = message.progress;
        live.addPoint(id, message.point);
        host.emit('step', { run: id, points: [message.point], progress: message.progress });
        return;
      case 'epoch':
        store.training.recordEpoch(id, message.metrics, message.checkpoint);
        this.#places.measured(id, message.metrics.peakMemoryBytes);
        this.#log(id, 'info', describeEpoch(message.metrics));
        host.emit('epoch', { run: id, metrics: message.metrics });
        this.#runChanged(id);
        // How much memory it takes is known now.
        if (this.#places.short !== null) this.#changed();
        return;
      case 'log':
        this.#log(id, message.level, message.text);
        return;
      case 'finished':
        store.training.recordFinish(id, message.finished);
        store.queue.remove([id]);
        this.#end(id, 'Finished.');
        return;
      case 'stopped':
        store.training.recordStop(id, message.checkpoint);
        this.#end(id, store.queue.list().includes(id) ? 'Paused and saved.' : 'Stopped and saved.');
        return;
      case 'failed':
        this.#fail(id, message.message);
        this.#end(id);
        return;
      case 'scoring':
      case 'scored':
      case 'forecasted':
      case 'probed':
        return;
      default:
        message satisfies never;
    }
  }

  #fail(id: string, message: string): void {
    const { store } = this.#context;
    store.training.recordFailure(id, message);
    store.queue.remove([id]);
    this.#notice(`Run "${store.run(id).name}" failed: ${message.split('\n')[0]!}`);
    this.#log(id, 'error', `Failed: ${message}`);
  }

  /** The trainer is gone although nobody has ended it, or is of no use any more. */
  #lost(current: Current, text: string): void {
    if (this.#current.get(current.run) !== current) return;
    const id = current.run;
    const { store } = this.#context;
    store.training.recordInterruption(id, text);
    store.queue.remove([id]);
    this.#notice(`${text} Run "${store.run(id).name}" can go on from its last checkpoint.`);
    this.#log(id, 'error', text);
    this.#end(id);
  }

  #end(id: string, text?: string): void {
    const current = this.#current.get(id)!;
    this.#current.delete(id);
    this.#places.left(id);
    current.trainer.kill();
    if (text !== undefined) this.#log(id, 'info', text);
    this.#runChanged(id);
    current.ended.resolve();
    this.#changed();
  }

  #runChanged(id: string): void {
    this.#context.host.emit('runs', this.#context.store.summaries([id]));
  }

  /** Whether one that was stopped counts as paused depends on whether it waits. */
  #tellStopped(ids: readonly string[]): void {
    const stopped = this.#context.store.summaries(ids).filter(({ status }) => status === 'stopped' || status === 'paused');
    if (stopped.length > 0) this.#context.host.emit('runs', stopped);
  }

  #log(run: string, level: LogLine['level'], text: string): void {
    const line = { time: new Date().toISOString(), level, text };
    this.#context.live.addLine(run, line);
    this.#context.host.emit('log', { run, ...line });
  }

  #notice(text: string): void {
    this.#context.host.emit('notice', { kind: 'error', text });
  }
}

/**
 * Does the runs of the queue one after another in a trainer process, and keeps each result in the store as it comes.
 * A trainer that dies costs at most the epoch in progress: the run is marked as interrupted and can go on from its
 * checkpoint; the queue goes on with the next one. Other processes may train runs of the same database; theirs are left alone.
 */
import manifest from '../../../package.json' with { type: 'json' };
import type { CurrentJob, LogLine, QueueState } from '../../shared/contract/index.ts';
import { InputError } from '../../shared/input-error.ts';
import type { DatasetSource, EngineChoice, FromTrainer, ToTrainer } from '../../shared/trainer-protocol.ts';
import { jobOf } from '../../store/run-job.ts';
import { percent, real } from '../../shared/present/format.ts';
import type { EpochMetrics } from '../../shared/results.ts';
import type { Store } from '../../store/store.ts';
import type { UsedEngine } from '../../store/types.ts';
import type { Host, TrainerProcess } from '../host.ts';
import type { LiveRuns } from './live-runs.ts';

/** Milliseconds between two signs of life in the database. */
const heartbeatInterval = 30_000;

interface Context {
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
  #current: Current | null = null;
  /** While it is being found out what to compute with. */
  #deciding: Promise<void> | null = null;
  readonly #heartbeat: NodeJS.Timeout;
  /** Runs that another process trains, once it has been said. */
  readonly #elsewhere = new Set<string>();

  constructor(context: Context) {
    this.#context = context;
    context.store.queue.open(context.outlives);
    this.#held = context.outlives && context.store.queue.list().length > 0;
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatInterval).unref();
  }

  get state(): QueueState {
    const { run, stage, engine, progress } = this.#current ?? {};
    return {
      held: this.#held,
      current: run === undefined ? null : { run, stage: stage!, engine: engine!, progress: progress! },
      waiting: this.#context.store.queue.list().filter((id) => id !== run),
    };
  }

  get running(): string | null {
    return this.#current?.run ?? null;
  }

  /** Throws an InputError when another process trains one of them or has it waiting. */
  add(ids: readonly string[], first = false): void {
    const { queue } = this.#context.store;
    const { running } = this;
    this.leaveToOthers(ids);
    queue.add(running === null ? ids : ids.filter((id) => id !== running), first);
    // The current run stays at the head, where it is found after a crash.
    if (first && running !== null) queue.reorder([running]);
    this.#tellStopped(ids);
    this.#changed();
  }

  reorder(ids: readonly string[]): void {
    this.#context.store.queue.reorder(this.running === null ? ids : [this.running, ...ids]);
    this.#changed();
  }

  remove(ids: readonly string[]): void {
    this.#context.store.queue.remove(ids.filter((id) => id !== this.running));
    this.#tellStopped(ids);
    this.#changed();
  }

  continue(): void {
    this.#held = false;
    this.#changed();
  }

  /** Holds the queue; the current run stops at its next step and stays first. Resolves when it has. */
  async pause(): Promise<void> {
    this.#held = true;
    this.#changed();
    await this.#stopCurrent();
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

  /** The current run stops at its next step and leaves the queue. Resolves when it has. */
  async stop(run: string): Promise<void> {
    if (this.running !== run) throw new InputError('this run is not being trained');
    this.#context.store.queue.remove([run]);
    await this.#stopCurrent();
  }

  async #stopCurrent(): Promise<void> {
    const current = this.#current;
    if (!current) return;
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

  /** The queue is another than before: starts the next run if none is being trained. */
  #changed(): void {
    if (!this.#held && !this.#current) this.#startNext();
    this.#announce();
  }

  /** Other processes are told that this one lives, and it is seen whether they do: what they had may be free now. */
  #beat(): void {
    const { store, host } = this.#context;
    store.queue.heartbeat();
    if (this.#current) store.training.heartbeat(this.#current.run);
    const dead = store.training.interruptDead();
    if (dead.length > 0) host.emit('runs', store.summaries(dead));
    if (!this.#held && !this.#current && store.queue.list().length > 0) this.#changed();
  }

  #startNext(): void {
    const { store } = this.#context;
    for (const id of store.queue.list()) {
      try {
        const run = store.findRun(id);
        if (!run || run.status === 'finished') store.queue.remove([id]);
        else if (run.parent === null || store.run(run.parent).status === 'finished') {
          if (this.#start(id)) return;
        }
      } catch (error) {
        // One that cannot be read, or whose parent cannot, keeps no other waiting.
        if (!(error instanceof InputError)) throw error;
        store.queue.remove([id]);
        this.#notice(`Run ${id} was taken out of the queue: ${error.message}`);
      }
    }
  }

  /**
   * Returns false when the run could not be started: it has failed and is out of the queue, or another process trains it.
   * Starts it later when it is not yet known on what.
   */
  #start(id: string): boolean {
    const { store, host, sourceOf, engine, decide } = this.#context;
    const chosen = engine(store.run(id).engine);
    if (!chosen) {
      this.#deciding ??= decide()
        .finally(() => (this.#deciding = null))
        .then(
          () => this.#changed(),
          () => undefined,
        );
      return true;
    }
    const { reason, ...choice } = chosen;
    if (!this.#claim(id, { name: choice.name, versions: { capscope: manifest.version }, device: null, choice: reason })) return false;
    let message: Extract<ToTrainer, { type: 'run' }>;
    try {
      message = { type: 'run', job: jobOf(store, id), dataset: sourceOf(store.run(id).dataset), engine: choice };
    } catch (error) {
      this.#fail(id, error instanceof InputError ? error.message : ((error as Error).stack ?? String(error)));
      this.#runChanged(id);
      return false;
    }
    // First in the queue while it is trained: should everything die, it is what comes first.
    store.queue.reorder([id]);
    const trainer = host.startTrainer(choice.name);
    const current: Current = { run: id, stage: 'starting', engine: null, progress: null, trainer, reason, ended: Promise.withResolvers() };
    this.#current = current;
    trainer.onMessage((message) => this.#receive(current, message));
    trainer.onExit((reason) => this.#lost(current, `The trainer ended unexpectedly (${reason}).`));
    trainer.post(message);
    this.#log(id, 'info', message.job.checkpoint ? 'Goes on from its checkpoint.' : 'Started.');
    this.#runChanged(id);
    return true;
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

  /** A trainer that has been ended may still have sent something; only that of the current run counts. */
  #receive(current: Current, message: FromTrainer): void {
    if (this.#current !== current) return;
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
        this.#log(id, 'info', describeEpoch(message.metrics));
        host.emit('epoch', { run: id, metrics: message.metrics });
        this.#runChanged(id);
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
    if (this.#current !== current) return;
    const id = current.run;
    const { store } = this.#context;
    store.training.recordInterruption(id, text);
    store.queue.remove([id]);
    this.#notice(`${text} Run "${store.run(id).name}" can go on from its last checkpoint.`);
    this.#log(id, 'error', text);
    this.#end(id);
  }

  #end(id: string, text?: string): void {
    const current = this.#current!;
    this.#current = null;
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

/** "is being trained by process 12 on host; wait for it or stop it there" */
export const heldBy = ({ trains, pid, host }: NonNullable<ReturnType<Store['training']['holderOf']>>): string =>
  trains
    ? `is being trained by process ${pid} on ${host}; wait for it or stop it there`
    : `waits in the queue of process ${pid} on ${host}; let it be done there, or take it out of that queue first`;

const describeEpoch = ({ epoch, train, test }: EpochMetrics): string =>
  `Epoch ${epoch}: loss ${real(train.loss)}, accuracy ${percent(train.accuracy, 2)}; on the test images ${real(test.loss)} and ${percent(test.accuracy, 2)}. Saved.`;

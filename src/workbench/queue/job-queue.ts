/**
 * Does the runs of the queue one after another in a trainer process, and keeps each result in the store as it comes.
 * A trainer that dies costs at most the epoch in progress: the run is marked as interrupted and can go on from its
 * checkpoint; the queue goes on with the next one.
 */
import manifest from '../../../package.json' with { type: 'json' };
import type { CurrentJob, LogLine, QueueState } from '../../shared/contract/index.ts';
import { InputError } from '../../shared/input-error.ts';
import type { EngineChoice, DatasetSource, FromTrainer } from '../../shared/trainer-protocol.ts';
import { jobOf } from '../../store/run-job.ts';
import { percent, real } from '../../shared/present/format.ts';
import type { EpochMetrics } from '../../shared/results.ts';
import type { Store } from '../../store/store.ts';
import type { Host, TrainerProcess } from '../host.ts';
import type { LiveRuns } from './live-runs.ts';

/** Milliseconds between two signs of life in the database, and until a trainer that should stop is killed. */
const heartbeatInterval = 30_000;
const patience = 30_000;

interface Context {
  store: Store;
  host: Pick<Host, 'emit' | 'startTrainer'>;
  live: LiveRuns;
  /** Throws an InputError when the images are not here. */
  sourceOf: (fingerprint: string) => DatasetSource;
  /** What a run computes with, given what it asks for; null while that is not known. `decide` finds out; it rejects once all has been closed. */
  engine: (wanted: string | null) => (EngineChoice & { reason: string }) | null;
  decide: () => Promise<void>;
}

interface Current extends CurrentJob {
  trainer: TrainerProcess;
  /** Why it computes with what it does. */
  reason: string;
  heartbeat: NodeJS.Timeout;
  /** Resolves when the run has ended, however it did. */
  ended: PromiseWithResolvers<void>;
}

export class JobQueue {
  readonly #context: Context;
  #held: boolean;
  #current: Current | null = null;
  /** While it is being found out what to compute with. */
  #deciding: Promise<void> | null = null;

  /** What was waiting when the workbench last ended is held, so that nothing starts by surprise. */
  constructor(context: Context) {
    this.#context = context;
    context.store.queue.open(true);
    this.#held = context.store.queue.list().length > 0;
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

  add(ids: readonly string[], first = false): void {
    const { queue } = this.#context.store;
    const { running } = this;
    queue.add(running === null ? ids : ids.filter((id) => id !== running), first);
    // The current run stays at the head, where it is found after a crash.
    if (first && running !== null) queue.reorder([running]);
    this.#changed();
  }

  reorder(ids: readonly string[]): void {
    this.#context.store.queue.reorder(this.running === null ? ids : [this.running, ...ids]);
    this.#changed();
  }

  remove(ids: readonly string[]): void {
    this.#context.store.queue.remove(ids.filter((id) => id !== this.running));
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
    this.#context.store.queue.leave();
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
    const timer = setTimeout(() => current.trainer.kill(), patience);
    await current.ended.promise;
    clearTimeout(timer);
  }

  #announce(): void {
    this.#context.host.emit('queue', this.state);
  }

  /** The queue is another than before: starts the next run if none is being trained. */
  #changed(): void {
    if (!this.#held && !this.#current) this.#startNext();
    this.#announce();
  }

  #startNext(): void {
    const { store } = this.#context;
    for (const id of store.queue.list()) {
      const run = store.findRun(id);
      if (!run || run.status === 'finished') store.queue.remove([id]);
      else if (run.parent === null || store.run(run.parent).status === 'finished') {
        if (this.#start(id)) return;
      }
    }
  }

  /** Returns false when the run could not even be started; it is then out of the queue. Starts it later when it is not yet known on what. */
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
    try {
      const message = { type: 'run', job: jobOf(store, id), dataset: sourceOf(store.run(id).dataset), engine: choice } as const;
      store.claim(id, { name: choice.name, versions: { capscope: manifest.version }, device: null, choice: reason });
      // First in the queue while it is trained: should everything die, it is what comes first.
      store.queue.reorder([id]);
      const trainer = host.startTrainer(choice.name);
      const heartbeat = setInterval(() => store.heartbeat(id), heartbeatInterval);
      const ended: Current['ended'] = Promise.withResolvers();
      const current: Current = { run: id, stage: 'starting', engine: null, progress: null, trainer, reason, heartbeat, ended };
      this.#current = current;
      trainer.onMessage((message) => this.#receive(current, message));
      trainer.onExit((reason) => this.#lost(current, reason));
      trainer.post(message);
      this.#log(id, 'info', message.job.checkpoint ? 'Goes on from its checkpoint.' : 'Started.');
      this.#runChanged(id);
      return true;
    } catch (error) {
      store.queue.remove([id]);
      this.#notice(`Run "${store.run(id).name}" could not be started: ${(error as Error).message}`);
      if (!(error instanceof InputError)) throw error;
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
      this.#log(id, 'error', (error as Error).message);
      this.#notice(`What run "${this.#context.store.run(id).name}" has computed could not be kept: ${(error as Error).message}`);
      current.trainer.kill();
    }
  }

  #record(id: string, current: Current, message: FromTrainer): void {
    const { store, host, live } = this.#context;
    switch (message.type) {
      case 'engine':
        store.recordEngine(id, {
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
        store.recordCut(id, message.cut);
        this.#log(id, 'info', `Cut to ${message.cut.params.toLocaleString('en-US')} parameters.`);
        this.#runChanged(id);
        return;
      case 'step':
        current.progress = message.progress;
        live.addPoint(id, message.point);
        host.emit('step', { run: id, points: [message.point], progress: message.progress });
        return;
      case 'epoch':
        store.recordEpoch(id, message.metrics, message.checkpoint);
        this.#log(id, 'info', describeEpoch(message.metrics));
        host.emit('epoch', { run: id, metrics: message.metrics });
        this.#runChanged(id);
        return;
      case 'log':
        this.#log(id, message.level, message.text);
        return;
      case 'finished':
        store.recordFinish(id, message.finished);
        store.queue.remove([id]);
        this.#end(id, 'Finished.');
        return;
      case 'stopped':
        store.recordStop(id, message.checkpoint);
        this.#end(id, 'Stopped and saved.');
        return;
      case 'failed':
        store.recordFailure(id, message.message);
        store.queue.remove([id]);
        this.#notice(`Run "${store.run(id).name}" failed: ${message.message.split('\n')[0]!}`);
        this.#end(id, `Failed: ${message.message}`, 'error');
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

  /** The trainer is gone although nobody has ended it. */
  #lost(current: Current, reason: string): void {
    if (this.#current !== current) return;
    const id = current.run;
    const { store } = this.#context;
    const text = `The trainer ended unexpectedly (${reason}).`;
    store.recordInterruption(id, text);
    store.queue.remove([id]);
    this.#notice(`${text} Run "${store.run(id).name}" can go on from its last checkpoint.`);
    this.#end(id, text, 'error');
  }

  #end(id: string, text: string, level: LogLine['level'] = 'info'): void {
    const current = this.#current!;
    clearInterval(current.heartbeat);
    this.#current = null;
    current.trainer.kill();
    this.#log(id, level, text);
    this.#runChanged(id);
    current.ended.resolve();
    this.#changed();
  }

  #runChanged(id: string): void {
    this.#context.host.emit('runs', this.#context.store.summaries([id]));
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

const describeEpoch = ({ epoch, train, test }: EpochMetrics): string =>
  `Epoch ${epoch}: loss ${real(train.loss)}, accuracy ${percent(train.accuracy, 2)}; on the test images ${real(test.loss)} and ${percent(test.accuracy, 2)}. Saved.`;

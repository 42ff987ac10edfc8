/** Tells the pages, or the terminal, what becomes of runs. */
import type { LogLine } from '../../shared/contract/index.ts';
import type { Store } from '../../store/store.ts';
import type { Host } from '../host.ts';
import type { LiveRuns } from './live-runs.ts';

export interface TellerContext {
  store: Store;
  host: Pick<Host, 'emit'>;
  live: LiveRuns;
}

export class Teller {
  readonly #context: TellerContext;

  constructor(context: TellerContext) {
    this.#context = context;
  }

  changed(ids: readonly string[]): void {
    this.#context.host.emit('runs', this.#context.store.summaries(ids));
  }

  /** Whether one that was stopped counts as paused depends on whether it waits. */
  stopped(ids: readonly string[]): void {
    const stopped = this.#context.store.summaries(ids).filter(({ status }) => status === 'stopped' || status === 'paused');
    if (stopped.length > 0) this.#context.host.emit('runs', stopped);
  }

  log(run: string, level: LogLine['level'], text: string): void {
    const line = { time: new Date().toISOString(), level, text };
    this.#context.live.addLine(run, line);
    this.#context.host.emit('log', { run, ...line });
  }

  notice(text: string): void {
    this.#context.host.emit('notice', { kind: 'error', text });
  }
}

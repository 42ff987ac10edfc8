/** Exports for other programs, each in a thread of its own, which can be ended. */
import type { Argument, Saved } from '../../shared/contract/index.ts';
import { exportFormats } from '../../shared/export-formats.ts';
import { InputError } from '../../shared/input-error.ts';
import { fileName } from '../../shared/present/file-name.ts';
import { Background } from '../background/background.ts';
import type { Host } from '../host.ts';

export class Exporting {
  readonly #host: Host;
  readonly #tasks = new Map<string, { thread: Background; cancelled: boolean }>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** Asks where to save once it is done. */
  async export({ task, as, ids, name }: Argument<'runs.exportAs'>): Promise<Saved> {
    if (this.#tasks.has(task)) throw new InputError('this task is exporting runs already');
    const host = this.#host;
    const own = { thread: new Background(host), cancelled: false };
    this.#tasks.set(task, own);
    try {
      const asked = { as, ids, resources: host.resources };
      const bytes = await own.thread.ask('export', asked, (done, total) => host.emit('exporting', { task, done, total }));
      return await host.save(`${fileName(name)}.${exportFormats[as].extension}`, bytes);
    } catch (error) {
      if (own.cancelled) return { status: 'cancelled' };
      throw error;
    } finally {
      this.#tasks.delete(task);
      await own.thread.close();
    }
  }

  async cancel(task: string): Promise<void> {
    const own = this.#tasks.get(task);
    if (!own) return;
    own.cancelled = true;
    await own.thread.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#tasks.keys()].map((task) => this.cancel(task)));
  }
}

/** What the desktop shows of runs in progress: progress in dock or taskbar, no sleep while training, a notification at the end. */
import { BrowserWindow, Notification, powerSaveBlocker } from 'electron';
import type { EventName, Events, QueueState, RunSummary } from '../shared/contract/index.ts';
import { accuracy as printAccuracy } from '../shared/present/format.ts';
import type { ShownStatus } from '../shared/results.ts';
import { visibleWindows } from './windows.ts';

const endings: Partial<Record<ShownStatus, string>> = { finished: 'Finished', failed: 'Failed', interrupted: 'Interrupted' };

export class DesktopActivity {
  readonly #wantsNotifications: () => boolean;
  readonly #openWindow: () => void;
  #blocker: number | null = null;
  /** Share of each run that is being trained. */
  #shares = new Map<string, number>();
  /** Epochs that their networks had behind them: a pruned one goes on where its parent stopped. */
  readonly #before = new Map<string, number>();

  constructor(wantsNotifications: () => boolean, openWindow: () => void) {
    this.#wantsNotifications = wantsNotifications;
    this.#openWindow = openWindow;
  }

  /** Sees every event on its way to the pages. */
  observe<E extends EventName>(event: E, payload: Events[E]): void {
    if (event === 'step') this.#progress(payload as Events['step']);
    else if (event === 'queue') this.#queue(payload as QueueState);
    else if (event === 'runs') for (const run of payload as RunSummary[]) this.#run(run);
  }

  #queue({ running }: QueueState): void {
    this.#shares = new Map(running.map(({ run }) => [run, this.#shares.get(run) ?? 0]));
    if (running.length > 0) {
      this.#blocker ??= powerSaveBlocker.start('prevent-app-suspension');
      return;
    }
    if (this.#blocker !== null) powerSaveBlocker.stop(this.#blocker);
    this.#blocker = null;
    setProgress(-1);
  }

  #progress({ run, progress: { epoch, epochs, step, steps } }: Events['step']): void {
    const before = this.#before.get(run) ?? 0;
    this.#shares.set(run, Math.min(1, (epoch - 1 - before + step / steps) / Math.max(1, epochs - before)));
    const shares = [...this.#shares.values()];
    setProgress(shares.reduce((sum, share) => sum + share, 0) / shares.length);
  }

  #run({ id, name, status, accuracy, firstEpoch }: RunSummary): void {
    if (status === 'running') this.#before.set(id, firstEpoch);
    const ending = endings[status];
    // What other processes train is not told of; of its own, each once.
    if (ending === undefined || !this.#before.delete(id)) return;
    if (!this.#wantsNotifications() || BrowserWindow.getFocusedWindow() || !Notification.isSupported()) return;
    const body = accuracy === null ? ending : `${ending}, test accuracy ${printAccuracy(accuracy)}`;
    const notification = new Notification({ title: name, body });
    notification.on('click', this.#openWindow);
    notification.show();
  }
}

/** @param share in [0, 1]; below 0 removes the bar. */
function setProgress(share: number): void {
  for (const window of visibleWindows()) window.setProgressBar(share);
}

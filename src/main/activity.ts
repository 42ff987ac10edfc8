/** What the desktop shows of a run in progress: progress in dock or taskbar, no sleep while training, a notification at the end. */
import { BrowserWindow, Notification, powerSaveBlocker } from 'electron';
import type { EventName, Events, QueueState, RunSummary } from '../shared/contract/index.ts';
import { accuracy as printAccuracy } from '../shared/present/format.ts';
import type { StepProgress } from '../shared/progress.ts';
import type { ShownStatus } from '../shared/results.ts';
import { visibleWindows } from './windows.ts';

const endings: Partial<Record<ShownStatus, string>> = { finished: 'Finished', failed: 'Failed', interrupted: 'Interrupted' };

export class DesktopActivity {
  readonly #wantsNotifications: () => boolean;
  readonly #openWindow: () => void;
  #blocker: number | null = null;
  #running: string | null = null;
  /** Epochs that the run's network had behind it: a pruned one goes on where its parent stopped. */
  #before = 0;

  constructor(wantsNotifications: () => boolean, openWindow: () => void) {
    this.#wantsNotifications = wantsNotifications;
    this.#openWindow = openWindow;
  }

  /** Sees every event on its way to the pages. */
  observe<E extends EventName>(event: E, payload: Events[E]): void {
    if (event === 'step') this.#progress((payload as Events['step']).progress);
    else if (event === 'queue') this.#queue(payload as QueueState);
    else if (event === 'runs') for (const run of payload as RunSummary[]) this.#run(run);
  }

  #queue({ current }: QueueState): void {
    if (current) {
      this.#running = current.run;
      this.#blocker ??= powerSaveBlocker.start('prevent-app-suspension');
      return;
    }
    if (this.#blocker !== null) powerSaveBlocker.stop(this.#blocker);
    this.#blocker = null;
    this.#running = null;
    setProgress(-1);
  }

  #progress({ epoch, epochs, step, steps }: StepProgress): void {
    setProgress(Math.min(1, (epoch - 1 - this.#before + step / steps) / Math.max(1, epochs - this.#before)));
  }

  #run({ id, name, status, accuracy, firstEpoch }: RunSummary): void {
    if (status === 'running') this.#before = firstEpoch;
    const ending = endings[status];
    if (id !== this.#running || ending === undefined) return;
    this.#running = null;
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

/** The windows that a person sees; those that only compute are kept apart. */
import { BrowserWindow } from 'electron';

const hidden = new Set<number>();

/** From now on this window is none of the person's. */
export function hide({ id }: Pick<BrowserWindow, 'id'>): void {
  hidden.add(id);
}

export const visibleWindows = () => BrowserWindow.getAllWindows().filter(({ id }) => !hidden.has(id));

/** What the window has to keep to. */

/** Milliseconds that a task may take. */
export const TASK_LIMIT = 50;
/** Milliseconds from the start of the process to the window's first content. */
const START_LIMIT = 1500;

export interface Bar {
  what: string;
  limit: number;
  measured: number;
  met: boolean;
}

const atMost = (limit: number, what: string, measured: number): Bar => ({ what, limit, measured, met: measured <= limit });

/** @param window milliseconds from the start of the process to the window's first content. */
export function windowBars(window: number, measured: readonly { longestCpu: number; host?: number | null }[]): Bar[] {
  const longest = Math.max(...measured.map(({ longestCpu }) => longestCpu));
  const hosts = measured.flatMap(({ host }) => host ?? []);
  return [
    atMost(START_LIMIT, "ms from the start of the process to the window's first content", window),
    atMost(TASK_LIMIT, "ms of the page's longest task, processor time", longest),
    ...(hosts.length > 0 ? [atMost(TASK_LIMIT, 'ms that the host was busy at a time, processor time', Math.max(...hosts))] : []),
  ];
}

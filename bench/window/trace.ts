/** How long the page's main thread was busy at a time, from Chromium's own trace. */
import type { Browser, Page } from 'playwright-core';
import { TASK_LIMIT } from './bars.ts';

export interface Busy {
  /** Milliseconds of the longest task, as the clock has it and as the processor counted it. */
  longest: number;
  longestCpu: number;
  /** Tasks of more than 50 ms of processor time: those that a person notices. */
  overLimit: number;
}

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** Microseconds. */
  dur?: number;
  tdur?: number;
  args?: { name?: string };
}

/** What the main thread did while `action` ran. */
export async function traced(browser: Browser, page: Page, action: () => Promise<void>): Promise<Busy> {
  await browser.startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline'] });
  let trace: Buffer;
  try {
    await action();
  } finally {
    trace = await browser.stopTracing();
  }
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const main = new Set(traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(threadOf));
  const tasks = traceEvents.filter((event) => event.ph === 'X' && /RunTask$/.test(event.name) && main.has(threadOf(event)));
  if (tasks.length === 0) throw new Error('The trace has no tasks of the page.');
  const cpu = tasks.map(({ dur = 0, tdur = dur }) => tdur / 1000);
  return {
    longest: Math.max(...tasks.map(({ dur = 0 }) => dur / 1000)),
    longestCpu: Math.max(...cpu),
    overLimit: cpu.filter((time) => time > TASK_LIMIT).length,
  };
}

const threadOf = ({ pid, tid }: TraceEvent): string => `${pid}.${tid}`;

/** Tests that a machine may be unable to run: they are skipped there, and skip-reporter.ts says how many and why. */
import type { TestOptions } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** Why a test is skipped. */
    skipped?: string;
  }
}

/** What this machine lacks for a test, as a sentence; null where nothing is lacking. */
export type Lack = string | null;

/** Options of a test or a suite that is skipped for the first of these lacks. */
export function needs(...lacks: Lack[]): Pick<TestOptions, 'skip' | 'meta'> {
  const lack = lacks.find((one) => one !== null);
  return lack === undefined ? {} : { skip: true, meta: { skipped: lack } };
}

/** For what .ci/run and the workflows install, so that there nothing is skipped in silence: where CI is set, lacking it is an error. */
export function mustHave(lack: Lack): Lack {
  if (lack !== null && process.env['CI']) throw new Error(lack);
  return lack;
}

export const lackOfPipes: Lack = process.platform === 'win32' ? 'Windows has no named pipes in folders.' : null;

/** For tests that hold a process and let it go on, or press Ctrl-C. */
export const lackOfSignals: Lack = process.platform === 'win32' ? 'Windows has no signals.' : null;

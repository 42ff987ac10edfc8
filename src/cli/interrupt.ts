/** Ctrl-C: the first asks a study to stop at the next step and save, the second ends the process at once. */

export interface Interrupt {
  requested: () => boolean;
  /** Gives the signals back. */
  release: () => void;
}

/** Exit code of a process that ended because of Ctrl-C. */
export const interruptedExitCode = 130;

/** @param announce is called at the first request. */
export function listenForInterrupt(announce: () => void): Interrupt {
  let requested = false;
  const handle = (): void => {
    if (requested) process.exit(interruptedExitCode);
    requested = true;
    announce();
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, handle);
  return {
    requested: () => requested,
    release: () => {
      for (const signal of signals) process.off(signal, handle);
    },
  };
}

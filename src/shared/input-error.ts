import { oneLine } from './one-line.ts';

/**
 * Something given from outside (a file, an argument, a spec) cannot be used. The message is one clear sentence for the
 * person who gave it: which file or field, what is wrong, what was expected. Shown as it is, without a stack trace.
 */
export class InputError extends Error {
  override name = 'InputError';

  /** Names of files in the message may hold anything. */
  constructor(message: string, options?: ErrorOptions) {
    super(oneLine(message), options);
  }
}

import { InputError } from '../shared/input-error.ts';
import { systemReason } from '../shared/system-error.ts';

/** A data set that cannot be used. The message names the file or folder, what is wrong with it and what was expected. */
export class DatasetError extends InputError {
  override name = 'DatasetError';
  /** @param place file or folder, as the person who gave it would call it. */
  constructor(place: string, problem: string, options?: ErrorOptions) {
    super(`${place}: ${problem}`, options);
  }
}

/** Files that are no data set after all: strays among others, not damaged ones. */
export class NoDataset extends DatasetError {}

/** A system error (no such file, no permission, …) in words. */
export const systemError = (place: string, error: unknown): DatasetError =>
  new DatasetError(place, systemReason(error, 'read') ?? `it cannot be read (${(error as Error).message})`, { cause: error });

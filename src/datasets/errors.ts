import { InputError } from '../shared/input-error.ts';

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

/** A system error (no such file, no permission, …) in words; the codes are the same on every platform, the messages are not. */
export function systemError(place: string, error: unknown): DatasetError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const words: Record<string, string> = {
    ENOENT: 'there is no such file or folder',
    EACCES: 'permission to read it is denied',
    EPERM: 'permission to read it is denied',
    ELOOP: 'its symbolic links go round in a circle',
    ENAMETOOLONG: 'its name is too long for this system',
    EISDIR: 'it is a folder, but a file was expected',
    ENOTDIR: 'a part of its path is a file, but a folder was expected',
  };
  return new DatasetError(place, words[code] ?? `it cannot be read (${message})`, { cause: error });
}

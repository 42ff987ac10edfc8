/** Which files of this machine a page may have read. */
import { InputError } from '../shared/input-error.ts';
import type { Host } from './host.ts';

/** Throws an InputError when one of these may not be read for a page. */
export function mustBePermitted({ mayRead, named }: Pick<Host, 'mayRead' | 'named'>, paths: readonly string[]): void {
  const refused = mayRead && paths.find((path) => !mayRead(path));
  if (refused !== undefined)
    throw new InputError(
      `${named?.(refused) ?? refused} is not in a folder that this server reads from (--data-root); send the file with the page instead`,
    );
}

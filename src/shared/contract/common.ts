/** Pieces that several parts of the contract use. */
import { z } from 'zod';

export const RunId = z.string().min(1).max(64);
export const StudyId = z.string().min(1).max(64);
export const Fingerprint = z.string().regex(/^[0-9a-f]{64}$/, 'expected the SHA-256 of a data set');
/** Absolute path on the machine that runs the workbench. */
export const Path = z
  .string()
  .min(1)
  .max(32_768)
  .refine((path) => !path.includes('\0'), 'A path holds no NUL character');
/** Chosen by the page; names work in progress in events, and to cancel it. */
export const TaskId = z.string().min(1).max(64);

/**
 * What became of a file that was to be saved. Where there is no save dialog (browser mode), the client downloads `url`
 * and says `saved` with the bare name; pages see `saved` and `cancelled` only.
 */
export type Saved = { status: 'saved'; path: string } | { status: 'cancelled' } | { status: 'download'; url: string; name: string };

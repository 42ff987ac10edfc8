/** What has been given to Slurm, kept in the bundle: one file per submission, numbered. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { InputError } from '../../shared/input-error.ts';
import { writeDurably } from '../../store/disk.ts';
import type { Bundle } from '../bundle.ts';

const Submission = z.strictObject({
  /** Id of the array. */
  job: z.string(),
  submitted: z.iso.datetime(),
  /** The units of every task, in the order in which it does them. */
  tasks: z.array(z.array(z.int().min(0)).min(1)),
});
export type Submission = z.infer<typeof Submission>;

const folder = 'slurm';

/** In the order in which they were made. */
export function submissionsOf(bundle: Bundle): Submission[] {
  if (!existsSync(bundle.path(folder))) return [];
  const numbers = readdirSync(bundle.path(folder)).flatMap((name) => /^(\d+)\.json$/.exec(name)?.[1] ?? []);
  return numbers
    .map(Number)
    .sort((a, b) => a - b)
    .map((number) => {
      const path = bundle.path(folder, `${number}.json`);
      try {
        return Submission.parse(JSON.parse(readFileSync(path, 'utf8')));
      } catch (error) {
        throw new InputError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
      }
    });
}

/** Where the files of the next submission go: `<path>.json`, and what Slurm needs. */
export const nextSubmission = (bundle: Bundle): string => bundle.path(folder, String(submissionsOf(bundle).length));

export function recordSubmission(path: string, submission: Submission): void {
  writeDurably(`${path}.json`, new TextEncoder().encode(`${JSON.stringify(submission)}\n`));
}

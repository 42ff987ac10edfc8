/** The form of what the main process answers to the window. The questions are in channels.ts. */
import { z } from 'zod';

export const RunSummary = z.strictObject({
  id: z.string(),
  /** Name; null for an imported run. */
  study: z.string().nullable(),
  name: z.string(),
  status: z.enum(['queued', 'running', 'stopped', 'interrupted', 'failed', 'finished']),
  dataset: z.string(),
  params: z.int(),
  epochs: z.int(),
  /** Share in [0, 1]; null before the first test, as `inactive` is. */
  accuracy: z.number().nullable(),
  inactive: z.strictObject({ total: z.int(), of: z.int() }).nullable(),
  /** ISO 8601. */
  created: z.string(),
});
export type RunSummary = z.infer<typeof RunSummary>;

/** The answer to `listRuns`, newest run last, and the database that it comes from. */
export const RunList = z.strictObject({ database: z.string(), runs: z.array(RunSummary) });
export type RunList = z.infer<typeof RunList>;

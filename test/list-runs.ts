/** All runs as a host lists them: the answer comes in parts. */
import type { RunSummary } from '../src/shared/contract/index.ts';
import { fromParts, type InParts } from '../src/shared/in-parts.ts';
import { inOneGo } from '../src/shared/steps.ts';

export async function listRuns(call: (method: 'runs.list') => Promise<unknown>): Promise<RunSummary[]> {
  return inOneGo(fromParts((await call('runs.list')) as InParts<{ runs: RunSummary[] }>)).runs;
}

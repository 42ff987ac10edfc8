/** What can be done to runs from anywhere, each with its message and, where it can be taken back, its undo. */
import type { Argument } from '../../shared/contract/index.ts';
import { call, save } from '../client/client.ts';
import { attempt, offerUndo, say } from './messages.ts';
import { workbench } from './workbench.svelte.ts';

const countRuns = (ids: readonly string[]) => (ids.length === 1 ? `“${workbench.runs.get(ids[0]!)?.name ?? 'Run'}”` : `${ids.length} runs`);

export async function removeRuns(ids: string[]): Promise<void> {
  const what = countRuns(ids);
  const done = await attempt(async () => {
    await call('runs.remove', { ids });
    return true;
  });
  if (!done) return;
  offerUndo(`${what} deleted.`, async () => workbench.putRuns(await call('runs.restore', { ids })));
}

export async function archiveRuns(ids: string[], archived: boolean): Promise<void> {
  const what = countRuns(ids);
  if (!(await editRuns({ ids, archived }))) return;
  offerUndo(`${what} ${archived ? 'archived' : 'unarchived'}.`, () => editRuns({ ids, archived: !archived }));
}

export async function editRuns(change: Argument<'runs.edit'>): Promise<boolean> {
  const changed = await attempt(() => call('runs.edit', change));
  if (changed) workbench.putRuns(changed);
  return changed !== null;
}

/** Saves with the given call and says where. */
export async function saveAndSay(saving: () => Promise<string | null>): Promise<void> {
  const path = await attempt(saving);
  if (path !== null) say(`Saved ${path}.`);
}

export const saveFile = (name: string, content: string | Uint8Array<ArrayBuffer>) =>
  saveAndSay(() => save('files.save', { name, content }));

export const pauseQueue = () => attempt(() => call('queue.pause'));
export const continueQueue = () => attempt(() => call('queue.continue'));
export const stopRun = (id: string) => attempt(() => call('queue.stop', { id }));
export const resumeRuns = (ids: string[], first = true) => attempt(() => call('queue.resume', { ids, first }));
export const cancelRuns = (ids: string[]) => attempt(() => call('queue.cancel', { ids }));

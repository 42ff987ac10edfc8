/** The contract from the page's side: asks through the bridge and checks what comes back. */
import type { Bridge } from '../shared/channels.ts';
import { RunList } from '../shared/contract.ts';

declare global {
  interface Window {
    capscope: Bridge;
  }
}

/** Rejects when the main process fails or answers in another form. */
export async function listRuns(): Promise<RunList> {
  return RunList.parse(await window.capscope.listRuns());
}

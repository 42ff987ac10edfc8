/** The two channels of Electron's IPC, and the bridge that the preload script puts into the page. Apart from the contract, so that the preload carries no schemas. */
import type { Reply } from './contract/index.ts';

export const channels = { call: 'capscope:call', event: 'capscope:event' } as const;

/** `window.workbench`. Absent in browser mode, where the page connects by WebSocket. */
export interface Bridge {
  call: (method: string, argument: unknown) => Promise<Reply>;
  /** Events of the workbench; ends with the page. */
  listen: (listener: (event: string, payload: unknown) => void) => void;
  /** Absolute path of a file or folder that was dropped, pasted or picked; '' for one that is not on a disk. */
  pathOf: (file: File) => string;
}

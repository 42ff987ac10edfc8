/** What carries the contract: Electron's bridge or a WebSocket. */
import type { Reply } from '../../shared/contract/index.ts';

export interface Transport {
  call: (method: string, argument: unknown) => Promise<Reply>;
  listen: (listener: (event: string, payload: unknown) => void) => void;
  /** Called with false when the workbench cannot be reached any more, with true when it can again. */
  onConnection: (listener: (connected: boolean) => void) => void;
  /** Paths, on the machine of the workbench, of what was dropped or pasted. Must be called within the event's handler. */
  dropped: (data: DataTransfer) => Promise<string[]>;
  /** The same of files from an input element. */
  picked: (files: File[]) => Promise<string[]>;
}

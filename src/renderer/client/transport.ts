/** What carries the contract: Electron's bridge or a WebSocket. */
import type { Reply } from '../../shared/contract/index.ts';

export interface Transport {
  call: (method: string, argument: unknown) => Promise<Reply>;
  listen: (listener: (event: string, payload: unknown) => void) => void;
  /** Called with false when the workbench cannot be reached any more, with true when it can again. */
  onConnection: (listener: (connected: boolean) => void) => void;
  /** Paths, on the machine of the workbench, of what was dropped or pasted. Must be called within the event's handler. */
  dropped: (data: DataTransfer, sending: Sending) => Promise<string[]>;
  /** The same of files from an input element. */
  picked: (files: File[], sending: Sending) => Promise<string[]>;
}

/** Files on their way to the workbench, where it is not on this machine. */
export interface Sending {
  /** `of` is not known while folders are gone through. Bytes say how far it is, files are for reading. */
  progress: (at: { files: number; of: number | null; bytes: number; ofBytes: number }) => void;
  /** Ends it. */
  signal: AbortSignal;
}

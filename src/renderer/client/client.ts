/**
 * The workbench as the page sees it: typed calls and events over whatever carries them, and files in and out that work
 * the same in the window and in a browser.
 */
import type { Bridge } from '../../shared/bridge.ts';
import type { Answer, Argument, EventName, Events, MethodName, Reply, Saved } from '../../shared/contract/index.ts';
import { browserTransport } from './browser.ts';
import { electronTransport } from './electron.ts';
import type { Sending, Transport } from './transport.ts';

declare global {
  interface Window {
    workbench?: Bridge;
  }
}

/** A call that was refused or failed. `input`: the message is for people, as it is. `fault`: it is a fault of Capscope's. */
export class CallError extends Error {
  override name = 'CallError';
  readonly kind: 'input' | 'fault';
  constructor({ kind, message }: Extract<Reply, { ok: false }>) {
    super(message);
    this.kind = kind;
  }
}

const transport: Transport = window.workbench ? electronTransport(window.workbench) : browserTransport(window.location);
const inBrowser = window.workbench === undefined;

/** Rejects with a CallError. */
export async function call<M extends MethodName>(
  method: M,
  ...[argument]: undefined extends Argument<M> ? [] : [Argument<M>]
): Promise<Answer<M>> {
  const reply = await transport.call(method, argument);
  if (!reply.ok) throw new CallError(reply);
  return reply.value as Answer<M>;
}

type Listener = (payload: never) => void;
const listeners = new Map<string, Set<Listener>>();
transport.listen((event, payload) => {
  for (const listener of listeners.get(event) ?? []) listener(payload as never);
});

/** Calls `listener` at every such event until the function that it answers is called. */
export function on<E extends EventName>(event: E, listener: (payload: Events[E]) => void): () => void {
  const set = listeners.get(event) ?? new Set<Listener>();
  listeners.set(event, set.add(listener));
  return () => void set.delete(listener);
}

const connections = new Set<(connected: boolean) => void>();
transport.onConnection((connected) => {
  for (const listener of connections) listener(connected);
});
export const onConnection = (listener: (connected: boolean) => void): void => void connections.add(listener);

/** Paths for `datasets.open` or `runs.import` of what was dropped or pasted. Must be called within the event's handler. */
export const droppedPaths = (data: DataTransfer, sending: Sending): Promise<string[]> => transport.dropped(data, sending);

/** Asks for files; null when cancelled. @param begin called when some have been chosen and are about to be sent. */
export async function pickPaths(purpose: Argument<'files.pick'>['purpose'], begin: () => Sending): Promise<string[] | null> {
  if (!inBrowser) return call('files.pick', { purpose });
  const files = await chooseFiles(purpose);
  return files && transport.picked(files, begin());
}

function chooseFiles(purpose: Argument<'files.pick'>['purpose']): Promise<File[] | null> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.multiple = true;
    input.webkitdirectory = purpose === 'dataset-folder';
    input.addEventListener('change', () => resolve([...(input.files ?? [])]));
    input.addEventListener('cancel', () => resolve(null));
    input.click();
  });
}

type SavingMethod = { [M in MethodName]: Answer<M> extends Saved ? (Saved extends Answer<M> ? M : never) : never }[MethodName];

/** Calls a method that saves a file. Answers the file's path, in a browser its name; null when cancelled. */
export async function save<M extends SavingMethod>(method: M, argument: Argument<M>): Promise<string | null> {
  const reply = await transport.call(method, argument);
  if (!reply.ok) throw new CallError(reply);
  const saved = reply.value as Saved;
  if (saved.status === 'cancelled') return null;
  if (saved.status === 'saved') return saved.path;
  const link = document.createElement('a');
  link.href = saved.url;
  link.download = saved.name;
  link.click();
  return saved.name;
}

/** Browser mode: calls over a WebSocket to the server that the page came from, files by upload. */
import type { Reply } from '../../shared/contract/index.ts';
import { fromWire, toWire } from '../../shared/wire.ts';
import type { Transport } from './transport.ts';
import { filesOf, type NamedFile } from './dropped-files.ts';

type Incoming = { id: number; reply: Reply } | { event: string; payload: unknown };

/** Milliseconds between two attempts to connect again. */
const retryInterval = 1000;

export function browserTransport(location: Location): Transport {
  const waiting = new Map<number, (reply: Reply) => void>();
  let unsent: Uint8Array<ArrayBuffer>[] = [];
  let socket: WebSocket;
  let next = 1;
  let listener: (event: string, payload: unknown) => void = () => undefined;
  let onConnection: (connected: boolean) => void = () => undefined;

  const connect = (): void => {
    socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/socket`);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      for (const message of unsent.splice(0)) socket.send(message);
      onConnection(true);
    };
    socket.onmessage = ({ data }) => {
      const message = fromWire(new Uint8Array(data as ArrayBuffer)) as Incoming;
      if ('event' in message) {
        listener(message.event, message.payload);
        return;
      }
      waiting.get(message.id)?.(message.reply);
      waiting.delete(message.id);
    };
    socket.onclose = () => {
      onConnection(false);
      unsent = [];
      for (const answer of waiting.values()) answer({ ok: false, kind: 'fault', message: 'The connection to the workbench was lost.' });
      waiting.clear();
      setTimeout(connect, retryInterval);
    };
  };
  connect();

  return {
    call: (method, argument) =>
      new Promise((resolve) => {
        const id = next++;
        waiting.set(id, resolve);
        const message = toWire({ id, method, argument });
        if (socket.readyState === WebSocket.OPEN) socket.send(message);
        else unsent.push(message);
      }),
    listen: (use) => (listener = use),
    onConnection: (use) => (onConnection = use),
    dropped: async (data) => upload(await filesOf(data)),
    picked: (files) => upload(files.map((file) => ({ file, path: file.webkitRelativePath || file.name }))),
  };
}

/** Sends files to the server. Answers the paths there of the topmost files and folders. */
async function upload(files: NamedFile[]): Promise<string[]> {
  const batch = crypto.randomUUID();
  const roots = new Set<string>();
  for (const { file, path } of files) {
    const response = await fetch(`/upload?${new URLSearchParams({ batch, path }).toString()}`, { method: 'POST', body: file });
    if (!response.ok) throw new Error(`${path} could not be sent: ${await response.text()}`);
    roots.add(((await response.json()) as { root: string }).root);
  }
  return [...roots];
}

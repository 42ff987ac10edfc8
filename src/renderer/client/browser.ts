/** Browser mode: calls over a WebSocket to the server that the page came from, files by upload. */
import type { Reply } from '../../shared/contract/index.ts';
import { fromWire, toWire } from '../../shared/wire.ts';
import type { Sending, Transport } from './transport.ts';
import { filesOf, type NamedFile } from './dropped-files.ts';
import { newId } from './new-id.ts';
import { findKey, loadAnewOnEntry } from './key.ts';

type Incoming = { id: number; reply: Reply } | { event: string; payload: unknown };

/** Milliseconds between two attempts to connect again. */
const retryInterval = 1000;

export function browserTransport(location: Location): Transport {
  const waiting = new Map<number, (reply: Reply) => void>();
  let unsent: Uint8Array<ArrayBuffer>[] = [];
  let socket: WebSocket | null = null;
  let key = '';
  /** Whether the server answers but does not let this page in. */
  let refused = false;
  let next = 1;
  let listener: (event: string, payload: unknown) => void = () => undefined;
  let onConnection: (connected: boolean) => void = () => undefined;

  const answerAll = (reply: Reply): void => {
    unsent = [];
    const answers = [...waiting.values()];
    waiting.clear();
    for (const answer of answers) answer(reply);
  };

  const lost = (): void => {
    socket = null;
    onConnection(false);
    answerAll({ ok: false, kind: 'fault', message: 'The connection to the workbench was lost.' });
    setTimeout(() => void connect(), retryInterval);
  };

  const connect = async (): Promise<void> => {
    refused = false;
    try {
      const found = await findKey();
      if ('problem' in found) {
        refused = true;
        onConnection(true);
        answerAll({ ok: false, kind: 'input', message: found.problem });
        return;
      }
      ({ key } = found);
    } catch {
      lost();
      return;
    }
    // Headers of a WebSocket cannot be chosen; the second of its subprotocols stands for one.
    const opened = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/socket`, ['capscope', key]);
    opened.binaryType = 'arraybuffer';
    opened.onopen = () => {
      socket = opened;
      for (const message of unsent.splice(0)) opened.send(message);
      onConnection(true);
    };
    opened.onmessage = ({ data }) => {
      const message = fromWire(new Uint8Array(data as ArrayBuffer)) as Incoming;
      if ('event' in message) {
        listener(message.event, message.payload);
        return;
      }
      waiting.get(message.id)?.(message.reply);
      waiting.delete(message.id);
    };
    opened.onclose = lost;
  };
  loadAnewOnEntry();
  void connect();

  return {
    call: (method, argument) =>
      new Promise((resolve) => {
        const id = next++;
        waiting.set(id, resolve);
        const message = toWire({ id, method, argument });
        if (socket?.readyState === WebSocket.OPEN) socket.send(message);
        else unsent.push(message);
        // There may be a key by now: in another tab, or a server that takes the old one.
        if (refused) void connect();
      }),
    listen: (use) => (listener = use),
    onConnection: (use) => (onConnection = use),
    dropped: async (data, sending) => upload(await filesOf(data, sending), key, sending),
    picked: (files, sending) =>
      upload(
        files.map((file) => ({ file, path: file.webkitRelativePath || file.name })),
        key,
        sending,
      ),
  };
}

/** Files that are on their way at a time: small ones wait for answers more than for bytes. */
const AT_ONCE = 4;

/** Sends files to the server. Answers the paths there of the topmost files and folders. */
async function upload(files: readonly NamedFile[], key: string, { progress, signal }: Sending): Promise<string[]> {
  const batch = newId();
  const roots = new Set<string>();
  const ofBytes = files.reduce((sum, { file }) => sum + file.size, 0);
  let [sent, bytes] = [0, 0];
  const tell = () => progress({ files: sent, of: files.length, bytes, ofBytes });
  tell();
  const waiting = files.values();
  const send = async () => {
    for (const { file, path } of waiting) {
      roots.add(await sendOne(file, path, batch, key, signal));
      sent++;
      bytes += file.size;
      tell();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, send));
  return [...roots];
}

async function sendOne(file: File, path: string, batch: string, key: string, signal: AbortSignal): Promise<string> {
  const headers = { authorization: `Bearer ${key}` };
  const response = await fetch(`/upload?${new URLSearchParams({ batch, path }).toString()}`, {
    method: 'POST',
    headers,
    body: file,
    signal,
  });
  if (!response.ok) throw new Error(`${path} could not be sent: ${await response.text()}`);
  return ((await response.json()) as { root: string }).root;
}

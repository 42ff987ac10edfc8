/** A server in a process of its own, with real trainers, and a page that talks to it. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { fromWire, toWire } from '../../src/shared/wire.ts';

type Reply = { ok: true; value: unknown } | { ok: false; kind: string; message: string };

export interface Client {
  process: ChildProcess;
  pid: number;
  ask: (method: string, argument?: unknown) => Promise<Reply>;
  /** Throws when it is refused. */
  call: (method: string, argument?: unknown) => Promise<unknown>;
  /** Resolves at the next such event that satisfies the condition. */
  next: (event: string, condition?: (payload: unknown) => boolean) => Promise<unknown>;
  on: (event: string, listener: () => void) => void;
  upload: (path: string, content: Uint8Array<ArrayBuffer>) => Promise<Response>;
  kill: () => void;
}

/** @param env besides this process's. */
export async function startClient(database: string, env: Record<string, string> = {}): Promise<Client> {
  const server = fork(fileURLToPath(new URL('training-server.ts', import.meta.url)), [database], { env: { ...process.env, ...env } });
  const [link] = (await once(server, 'message')) as [string];
  const { origin, host, hash } = new URL(link);
  const authorization = `Code ${hash.split('=')[1]!}`;
  const token = await (await fetch(`${origin}/enter`, { method: 'POST', headers: { origin, authorization } })).text();
  const socket = new WebSocket(`ws://${host}/socket`, ['capscope', token], { origin });
  socket.on('error', () => undefined);
  const waiting = new Map<number, (reply: Reply) => void>();
  const listeners = new Set<(event: string, payload: unknown) => void>();
  socket.on('message', (data: Buffer) => {
    const message = fromWire(data) as { id: number; reply: Reply } | { event: string; payload: unknown };
    if ('event' in message) for (const listener of listeners) listener(message.event, message.payload);
    else waiting.get(message.id)?.(message.reply);
  });
  await once(socket, 'open');
  let id = 0;
  const ask = (method: string, argument?: unknown) =>
    new Promise<Reply>((resolve) => {
      waiting.set(++id, resolve);
      socket.send(toWire({ id, method, argument }));
    });
  return {
    process: server,
    pid: server.pid!,
    ask,
    call: async (method, argument) => {
      const reply = await ask(method, argument);
      if (!reply.ok) throw new Error(`${method}: ${reply.message}`);
      return reply.value;
    },
    next: (event, condition = () => true) =>
      new Promise((resolve) => {
        const listener = (name: string, payload: unknown) => {
          if (name !== event || !condition(payload)) return;
          listeners.delete(listener);
          resolve(payload);
        };
        listeners.add(listener);
      }),
    on: (event, listener) => void listeners.add((name) => name === event && listener()),
    upload: (path, content) => {
      const url = `${origin}/upload?batch=${'0'.repeat(32)}&path=${encodeURIComponent(path)}`;
      return fetch(url, { method: 'POST', headers: { origin, authorization: `Bearer ${token}` }, body: content });
    },
    kill: () => void server.kill('SIGKILL'),
  };
}

/** Calls of every method with arguments of every kind, and frames that are none. */
import { once } from 'node:events';
import { dirname } from 'node:path';
import { WebSocket } from 'ws';
import type { RandomStream } from '../../src/shared/random.ts';
import { fromWire, toWire } from '../../src/shared/wire.ts';
import { anyCall, frame, startVictim, upgrading } from '../../test/server/hostile.ts';
import { look, type Campaign } from './campaign.ts';

const atOnce = 100;

export async function sendNonsense(random: RandomStream, db: string, calls: number): Promise<Campaign> {
  const victim = await startVictim(db);
  const { url, headers, child } = victim;
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  const socket = new WebSocket(`ws://${url.host}/socket`, headers['sec-websocket-protocol']!.split(', '), { origin: url.origin });
  const waiting = new Map<number, (message: string | null) => void>();
  socket.on('error', () => undefined);
  socket.on('message', (data: Buffer) => {
    const { id, reply } = fromWire(data) as { id?: number; reply: { ok: boolean; kind?: string; message?: string } };
    if (id !== undefined) waiting.get(id)?.(reply.ok || reply.kind === 'input' ? null : (reply.message ?? ''));
  });
  socket.on('close', () => {
    for (const answer of waiting.values()) answer('the connection was closed');
  });
  await once(socket, 'open');
  let crashes = 0;
  let id = 0;
  const known = ['name', 'task', '7rkr2t5g', '/nowhere/at/all', dirname(db)];
  for (let done = 0; done < calls && !ended(); done += atOnce)
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        const { method, argument } = anyCall(() => random.float(), known);
        const fault = await new Promise<string | null>((resolve) => {
          waiting.set(++id, resolve);
          socket.send(toWire({ id, method, argument }));
        });
        crashes += Number(fault !== null);
      }),
    );
  const frames = Math.floor(calls / 10);
  for (let done = 0; done < frames && !ended(); done += atOnce)
    await Promise.all(
      Array.from({ length: Math.min(atOnce, frames - done) }, async () => {
        const hole = await upgrading(url, headers);
        const closed = once(hole, 'close');
        const bytes = Uint8Array.from({ length: random.int(1, 60) }, () => random.int(0, 256));
        hole.once('data', () => hole.end(random.float() < 0.5 ? Buffer.from(bytes) : frame(bytes))).resume();
        await closed;
      }),
    );
  crashes += Number(ended());
  child.kill('SIGKILL');
  if (!ended()) await once(child, 'exit');
  return {
    what: 'calls and broken frames to a server',
    times: id + frames,
    kept: null,
    lost: null,
    damaged: Number(look(db).damaged),
    crashes,
  };
}

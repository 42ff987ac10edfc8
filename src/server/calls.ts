/** Calls of pages that come in by WebSocket, and what is sent to the pages. Nothing that a page sends, or does not read, ends the server. */
import { WebSocket } from 'ws';
import { z } from 'zod';
import { largestCall, type Reply } from '../shared/contract/index.ts';
import { fromWire, toWire } from '../shared/wire.ts';
import type { Workbench } from '../workbench/workbench.ts';
import { checkFrame } from './frame.ts';

const Call = z.object({ id: z.int(), method: z.string(), argument: z.unknown().optional() });
type Call = z.infer<typeof Call>;

/** Bytes that may wait for a page that does not read them. */
const maxUnread = 2 ** 26;

/** Answers one page for as long as it is there. */
export function answerCalls(workbench: Workbench, socket: WebSocket): void {
  // Before anything else: a frame that is none is an error of the socket's, which closes it by itself.
  socket.on('error', () => undefined);
  socket.on('message', (data: Buffer) => void answer(workbench, socket, data));
}

async function answer(workbench: Workbench, socket: WebSocket, data: Buffer): Promise<void> {
  const call = callOf(data);
  if (call === null) {
    socket.close(1002, 'not a call');
    return;
  }
  const { id, method, argument } = call;
  const limit = largestCall(method);
  const reply: Reply =
    data.length > limit
      ? { ok: false, kind: 'input', message: `A call of this kind has at most ${limit} bytes, and this one has ${data.length}.` }
      : await workbench.call(method, argument);
  send(socket, encoded(id, reply));
}

function callOf(data: Buffer): Call | null {
  try {
    checkFrame(data);
    return Call.parse(fromWire(data));
  } catch {
    return null;
  }
}

/** An answer that cannot be put into bytes is still answered. */
function encoded(id: number, reply: Reply): Uint8Array {
  try {
    return toWire({ id, reply });
  } catch (error) {
    console.error(error);
    return toWire({ id, reply: { ok: false, kind: 'fault', message: 'The answer could not be sent.' } satisfies Reply });
  }
}

/** A page that does not read what it is sent is let go. */
export function send(socket: WebSocket, message: Uint8Array): void {
  if (socket.readyState !== WebSocket.OPEN) return;
  if (socket.bufferedAmount > maxUnread) socket.terminate();
  else socket.send(message, () => undefined);
}

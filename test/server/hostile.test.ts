/** The server is attacked, with a token and without: it lives, holds no more memory than before, and answers in sentences. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { randomStream } from '../../src/shared/random.ts';
import { fromWire, toWire } from '../../src/shared/wire.ts';
import { anyCall, frame, startVictim, upgrading, type Victim } from './hostile.ts';

let folder: string;
let victim: Victim;
let headers: Record<string, string>;
let page: WebSocket;
let complaints = '';
const waiting = new Map<number, (reply: Reply) => void>();
let next = 1;

type Reply = { ok: true; value: unknown } | { ok: false; kind: string; message: string };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'capscope-hostile-'));
  victim = await startVictim(join(folder, 'capscope.db'));
  victim.child.stderr!.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  ({ headers } = victim);
  page = await open();
  page.on('close', () => {
    for (const answer of waiting.values()) answer({ ok: false, kind: 'closed', message: 'the server closed the connection' });
  });
});
afterAll(() => {
  victim.child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function open(): Promise<WebSocket> {
  const socket = new WebSocket(`ws://${victim.url.host}/socket`, headers['sec-websocket-protocol']!.split(', '), {
    origin: victim.url.origin,
  });
  socket.on('error', () => undefined);
  socket.on('message', (data: Buffer) => {
    const message = fromWire(data) as { id?: number; reply: Reply };
    if (message.id !== undefined) waiting.get(message.id)?.(message.reply);
  });
  await new Promise((resolve) => socket.once('open', resolve));
  return socket;
}

function call(method: string, argument?: unknown): Promise<Reply> {
  const id = next++;
  return new Promise((resolve) => {
    waiting.set(id, (reply) => {
      waiting.delete(id);
      resolve(reply);
    });
    page.send(toWire({ id, method, argument }));
  });
}

async function lives(): Promise<void> {
  expect(await call('app.info')).toMatchObject({ ok: true });
  expect(victim.child.exitCode).toBeNull();
}

describe('connections', () => {
  it('that are refused and then reset, at any moment', async () => {
    for (let i = 0; i < 200; i++) {
      const socket = await upgrading(victim.url, i % 2 === 0 ? {} : headers);
      if (i % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
      socket.resetAndDestroy();
    }
    await lives();
  });

  it('with frames that are none: 2,000 of them', async () => {
    const { float: random } = randomStream(5, 'frames');
    const bytes = (length: number) => Uint8Array.from({ length }, () => Math.floor(random() * 256));
    const call = toWire({ id: 1, method: 'app.info' });
    const kinds = [
      () => frame(call, { first: 0xf2 }),
      () => frame(call, { first: 0x83 + Math.floor(random() * 5) }),
      () => frame(call, { masked: false }),
      () => frame(Uint8Array.of(0xc3, 0x28), { first: 0x81 }),
      () => frame(call, { length: 2 ** 29 }),
      () => frame(call, { length: 2 ** 52 }),
      () => frame(bytes(40)),
      () => frame(call.subarray(0, Math.floor(random() * call.length))),
      () => frame(Uint8Array.of(0xdd, 0x7f, 0xff, 0xff, 0xff)),
      () => frame(Uint8Array.of(0xc9, 0x7f, 0xff, 0xff, 0xff, 1)),
      () => frame(Uint8Array.of(0x81, 0xa1, 0x61, 0xc7, 3, 1, 0, 0, 0)),
      () => frame(new Uint8Array(5000).fill(0x91)),
      () => frame(new Uint8Array(2 ** 19).fill(0x90).fill(0xdd, 0, 1).fill(0, 1, 2).fill(7, 2, 3)),
      () => Buffer.from(bytes(60)),
    ];
    const before = await victim.memory();
    for (let i = 0; i < 2000; i += 50)
      await Promise.all(
        Array.from({ length: 50 }, async (_, j) => {
          const socket = await upgrading(victim.url, headers);
          const ended = new Promise((resolve) => socket.once('close', resolve));
          socket.once('data', () => socket.end(kinds[(i + j) % kinds.length]!())).resume();
          await ended;
        }),
      );
    expect((await victim.memory()) - before).toBeLessThan(2 ** 26);
    await lives();
  });

  it('of a page that reads nothing of what it is sent', async () => {
    const deaf = await open();
    const ended = new Promise((resolve) => deaf.once('close', resolve));
    deaf.pause();
    const big = { key: 'big', value: 'x'.repeat(900_000) };
    expect(await call('app.keepViewState', big)).toMatchObject({ ok: true });
    // A page with the token asks for more than it takes; it is let go before the server holds it all.
    for (let i = 0; i < 200; i++) deaf.send(toWire({ id: 1, method: 'app.viewState', argument: { key: 'big' } }));
    await lives();
    await new Promise((resolve) => setTimeout(resolve, 500));
    deaf.resume();
    await ended;
    await lives();
  });
});

describe('calls', () => {
  it('of a size that their method never has', async () => {
    const large = 'x'.repeat(2 ** 21);
    expect(await call('app.viewState', { key: large })).toMatchObject({
      ok: false,
      kind: 'input',
      message: expect.stringMatching(/at most 1048576 bytes/) as string,
    });
    expect(await call('files.save', { name: 'large.txt', content: large })).toMatchObject({ ok: true });
  });

  it('with view state so deep that no answer could hold it', async () => {
    const deep = (depth: number): unknown => (depth === 0 ? 1 : [deep(depth - 1)]);
    expect(await call('app.keepViewState', { key: 'deep', value: deep(20) })).toMatchObject({
      ok: false,
      kind: 'input',
      message: expect.stringMatching(/Too deep/) as string,
    });
    expect(await call('app.keepViewState', { key: 'deep', value: deep(10) })).toMatchObject({ ok: true });
    expect(await call('app.viewState', { key: 'deep' })).toEqual({ ok: true, value: deep(10) });
  });

  it('of every method, with arguments of every kind: 6,000 of them', async () => {
    const { float: random } = randomStream(7, 'calls');
    const [sample] = ((await call('datasets.list')) as { value: { fingerprint: string }[] }).value;
    const known = [sample!.fingerprint, 'name', 'task', '7rkr2t5g', '/nowhere/at/all', 'view', folder];
    const faults: unknown[] = [];
    let refused = 0;
    const some = async (count: number) => {
      for (let i = 0; i < count; i += 100)
        await Promise.all(
          Array.from({ length: 100 }, async () => {
            const { method, argument } = anyCall(random, known);
            const reply = await call(method, argument);
            if (reply.ok) return;
            refused++;
            if (reply.kind !== 'input' || /\n|\bat \S+:\d+/.test(reply.message)) faults.push(`${method}: ${reply.message.slice(0, 300)}`);
          }),
        );
    };
    await some(2000);
    const before = await victim.memory();
    await some(4000);
    expect(faults.slice(0, 3)).toEqual([]);
    expect(refused).toBeGreaterThan(1500);
    expect((await victim.memory()) - before).toBeLessThan(2 ** 26);
    await lives();
    expect(complaints).toBe('');
  }, 120_000);
});

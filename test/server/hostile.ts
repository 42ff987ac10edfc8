/** What attackers of the server do: raw bytes on its port, frames that are none, and calls with arguments of every kind. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { contract, type MethodName } from '../../src/shared/contract/index.ts';

export interface Victim {
  child: ChildProcess;
  url: URL;
  /** With which a WebSocket is let in. */
  headers: Record<string, string>;
  /** Bytes that the process holds. */
  memory: () => Promise<number>;
}

export async function startVictim(database: string): Promise<Victim> {
  const child = fork(fileURLToPath(new URL('hostile-server.ts', import.meta.url)), [database], {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const next = async <T>() => ((await once(child, 'message')) as [T])[0];
  const url = new URL(await next<string>());
  const { origin } = url;
  const entered = await fetch(`${origin}/enter`, { method: 'POST', headers: { origin, authorization: `Code ${url.hash.split('=')[1]!}` } });
  const headers = { origin, 'sec-websocket-protocol': `capscope, ${await entered.text()}` };
  return {
    child,
    url,
    headers,
    memory: () => {
      child.send('memory');
      return next<number>();
    },
  };
}

/** A connection that has sent an upgrade to a WebSocket. */
export async function upgrading({ port }: URL, headers: Record<string, string>): Promise<Socket> {
  const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
  const lines = Object.entries({
    Host: `127.0.0.1:${port}`,
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': Buffer.from('0123456789abcdef').toString('base64'),
    'Sec-WebSocket-Version': '13',
    ...headers,
  });
  await once(socket, 'connect');
  socket.write(`GET /socket HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
  return socket;
}

/** A frame of a WebSocket, masked with zeros, whose parts can be wrong. */
export function frame(payload: Uint8Array, { first = 0x82, masked = true, length = payload.length } = {}): Buffer {
  const mask = masked ? 0x80 : 0;
  const size =
    length < 126
      ? Buffer.from([mask | length])
      : Buffer.concat([Buffer.from([mask | 127]), Buffer.from(new BigUint64Array([BigInt(length)]).buffer).reverse()]);
  return Buffer.concat([Buffer.from([first]), size, Buffer.alloc(masked ? 4 : 0), payload]);
}

type Random = () => number;
interface Schema {
  type?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  items?: Schema;
}

const methods = Object.keys(contract) as MethodName[];
/** These start a thread, or have the trainers tried, when their argument is good; they are asked less often. */
const slow: ReadonlySet<string> = new Set(['datasets.open', 'datasets.prepare', 'datasets.preview', 'app.measureEngines', 'app.engines']);
const schemas = new Map(
  methods.map((name) => [name, z.toJSONSchema(contract[name].argument, { io: 'input', unrepresentable: 'any' }) as Schema]),
);

/** A method and an argument: of the right form, of nearly the right form, or of none. @param known strings that mean something there. */
export function anyCall(random: Random, known: readonly string[]): { method: string; argument: unknown } {
  const one = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
  const junk: (() => unknown)[] = [
    () => null,
    () => -1,
    () => 1e308,
    () => NaN,
    () => 2 ** 53,
    () => '',
    () => 'x'.repeat(5000),
    () => '/a\0b',
    () => `/${'long/'.repeat(2000)}`,
    () => '\u001b[2J\ud800',
    () => [],
    () => ({}),
    () => ({ a: { b: { c: [] } } }),
    () => nested(Math.floor(random() * 18)),
    () => new Uint8Array(3),
    () => new Float32Array(2),
    () => new Array<number>(300).fill(0),
    () => true,
  ];
  const fill = (schema: Schema): unknown => {
    if (random() < 0.08) return one(junk)();
    if (schema.const !== undefined) return schema.const;
    if (schema.enum) return one(schema.enum);
    if (schema.anyOf) return fill(one(schema.anyOf));
    if (schema.properties)
      return Object.fromEntries(
        Object.entries(schema.properties)
          .filter(() => random() < 0.93)
          .map(([name, value]) => [name, fill(value)]),
      );
    if (schema.items) return Array.from({ length: Math.floor(random() * 3) + 1 }, () => fill(schema.items!));
    if (schema.type === 'string') return one(known);
    if (schema.type === 'integer' || schema.type === 'number') return one([0, 1, 2, 0.5, 3, 1000]);
    if (schema.type === 'boolean') return random() < 0.5;
    return one(junk)();
  };
  let method = one(methods);
  if (slow.has(method) && random() < 0.95) method = one(methods.filter((name) => !slow.has(name)));
  if (random() < 0.01) return { method: one(['toString', '__proto__', '', 'x'.repeat(10_000)]), argument: one(junk)() };
  return { method, argument: random() < 0.1 ? one(junk)() : fill(schemas.get(method)!) };
}

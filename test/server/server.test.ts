/** Browser mode from outside: who is let in, and that calls, events, uploads and downloads get through. */
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { Access } from '../../src/server/access.ts';
import { Files } from '../../src/server/files.ts';
import { startServer, type RunningServer } from '../../src/server/server.ts';
import { fromWire, toWire } from '../../src/shared/wire.ts';

const sample = fileURLToPath(new URL('../../resources/mnist-sample/', import.meta.url));

let folder: string;
let server: RunningServer;
let port: string;
let cookie: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'capscope-server-'));
  server = await startServer({ database: join(folder, 'capscope.db'), host: '127.0.0.1', port: 0 });
  port = new URL(server.url).port;
  const entry = await ask('GET', new URL(server.url).pathname + new URL(server.url).search);
  expect(entry.status).toBe(303);
  cookie = entry.cookie.split(';')[0]!;
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Answered {
  status: number;
  text: string;
  cookie: string;
}

/** Not fetch, which does not let the Host header be chosen. */
function ask(method: string, path: string, headers: Record<string, string> = {}, body?: Uint8Array): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('latin1').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode!, text, cookie: response.headers['set-cookie']?.[0] ?? '' }));
    });
    asked.on('error', reject).end(body);
  });
}

function connect(headers: Record<string, string>): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`, { headers });
    socket.once('open', () => resolve(socket));
    socket.once('error', reject);
  });
}

let next = 1;
function call(socket: WebSocket, method: string, argument?: unknown): Promise<unknown> {
  const id = next++;
  return new Promise((resolve) => {
    const listener = (data: Buffer) => {
      const message = fromWire(data) as { id?: number; reply?: unknown };
      if (message.id !== id) return;
      socket.off('message', listener);
      resolve(message.reply);
    };
    socket.on('message', listener);
    socket.send(toWire({ id, method, argument }));
  });
}

describe('who is let in', () => {
  const origin = () => `http://127.0.0.1:${port}`;
  it('tells the browser to keep the token where scripts and other sites cannot get it', async () => {
    const { cookie: set } = await ask('GET', new URL(server.url).search ? `/${new URL(server.url).search}` : '/');
    expect(set).toMatch(/HttpOnly; SameSite=Strict/);
  });
  it.each([
    ['no token', '/', {}],
    ['a wrong token', `/?token=${'0'.repeat(64)}`, {}],
    ['a wrong cookie', '/', { cookie: 'capscope=1' }],
  ])('refuses %s', async (_, path, headers) => {
    expect((await ask('GET', path, headers)).status).toBe(403);
  });
  it('refuses a name that is not ours, and requests of other sites', async () => {
    expect((await ask('GET', '/', { cookie, host: 'evil.example' })).status).toBe(403);
    expect((await ask('GET', '/', { cookie, origin: 'http://evil.example' })).status).toBe(403);
    expect((await ask('POST', '/upload?batch=x&path=y', { cookie })).status).toBe(403);
  });
  it('lets the page in, and nothing but the page', async () => {
    expect((await ask('GET', '/', { cookie })).status).toBe(200);
    expect((await ask('GET', '/..%2f..%2fpackage.json', { cookie })).status).toBe(404);
  });
  it.each([
    ['without the token', () => ({ origin: origin() })],
    ['from another site', () => ({ cookie, origin: 'http://evil.example' })],
    ['from nowhere', () => ({ cookie })],
  ])('refuses a socket %s', async (_, headers) => {
    await expect(connect(headers())).rejects.toThrow(/403/);
  });
});

it('calls, uploads, reads, sends events and downloads', async () => {
  const origin = `http://127.0.0.1:${port}`;
  const socket = await connect({ cookie, origin });
  expect(await call(socket, 'app.info')).toMatchObject({ ok: true, value: { mode: 'browser' } });
  expect(await call(socket, 'no.such')).toMatchObject({ ok: false });

  const batch = crypto.randomUUID();
  const roots = new Set<string>();
  for (const name of [
    'train-images-idx3-ubyte.gz',
    'train-labels-idx1-ubyte.gz',
    't10k-images-idx3-ubyte.gz',
    't10k-labels-idx1-ubyte.gz',
  ]) {
    const path = encodeURIComponent(`digits/${name}`);
    const { status, text } = await ask('POST', `/upload?batch=${batch}&path=${path}`, { cookie, origin }, readFileSync(join(sample, name)));
    expect(status).toBe(200);
    roots.add((JSON.parse(text) as { root: string }).root);
  }
  expect(roots.size).toBe(1);
  const events: unknown[] = [];
  socket.on('message', (data: Buffer) => events.push(fromWire(data)));
  const opened = await call(socket, 'datasets.open', { task: 't', paths: [...roots] });
  expect(opened).toMatchObject({ ok: true, value: { status: 'opened', dataset: { train: 10_000 } } });
  expect(events).toContainEqual(expect.objectContaining({ event: 'reading' }));

  const { fingerprint } = (opened as { value: { dataset: { fingerprint: string } } }).value.dataset;
  const images = (await call(socket, 'datasets.samples', { fingerprint, count: 2 })) as { value: { pixels: unknown }[] };
  expect(images.value[0]!.pixels).toBeInstanceOf(Uint8Array);

  const saved = (await call(socket, 'files.save', { name: 'table.csv', content: 'a,b\n' })) as { value: { url: string } };
  expect(saved).toMatchObject({ value: { status: 'download', name: 'table.csv' } });
  expect(await ask('GET', saved.value.url, { cookie })).toMatchObject({ status: 200, text: 'a,b\n' });
  expect((await ask('GET', saved.value.url, { cookie })).status).toBe(404);
  socket.close();
});

it('keeps of what other servers have left in the temporary folder what may still be in use', async () => {
  const [old, young] = ['old', 'young'].map(() => mkdtempSync(join(tmpdir(), 'capscope-upload-4194304-'))) as [string, string];
  onTestFinished(() => rmSync(young, { recursive: true }));
  const yesterday = new Date(Date.now() - 86_400_000);
  utimesSync(old, yesterday, yesterday);
  await new Files().sweep();
  expect([existsSync(old), existsSync(young)]).toEqual([false, true]);
});

it('opens its database before it listens, and closes it when it cannot listen', async () => {
  const broken = join(folder, 'broken.db');
  writeFileSync(broken, 'no database');
  const taken = { host: '127.0.0.1', port: Number(port) };
  await expect(startServer({ database: broken, ...taken })).rejects.toThrow(/is not a Capscope database/);
  const database = join(folder, 'other.db');
  await expect(startServer({ database, ...taken })).rejects.toThrow(`port ${port} is in use`);
  // What a database that is closed does not have.
  expect(existsSync(`${database}-wal`)).toBe(false);
});

it('says that a path is none, rather than that something has failed', async () => {
  expect((await ask('GET', '//', { cookie })).status).toBe(404);
  expect((await ask('GET', '//evil.example/', { cookie })).status).toBe(404);
});

it('goes by its names in capitals, and on port 80 without the port', () => {
  const asks = (port: number, host: string) => new Access(['localhost', '[::1]'], port).isOurHost({ headers: { host } });
  expect(['localhost:8080', 'LocalHost:8080', '[::1]:8080'].map((host) => asks(8080, host))).toEqual([true, true, true]);
  expect(['localhost', 'LOCALHOST:80', '[::1]'].map((host) => asks(80, host))).toEqual([true, true, true]);
  expect([asks(8080, 'localhost'), asks(80, 'localhost:8080'), asks(80, 'evil.example')]).toEqual([false, false, false]);
  const origin = { headers: { host: 'LocalHost:80', origin: 'http://localhost' } };
  expect(new Access(['localhost'], 80).isOurOrigin(origin, true)).toBe(true);
});

it('names files as the person at the page knows them, not by where they lie on the server', async () => {
  const origin = `http://127.0.0.1:${port}`;
  const socket = await connect({ cookie, origin });
  const upload = async (path: string, content: Uint8Array) => {
    const url = `/upload?batch=${crypto.randomUUID()}&path=${encodeURIComponent(path)}`;
    return (JSON.parse((await ask('POST', url, { cookie, origin }, content)).text) as { root: string }).root;
  };
  const run = await upload('mine.capscope', Buffer.from('no run'));
  expect(await call(socket, 'runs.import', { paths: [run] })).toMatchObject({
    value: [{ problem: expect.stringMatching(/^mine\.capscope is not an exported run/) as string }],
  });
  for (const [name, content] of [
    ['table.csv', 'a,b\n1,2\n'],
    ['digits.npz', 'no archive'],
    ['pictures/cat/1.png', 'no image'],
  ] as const) {
    const opened = await call(socket, 'datasets.open', { task: name, paths: [await upload(name, Buffer.from(content))] });
    expect(opened).toMatchObject({ ok: true, value: { status: 'failed' } });
    expect(JSON.stringify(opened)).toContain(name.split('/')[0]);
    expect(JSON.stringify(opened)).not.toContain('capscope-upload');
  }
  socket.close();
});

it.each(['../x', '/etc/passwd', 'a//b', 'a/../../b', 'C:\\x', '', 'x'.repeat(300), 'a/'.repeat(500) + 'b'])(
  'refuses to keep an upload as "%s"',
  async (path) => {
    const url = `/upload?batch=${crypto.randomUUID()}&path=${encodeURIComponent(path)}`;
    expect((await ask('POST', url, { cookie, origin: `http://127.0.0.1:${port}` }, new Uint8Array(1))).status).toBe(400);
  },
);

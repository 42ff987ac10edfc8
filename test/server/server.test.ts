/** Browser mode from outside: who is let in, and that calls, events, uploads and downloads get through. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { Access } from '../../src/server/access.ts';
import { Files } from '../../src/server/files.ts';
import { startServer, type RunningServer } from '../../src/server/server.ts';
import { fromWire, toWire } from '../../src/shared/wire.ts';

const sample = fileURLToPath(new URL('../../resources/mnist-sample/', import.meta.url));

let folder: string;
let server: RunningServer;
let port: string;
let token: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'capscope-server-'));
  server = await startServer({ database: join(folder, 'capscope.db'), host: '127.0.0.1', port: 0 });
  const link = new URL(server.link());
  ({ port } = link);
  const entry = await enter(codeOf(link.href));
  expect(entry.status).toBe(200);
  token = entry.text;
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Answered {
  status: number;
  text: string;
  cookies: string[];
}

/** Not fetch, which does not let the Host header be chosen. */
function ask(method: string, path: string, headers: Record<string, string> = {}, body?: Uint8Array): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('latin1').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode!, text, cookies: response.headers['set-cookie'] ?? [] }));
    });
    asked.on('error', reject).end(body);
  });
}

const ownOrigin = () => `http://127.0.0.1:${port}`;
const codeOf = (link: string) => new URL(link).hash.replace('#enter=', '');
const enter = (code: string) => ask('POST', '/enter', { origin: ownOrigin(), authorization: `Code ${code}` });
/** What a page sends. */
const asPage = () => ({ origin: ownOrigin(), authorization: `Bearer ${token}` });

function connect(protocols: string[], origin: string | null): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`, protocols, origin === null ? {} : { origin });
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
  it('exchanges a code once, and only while it is young', async () => {
    const code = codeOf(server.link());
    expect(await enter(code)).toMatchObject({ status: 200, text: token, cookies: [] });
    expect(await enter(code)).toMatchObject({
      status: 403,
      text: expect.stringMatching(/used already, or is more than 5 minutes/) as string,
    });
    expect((await enter('')).status).toBe(403);
    expect((await enter('0'.repeat(64))).status).toBe(403);
    const access = new Access(['localhost'], 80);
    const exchange = (code: string) => access.exchange({ headers: { authorization: `Code ${code}` } });
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const [early, late] = [access.newCode(), access.newCode()];
    vi.advanceTimersByTime(299_000);
    expect(exchange(early)).toMatch(/^[0-9a-f]{64}$/);
    vi.advanceTimersByTime(2000);
    expect(exchange(late)).toBeNull();
  });
  it('exchanges none for another site', async () => {
    const code = codeOf(server.link());
    const authorization = `Code ${code}`;
    expect((await ask('POST', '/enter', { authorization, origin: 'http://evil.example' })).status).toBe(403);
    expect((await ask('POST', '/enter', { authorization })).status).toBe(403);
    expect((await enter(code)).status).toBe(200);
  });
  it('tells a page whether its token is still the one', async () => {
    const asks = async (authorization: string) => (await ask('GET', '/enter', { authorization })).status;
    expect([await asks(`Bearer ${token}`), await asks(`Bearer ${'0'.repeat(64)}`), await asks(`Code ${token}`)]).toEqual([200, 403, 403]);
  });
  it('refuses a name that is not ours, and requests of other sites', async () => {
    expect((await ask('GET', '/', { host: 'evil.example' })).status).toBe(403);
    expect((await ask('GET', '/', { origin: 'http://evil.example' })).status).toBe(403);
    const upload = `/upload?batch=${'a'.repeat(32)}&path=y`;
    const { authorization } = asPage();
    const refused: Record<string, string>[] = [
      { authorization },
      { authorization, origin: 'http://evil.example' },
      { origin: ownOrigin() },
      { cookie: token },
    ];
    for (const headers of refused) expect((await ask('POST', upload, headers, new Uint8Array(1))).status).toBe(403);
  });
  it('gives the pages to everybody, with nothing secret in them, and nothing but the pages', async () => {
    const page = await ask('GET', '/');
    expect(page).toMatchObject({ status: 200, cookies: [] });
    expect(page.text).not.toContain(token);
    expect((await ask('GET', '/..%2f..%2fpackage.json')).status).toBe(404);
  });
  it.each([
    ['without the token', () => [['capscope'], ownOrigin()]],
    ['with a wrong token', () => [['capscope', '0'.repeat(64)], ownOrigin()]],
    ['from another site', () => [['capscope', token], 'http://evil.example']],
    ['from nowhere', () => [['capscope', token], null]],
  ] as [string, () => [string[], string | null]][])('refuses a socket %s', async (_, asked) => {
    await expect(connect(...asked())).rejects.toThrow(/403/);
  });
  it('sends the token nowhere else', async () => {
    const socket = await connect(['capscope', token], ownOrigin());
    expect(socket.protocol).toBe('capscope');
    expect(JSON.stringify(await call(socket, 'app.info'))).not.toContain(token);
    socket.close();
  });
});

it('reads from the folders that it is given, and what pages send, and nothing else', async () => {
  const root = join(folder, 'root');
  mkdirSync(root);
  writeFileSync(join(root, 'table.csv'), 'a,b\n1,2\n');
  writeFileSync(join(folder, 'secret.csv'), 'a,b\n1,2\n');
  symlinkSync(join(folder, 'secret.csv'), join(root, 'link.csv'));
  const limited = await startServer({ database: join(folder, 'limited.db'), host: '127.0.0.1', port: 0, dataRoots: [root] });
  onTestFinished(() => limited.close());
  const { origin, port: ofLimited } = new URL(limited.link());
  const asked = await fetch(`${origin}/enter`, { method: 'POST', headers: { origin, authorization: `Code ${codeOf(limited.link())}` } });
  const key = await asked.text();
  const socket = new WebSocket(`ws://127.0.0.1:${ofLimited}/socket`, ['capscope', key], { origin });
  await new Promise((resolve) => socket.once('open', resolve));
  const open = (path: string) => call(socket, 'datasets.open', { task: path.slice(-20), paths: [path] });
  const refused = { ok: false, kind: 'input', message: expect.stringMatching(/not in a folder that this server reads from/) as string };
  // Let through to the reader, which finds no images in it.
  expect(await open(join(root, 'table.csv'))).toMatchObject({ ok: true, value: { status: 'failed' } });
  for (const path of [join(folder, 'secret.csv'), join(root, '..', 'secret.csv'), join(root, 'link.csv'), `${root}-2`, '/nowhere'])
    expect(await open(path), path).toMatchObject(refused);
  expect(await call(socket, 'runs.import', { task: 'import', paths: [join(folder, 'secret.csv')] })).toMatchObject(refused);
  const url = `${origin}/upload?batch=${'b'.repeat(32)}&path=table.csv`;
  const sent = await fetch(url, { method: 'POST', headers: { origin, authorization: `Bearer ${key}` }, body: 'a,b\n1,2\n' });
  expect(await open(((await sent.json()) as { root: string }).root)).toMatchObject({ ok: true, value: { status: 'failed' } });
  socket.close();
});

it('calls, uploads, reads, sends events and downloads', async () => {
  const socket = await connect(['capscope', token], ownOrigin());
  expect(await call(socket, 'app.info')).toMatchObject({ ok: true, value: { mode: 'browser' } });
  expect(await call(socket, 'no.such')).toMatchObject({ ok: false });

  const batch = randomUUID().replaceAll('-', '');
  const roots = new Set<string>();
  for (const name of [
    'train-images-idx3-ubyte.gz',
    'train-labels-idx1-ubyte.gz',
    't10k-images-idx3-ubyte.gz',
    't10k-labels-idx1-ubyte.gz',
  ]) {
    const path = encodeURIComponent(`digits/${name}`);
    const { status, text } = await ask('POST', `/upload?batch=${batch}&path=${path}`, asPage(), readFileSync(join(sample, name)));
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
  expect(await ask('GET', saved.value.url)).toMatchObject({ status: 200, text: 'a,b\n' });
  expect((await ask('GET', saved.value.url)).status).toBe(404);
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
  expect((await ask('GET', '//')).status).toBe(404);
  expect((await ask('GET', '//evil.example/')).status).toBe(404);
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
  const socket = await connect(['capscope', token], ownOrigin());
  const upload = async (path: string, content: Uint8Array) => {
    const url = `/upload?batch=${randomUUID().replaceAll('-', '')}&path=${encodeURIComponent(path)}`;
    return (JSON.parse((await ask('POST', url, asPage(), content)).text) as { root: string }).root;
  };
  const run = await upload('mine.capscope', Buffer.from('no run'));
  expect(await call(socket, 'runs.import', { task: 'import', paths: [run] })).toMatchObject({
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

it('names what was sent as the person knows it: a folder, and a folder with a table beside it', async () => {
  const socket = await connect(['capscope', token], ownOrigin());
  const batch = randomUUID().replaceAll('-', '');
  let root = '';
  for (const [i, path] of ['cat/1.png', 'cat/2.png', 'dog/1.png', 'dog/2.png'].entries()) {
    const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: { r: 60 * i, g: 0, b: 0 } } }).png().toBuffer(); // prettier-ignore
    const sent = await ask('POST', `/upload?batch=${batch}&path=${encodeURIComponent(`photos/${path}`)}`, asPage(), png);
    root = (JSON.parse(sent.text) as { root: string }).root;
  }
  const opened = await call(socket, 'datasets.open', { task: 'photos', paths: [root] });
  const { dataset } = (opened as { value: { dataset: { fingerprint: string; preparation: unknown } } }).value;
  expect(dataset).toMatchObject({ name: 'photos', source: 'photos' });
  const preview = await call(socket, 'datasets.preview', { fingerprint: dataset.fingerprint, preparation: dataset.preparation, seed: 1 });
  expect(preview).toMatchObject({ ok: true, value: { ok: true, notes: expect.arrayContaining([expect.stringContaining('photos')]) as string[] } }); // prettier-ignore
  expect(JSON.stringify([opened, preview])).not.toContain('capscope-upload');
  const rows = ['0', '1', '1', '0'].map((label) => `${label},${'7,'.repeat(15)}7`).join('\n');
  const beside = await ask('POST', `/upload?batch=${batch}&path=digits.csv`, asPage(), Buffer.from(rows));
  const both = await call(socket, 'datasets.open', { task: 'both', paths: [root, (JSON.parse(beside.text) as { root: string }).root] });
  expect(both).toMatchObject({ value: { status: 'partial', name: 'photos, digits', problems: [{ file: 'digits.csv' }] } });
  expect(JSON.stringify(both)).not.toContain(batch);
  socket.close();
});

it.each(['../x', '/etc/passwd', 'a//b', 'a/../../b', 'C:\\x', '', 'x'.repeat(300), 'a/'.repeat(500) + 'b'])(
  'refuses to keep an upload as "%s"',
  async (path) => {
    const url = `/upload?batch=${randomUUID().replaceAll('-', '')}&path=${encodeURIComponent(path)}`;
    expect((await ask('POST', url, asPage(), new Uint8Array(1))).status).toBe(400);
  },
);

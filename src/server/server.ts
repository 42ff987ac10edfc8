/** Browser mode: the workbench behind a web server, for machines without a screen. Same pages, same contract, over a WebSocket. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { largestMessage, type QueueState } from '../shared/contract/index.ts';
import { InputError } from '../shared/input-error.ts';
import { toWire } from '../shared/wire.ts';
import { clusters } from '../scale/clusters.ts';
import type { Host } from '../workbench/host.ts';
import { folders, here, reportPage, startTrainer as startTrainerProcess } from '../workbench/node-host.ts';
import { inTheme, readPage } from '../workbench/pages.ts';
import { Workbench } from '../workbench/workbench.ts';
import { Access, linkMinutes } from './access.ts';
import { answerCalls, send } from './calls.ts';
import { Files, isWithin } from './files.ts';

const pages = here('out/renderer');

export interface ServerOptions {
  database: string;
  /** Address to listen on. */
  host: string;
  /** 0: any that is free. */
  port: number;
  /** Folders of this machine that data sets and runs may be read from, besides what pages send; null: wherever its user may read. */
  dataRoots?: readonly string[] | null;
  startTrainer?: Host['startTrainer'];
}

export interface RunningServer {
  /** A new address each time: it lets one browser in, once, within a few minutes. */
  link: () => string;
  close: () => Promise<void>;
}

/** Throws an InputError when the database cannot be opened or the port is taken. */
export async function startServer({
  database,
  host,
  port,
  dataRoots = null,
  startTrainer = startTrainerProcess,
}: ServerOptions): Promise<RunningServer> {
  const files = new Files();
  let fault: string | null = null;
  /** At the terminal, where it may be seen before any page is. */
  const tellFault = (now: string | null): void => {
    if (now !== fault) console.error(now ?? 'Goes on.');
    fault = now;
  };
  // Of what a page names as subprotocols the second is the token, which is not sent back.
  const sockets = new WebSocketServer({ noServer: true, maxPayload: largestMessage, handleProtocols: () => 'capscope' });
  const workbench = new Workbench({
    mode: 'browser',
    database,
    ...folders(),
    reportPage,
    background: new URL('../workbench/background/thread.ts', import.meta.url),
    importer: new URL('../workbench/imports/importer.ts', import.meta.url),
    reader: new URL('../workbench/datasets/reader.ts', import.meta.url),
    named: (text) => files.named(text),
    mayRead: (path) => dataRoots === null || files.isSent(path) || dataRoots.some((root) => isWithin(path, root)),
    startTrainer,
    emit: (event, payload) => {
      if (event === 'queue') tellFault((payload as QueueState).fault);
      const message = toWire({ event, payload });
      for (const socket of sockets.clients) send(socket, message);
    },
    save: (name, content) => Promise.resolve(files.offer(name, content)),
    // The page asks the browser instead.
    pick: () => Promise.resolve(null),
    reveal: () => undefined,
    clusters: (context) => clusters(context, new URL('../scale/thread.ts', import.meta.url)),
  });
  sockets.on('connection', (socket: WebSocket) => answerCalls(workbench, socket));
  const server = createServer();
  // Before anything else that happens to it: a connection may be reset at any moment, also while it is refused.
  server.on('connection', (socket) => socket.on('error', () => undefined));
  // However long a large file takes that is sent.
  server.requestTimeout = 0;
  let actualPort: number;
  try {
    actualPort = await listen(server, host, port);
  } catch (error) {
    await workbench.close();
    throw error;
  }
  const access = new Access(namesOf(host), actualPort);
  server.on('request', (request, response) => {
    respond(request, response, { access, files, workbench }).catch((error: unknown) => {
      // Whoever went away in the middle hears of nothing.
      if (response.destroyed) return;
      const input = error instanceof InputError;
      if (!input) console.error(error);
      refuse(response, input ? 400 : 500, input ? error.message : 'This failed on the server; its terminal says why.');
    });
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const allowed = access.isOurHost(request) && access.isOurOrigin(request, true) && access.hasToken(request) && request.url === '/socket';
    if (allowed) sockets.handleUpgrade(request, socket, head, (open) => sockets.emit('connection', open, request));
    else socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
  });
  await Promise.all([workbench.prepare(), files.sweep()]);
  return {
    link: () => `http://${inUrl(host)}:${actualPort}/#enter=${access.newCode()}`,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      server.close();
      server.closeAllConnections();
      try {
        await workbench.close();
      } finally {
        files.close();
      }
    },
  };
}

/** Names under which pages may ask for this server. One that listens on every address goes by all of the machine's. */
function namesOf(host: string): string[] {
  const everywhere = host === '0.0.0.0' || host === '::';
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return [host, 'localhost', '127.0.0.1', ...(everywhere ? [hostname(), ...addresses.map(({ address }) => address)] : [])].map(inUrl);
}

const inUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new InputError(
          error.code === 'EADDRINUSE'
            ? `port ${port} is in use; choose another with --port, or leave it out`
            : `cannot listen on ${host}:${port}: ${error.message}`,
        ),
      ),
    );
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

const another = 'Enter in the terminal in which Capscope runs, or the signal USR2, prints a new one.';
const usedUp = `This address has been used already, or is more than ${linkMinutes} minutes old. ${another}`;
const noKey = `Open the address that Capscope prints in its terminal: it lets one browser in, once. ${another}`;

interface Served {
  access: Access;
  files: Files;
  workbench: Workbench;
}

async function respond(request: IncomingMessage, response: ServerResponse, { access, files, workbench }: Served): Promise<void> {
  if (!access.isOurHost(request) || !access.isOurOrigin(request, request.method !== 'GET')) {
    refuse(response, 403, 'This address is not the one that Capscope serves.');
    return;
  }
  const url = addressOf(request);
  if (url === null) {
    refuse(response, 404, 'There is no such page.');
    return;
  }
  const { method } = request;
  if (url.pathname === '/enter') {
    enter(request, response, access);
    return;
  }
  if (method === 'POST' && url.pathname === '/upload') {
    if (!access.hasToken(request)) {
      refuse(response, 403, noKey);
      return;
    }
    const path = await files.upload(url.searchParams.get('batch') ?? '', url.searchParams.get('path') ?? '', request);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ root: path }));
    return;
  }
  // Its address is a secret of its own, good for once: the browser, which fetches it, sends no header of ours.
  const download = method === 'GET' ? files.take(url.pathname.replace(/^\/download\//, '')) : undefined;
  if (download) {
    const disposition = `attachment; filename*=UTF-8''${encodeURIComponent(download.name.toWellFormed())}`;
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-disposition': disposition }).end(download.content);
    return;
  }
  const page = method === 'GET' ? await readPage(pages, url.pathname) : null;
  if (page) response.writeHead(200, page.headers).end((url.pathname === '/' ? inTheme(page, workbench.settings.theme) : page).body);
  else refuse(response, 404, 'There is no such page.');
}

/** POST: exchanges a code for the token. GET: whether the token is the one. */
function enter(request: IncomingMessage, response: ServerResponse, access: Access): void {
  const token = request.method === 'POST' ? access.exchange(request) : access.hasToken(request) ? '' : null;
  if (token === null) refuse(response, 403, request.method === 'POST' ? usedUp : noKey);
  else
    response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }).end(token);
}

/** Null for what is no path on this server, such as "//". */
const addressOf = ({ url = '/' }: IncomingMessage): URL | null => (/^\/(?!\/)/.test(url) ? URL.parse(url, 'http://capscope') : null);

function refuse(response: ServerResponse, status: number, message: string): void {
  if (!response.headersSent)
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' });
  response.end(message);
}

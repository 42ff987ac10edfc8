/** Debian's Chromium without a window, driven over the DevTools protocol, and the server that stands in for custom schemes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

const flags = [
  '--headless',
  '--no-sandbox',
  // WebGPU only where a test wants it, and then on SwiftShader.
  process.env.STAND_IN_WEBGPU ? '--enable-unsafe-webgpu' : '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--no-startup-window',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--remote-debugging-port=0',
];

/** Resolves with the program and the address that its DevTools listen at. */
export async function startChromium(profile) {
  const program = process.env.STAND_IN_CHROMIUM ?? '/usr/bin/chromium';
  const chromium = spawn(program, [...flags, `--user-data-dir=${profile}`], { stdio: ['ignore', 'ignore', 'pipe'] });
  for await (const line of createInterface({ input: chromium.stderr })) {
    const address = /^DevTools listening on (ws:.*)$/.exec(line)?.[1];
    if (!address) continue;
    chromium.stderr.resume();
    return { chromium, address, line };
  }
  throw new Error(`${program} ended before it listened`);
}

/** One connection for the browser and all pages. `on` holds a listener per session; '' is the browser's own. */
export async function connectDevTools(address) {
  const socket = new WebSocket(address);
  const waiting = new Map();
  const on = new Map();
  let id = 0;
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (!message.id) {
      on.get(message.sessionId ?? '')?.(message);
      return;
    }
    const { resolve, reject } = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error) reject(new Error(message.error.message));
    else resolve(message.result);
  };
  const send = (method, params = {}, sessionId = undefined) => {
    const answer = Promise.withResolvers();
    waiting.set(++id, answer);
    socket.send(JSON.stringify({ id, method, params, sessionId }));
    return answer.promise;
  };
  await once(socket, 'open');
  return { send, on };
}

/** Chromium knows nothing of app://: <scheme>://<host>/x is asked for as http://<host>.<scheme>.localhost:<port>/x. */
export class Schemes {
  #handlers = new Map();
  #port = 0;

  get protocol() {
    return {
      registerSchemesAsPrivileged: () => undefined,
      handle: (scheme, handler) => void this.#handlers.set(scheme, handler),
    };
  }

  async listen() {
    const server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.writeHead(404).end());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.#port = server.address().port;
  }

  urlOf(url) {
    const { protocol, host, pathname, search, hash } = new URL(url);
    return `http://${host}.${protocol.slice(0, -1)}.localhost:${this.#port}${pathname}${search}${hash}`;
  }

  async #answer({ headers, url, method }, response) {
    const [, host, scheme] = /^(.*)\.([a-z][a-z0-9+-]*)\.localhost/.exec(headers.host);
    const answer = await this.#handlers.get(scheme)(new Request(`${scheme}://${host}${url}`, { method }));
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()));
  }
}

/**
 * Who may talk to the server of browser mode: whoever has the token, from a page of this server. The Host header is
 * checked because a page elsewhere can have its name resolved to this machine (DNS rebinding), the Origin because a
 * browser sends cookies along with requests that other sites make.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export class Access {
  readonly token = randomBytes(32).toString('hex');
  readonly #hosts: ReadonlySet<string>;
  readonly #cookie: string;

  /** @param names host names and addresses that are ours. */
  constructor(names: readonly string[], port: number) {
    // Browsers leave the port of HTTP out, and names of hosts are the same in capitals.
    this.#hosts = new Set(names.map((name) => (port === 80 ? name : `${name}:${port}`).toLowerCase()));
    // Cookies do not tell ports apart; two workbenches on one machine need two names.
    this.#cookie = `capscope-${port}`;
  }

  /** Header with which the browser is told to remember the token. */
  get setCookie(): string {
    return `${this.#cookie}=${this.token}; HttpOnly; SameSite=Strict; Path=/`;
  }

  isOurHost({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
    return headers.host !== undefined && this.#hosts.has(headers.host.toLowerCase().replace(/:80$/, ''));
  }

  /** @param required requests that change something must say where they come from. */
  isOurOrigin({ headers }: Pick<IncomingMessage, 'headers'>, required: boolean): boolean {
    if (headers.origin === undefined) return !required;
    return headers.origin.toLowerCase() === `http://${headers.host ?? ''}`.toLowerCase().replace(/:80$/, '');
  }

  hasToken({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
    const cookies = (headers.cookie ?? '').split(';').map((cookie) => cookie.trim().split('='));
    return cookies.some(([name, value = '']) => name === this.#cookie && this.isToken(value));
  }

  isToken(value: string): boolean {
    const given = Buffer.from(value);
    const expected = Buffer.from(this.token);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
}

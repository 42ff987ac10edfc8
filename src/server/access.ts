/**
 * Who may talk to the server of browser mode: whoever has the token, from a page of this server. Addresses that are printed or
 * opened hold a code instead, which is exchanged for the token once: an address is seen in histories, lists of processes and over
 * shoulders. The Host header is checked because a page elsewhere can have its name resolved to this machine (DNS rebinding), the
 * Origin because other sites can send requests here too; no cookie goes with theirs, for there is none.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

type Headers = Pick<IncomingMessage, 'headers'>;

/** For which an address with a code is good. */
export const linkMinutes = 5;

export class Access {
  readonly #token = randomBytes(32).toString('hex');
  readonly #hosts: ReadonlySet<string>;
  /** When each code that has not been used dies. */
  readonly #codes = new Map<string, number>();

  /** @param names host names and addresses that are ours. */
  constructor(names: readonly string[], port: number) {
    // Browsers leave the port of HTTP out, and names of hosts are the same in capitals.
    this.#hosts = new Set(names.map((name) => (port === 80 ? name : `${name}:${port}`).toLowerCase()));
  }

  /** A new code, good for one exchange. */
  newCode(): string {
    this.#forgetDead();
    const code = randomBytes(32).toString('hex');
    this.#codes.set(code, Date.now() + linkMinutes * 60_000);
    return code;
  }

  /** The token for the code that comes as `Authorization: Code …`; null when it has been used, is too old, or was never one. */
  exchange({ headers }: Headers): string | null {
    this.#forgetDead();
    const code = /^Code (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
    return this.#codes.delete(code) ? this.#token : null;
  }

  isOurHost({ headers }: Headers): boolean {
    return headers.host !== undefined && this.#hosts.has(headers.host.toLowerCase().replace(/:80$/, ''));
  }

  /** @param required requests that change something must say where they come from. */
  isOurOrigin({ headers }: Headers, required: boolean): boolean {
    if (headers.origin === undefined) return !required;
    return headers.origin.toLowerCase() === `http://${headers.host ?? ''}`.toLowerCase().replace(/:80$/, '');
  }

  /** As `Authorization: Bearer …`; with a WebSocket, whose headers a page cannot choose, as the second of its subprotocols. */
  hasToken({ headers }: Headers): boolean {
    const [, ofSocket = ''] = (headers['sec-websocket-protocol'] ?? '').split(/\s*,\s*/);
    const bearer = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
    return this.#isToken(bearer) || this.#isToken(ofSocket);
  }

  #isToken(value: string): boolean {
    const given = Buffer.from(value);
    const expected = Buffer.from(this.#token);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  #forgetDead(): void {
    for (const [code, dies] of this.#codes) if (dies <= Date.now()) this.#codes.delete(code);
  }
}

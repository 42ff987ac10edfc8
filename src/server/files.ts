/** Files between the browser and the server: uploads go to a temporary folder, what is saved waits to be fetched once. */
import { randomUUID } from 'node:crypto';
import { createWriteStream, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Saved } from '../shared/contract/index.ts';
import { InputError } from '../shared/input-error.ts';

/** Milliseconds until a file that nobody fetches is forgotten. */
const fetchWithin = 60_000;

/** Files that are sent together share a folder of this name: a UUID. */
const batchPattern = /^[0-9a-f-]{36}$/;

const temporary = realpathSync(tmpdir());
const prefix = 'capscope-upload-';
const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
const uploaded = new RegExp(`${escaped(join(temporary, prefix))}[^\\\\/]+[\\\\/][0-9a-f-]{36}[\\\\/]`, 'g');

export class Files {
  #uploads: string | null = null;
  readonly #downloads = new Map<string, { name: string; content: Uint8Array }>();

  /** Answers the path of the topmost file or folder that this one belongs to. Throws an InputError when the name is not a plain one. */
  async upload(batch: string, path: string, content: Readable): Promise<string> {
    const parts = path.split('/');
    const plain = (part: string) => part !== '' && part !== '.' && part !== '..' && !/[\\\0:]/.test(part);
    if (!batchPattern.test(batch) || !parts.every(plain)) throw new InputError(`${path} is not a name under which a file can be sent`);
    this.#uploads ??= mkdtempSync(join(temporary, prefix));
    const folder = join(this.#uploads, batch);
    const file = join(folder, ...parts);
    await mkdir(dirname(file), { recursive: true });
    await pipeline(content, createWriteStream(file));
    return join(folder, parts[0]!);
  }

  /**
   * A text with uploaded files and folders as the person at the page knows them: without the folder that they lie in here, or
   * lay in with an earlier server.
   */
  named(text: string): string {
    return text.replaceAll(uploaded, '');
  }

  offer(name: string, content: Uint8Array): Saved {
    const id = randomUUID();
    this.#downloads.set(id, { name, content });
    setTimeout(() => this.#downloads.delete(id), fetchWithin).unref();
    return { status: 'download', url: `/download/${id}`, name };
  }

  take(id: string): { name: string; content: Uint8Array } | undefined {
    const download = this.#downloads.get(id);
    this.#downloads.delete(id);
    return download;
  }

  close(): void {
    if (this.#uploads !== null) rmSync(this.#uploads, { recursive: true, force: true });
  }
}

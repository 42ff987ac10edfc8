/** Files between the browser and the server: uploads go to a temporary folder, what is saved waits to be fetched once. */
import { randomUUID } from 'node:crypto';
import { createWriteStream, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { lstat, mkdir, readdir, rm, statfs } from 'node:fs/promises';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import type { Saved } from '../shared/contract/index.ts';
import { InputError } from '../shared/input-error.ts';
import { isRunning } from '../store/process.ts';

/** Milliseconds until a file that nobody fetches is forgotten. */
const fetchWithin = 60_000;

/** Files that are sent together share a folder of this name. */
const batchPattern = /^[0-9a-f]{32}$/;

const temporary = realpathSync(tmpdir());
const prefix = 'capscope-upload-';
const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
const uploaded = new RegExp(`${escaped(join(temporary, prefix))}[^\\\\/]+[\\\\/][0-9a-f-]{32,36}[\\\\/]`, 'g');

/** Bytes that wait to be fetched. */
const maxOffered = 2 ** 28;

/** Bytes on the disk that are left to everything else. */
const spared = 2 ** 28;
/** Files that are kept at a time, bytes of a path and folders in it. */
const maxUploads = 500_000;
const maxPathBytes = 2000;
const maxDepth = 64;

/** Milliseconds after which what another process has left counts as left behind. */
const oldAfter = 3_600_000;

const noRoom = (path: string) => new InputError(`${path} does not fit on the disk of the server`);

/** Passes on so many bytes, and fails at the next. */
function atMost(bytes: number, path: string): Transform {
  let left = bytes;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      left -= chunk.length;
      if (left < 0) done(noRoom(path));
      else done(null, chunk);
    },
  });
}

/** Whether a file or folder lies in that folder, wherever links on the way to it lead. */
export function isWithin(path: string, folder: string): boolean {
  try {
    const [inner, outer] = [realpathSync(path), realpathSync(folder)];
    return inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep);
  } catch {
    return false;
  }
}

export class Files {
  #uploads: string | null = null;
  #count = 0;
  readonly #downloads = new Map<string, { name: string; content: Uint8Array }>();

  /** Answers the path of the topmost file or folder that this one belongs to. Throws an InputError when the name is not a plain one. */
  async upload(batch: string, path: string, content: Readable): Promise<string> {
    const parts = path.split('/');
    const plain = (part: string) => part !== '' && part !== '.' && part !== '..' && !/[\\\0:]/.test(part);
    if (!batchPattern.test(batch) || !parts.every(plain)) throw new InputError(`${path} is not a name under which a file can be sent`);
    if (Buffer.byteLength(path) > maxPathBytes || parts.length > maxDepth)
      throw new InputError(`the name of a file that is sent is too long`);
    if (++this.#count > maxUploads) throw new InputError(`more than ${maxUploads} files were sent; start the server anew`);
    let file: string | null = null;
    try {
      this.#uploads ??= mkdtempSync(join(temporary, `${prefix}${process.pid}-`));
      const folder = join(this.#uploads, batch);
      file = join(folder, ...parts);
      await mkdir(dirname(file), { recursive: true });
      const { bavail, bsize } = await statfs(folder);
      await pipeline(content, atMost(bavail * bsize - spared, path), createWriteStream(file));
    } catch (error) {
      if (file !== null) await rm(file, { force: true, recursive: true }).catch(() => undefined);
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOSPC' || code === 'EDQUOT') throw noRoom(path);
      if (code === 'ENAMETOOLONG' || code === 'EISDIR' || code === 'ENOTDIR' || code === 'EEXIST')
        throw new InputError(`${path} is not a name under which a file can be sent`, { cause: error });
      throw error;
    }
    return join(this.#uploads, batch, parts[0]!);
  }

  /** Removes what servers that died have left, where nobody uses it any more. */
  async sweep(): Promise<void> {
    for (const name of await readdir(temporary).catch(() => [])) {
      if (!name.startsWith(prefix)) continue;
      const pid = Number(/^(\d+)-/.exec(name.slice(prefix.length))?.[1]);
      const folder = join(temporary, name);
      const found = await lstat(folder).catch(() => null);
      if (!found?.isDirectory() || (process.getuid !== undefined && found.uid !== process.getuid())) continue;
      if (Date.now() - found.mtimeMs < oldAfter || (pid > 0 && isRunning(pid))) continue;
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
  }

  /**
   * A text with uploaded files and folders as the person at the page knows them: without the folder that they lie in here, or
   * lay in with an earlier server.
   */
  named(text: string): string {
    return text.replaceAll(uploaded, '');
  }

  /** Whether it was sent to this server by a page. */
  isSent(path: string): boolean {
    return this.#uploads !== null && isWithin(path, this.#uploads);
  }

  offer(name: string, content: Uint8Array): Saved {
    const id = randomUUID();
    this.#downloads.set(id, { name, content });
    let bytes = 0;
    // Those that were offered last stay.
    for (const [known, download] of [...this.#downloads].reverse())
      if ((bytes += download.content.length) > maxOffered && known !== id) this.#downloads.delete(known);
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

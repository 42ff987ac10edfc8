/**
 * The files of runs, beside the database: runs/<run id>/…
 * A file is complete before it gets its name, and a file that no row of the database names is rubbish.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { InputError } from '../shared/input-error.ts';
import { readWhole, writeDurably } from './disk.ts';

export type FileKind = 'weights' | 'checkpoint' | 'activity';

export interface StoredFile {
  kind: FileKind;
  /** Relative to the folder of the database, with forward slashes. */
  path: string;
  bytes: number;
  /** Hex. */
  sha256: string;
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export class RunFiles {
  readonly #root: string;

  /** @param root Folder of the database. */
  constructor(root: string) {
    this.#root = root;
  }

  path(file: Pick<StoredFile, 'path'>): string {
    return join(this.#root, ...file.path.split('/'));
  }

  /** A checkpoint gets a new name every time, so that the one it replaces stays valid until the database says otherwise. */
  write(run: string, kind: FileKind, bytes: Uint8Array): StoredFile {
    const name = kind === 'checkpoint' ? `checkpoint-${randomBytes(4).toString('hex')}` : kind;
    const file = { kind, path: `runs/${run}/${name}.safetensors`, bytes: bytes.length, sha256: sha256(bytes) };
    writeDurably(this.path(file), bytes);
    return file;
  }

  /** Throws an InputError when the file is gone or no longer what was written. */
  read(file: StoredFile): Uint8Array {
    const path = this.path(file);
    const bytes = readWhole(path);
    if (bytes.length !== file.bytes || sha256(bytes) !== file.sha256)
      throw new InputError(`${path} is not the file that was stored: its SHA-256 differs from the database's`);
    return bytes;
  }

  remove(file: StoredFile): void {
    rmSync(this.path(file), { force: true });
  }

  /** Removes what a process that died left in a run's folder: every file but these. */
  sweep(run: string, keep: readonly StoredFile[]): void {
    const folder = join(this.#root, 'runs', run);
    const names = new Set(keep.map((file) => basename(file.path)));
    let found: string[];
    try {
      found = readdirSync(folder);
    } catch {
      return;
    }
    for (const name of found) if (!names.has(name)) rmSync(join(folder, name), { force: true, recursive: true });
  }
  /** Removes a run's folder. */
  removeAll(run: string): void {
    rmSync(join(this.#root, 'runs', run), { force: true, recursive: true });
  }
}

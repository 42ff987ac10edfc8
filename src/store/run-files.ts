/**
 * The files of runs, beside the database: runs/<run id>/…
 * A file is complete before it gets its name, and a file that no row of the database names is rubbish.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { InputError } from '../shared/input-error.ts';
import { readWhole, writeDurably } from './disk.ts';
import type { Sql } from './sql.ts';

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
  readonly #sql: Sql;
  readonly #root: string;

  /** @param root Folder of the database. */
  constructor(sql: Sql, root: string) {
    this.#sql = sql;
    this.#root = root;
  }

  of(run: string): StoredFile[] {
    return this.#sql.all<StoredFile>('SELECT kind, path, bytes, sha256 FROM files WHERE run = @run ORDER BY kind', { run });
  }

  find(run: string, kind: FileKind): StoredFile | null {
    return this.of(run).find((file) => file.kind === kind) ?? null;
  }

  /** Writes the files, then records them together with whatever `record` does, then removes the files they replace. */
  replace(run: string, contents: Partial<Record<FileKind, Uint8Array | null>>, record: () => void): void {
    const old = this.of(run).filter(({ kind }) => kind in contents);
    const written: StoredFile[] = [];
    try {
      for (const [kind, bytes] of Object.entries(contents)) if (bytes) written.push(this.write(run, kind as FileKind, bytes));
      this.#sql.atomically(() => {
        record();
        for (const { kind } of old) this.#sql.run('DELETE FROM files WHERE run = @run AND kind = @kind', { run, kind });
        for (const file of written) this.add(run, file);
      });
    } catch (error) {
      for (const file of written) this.remove(file);
      throw error;
    }
    for (const file of old) if (!written.some(({ path }) => path === file.path)) this.remove(file);
  }

  /** Records a file that has been written. */
  add(run: string, file: StoredFile): void {
    this.#sql.run('INSERT INTO files (run, kind, path, bytes, sha256) VALUES (@run, @kind, @path, @bytes, @sha256)', { run, ...file });
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

  /** Removes what a process that died left in a run's folder. */
  sweep(run: string): void {
    const folder = join(this.#root, 'runs', run);
    const names = new Set(this.of(run).map((file) => basename(file.path)));
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

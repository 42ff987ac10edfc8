/** A file system of a few megabytes that a test can fill and free, and another program that holds a database. */
import Database from 'better-sqlite3';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, rmdirSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lack } from './needs.ts';

export interface SmallDisk {
  folder: string;
  /** Takes all that is left. */
  fill: () => void;
  /** Gives it back. */
  free: () => void;
  remove: () => void;
}

export function mountSmallDisk(megabytes = 6): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'capscope-small-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'capscope-test', folder], { stdio: 'pipe' });
  const filler = join(folder, 'filler');
  return {
    folder,
    fill: () => {
      const file = openSync(filler, 'a');
      try {
        // Ever smaller pieces: the last page counts, too.
        for (let size = 2 ** 20; size >= 2 ** 12; size /= 2) writeUntilFull(file, size);
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(filler, { force: true }),
    remove: () => {
      execFileSync('umount', ['-l', folder]);
      rmdirSync(folder);
    },
  };
}

function writeUntilFull(file: number, size: number): void {
  const bytes = Buffer.alloc(size, 1);
  try {
    for (;;) if (writeSync(file, bytes) < size) return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

/** Mounting takes Linux and its administrator, as in a container. */
function whatLacks(): Lack {
  if (process.platform !== 'linux') return 'Small file systems are mounted on Linux only.';
  if (process.getuid?.() !== 0) return 'Only root may mount a small file system; a full disk is imitated in test/workbench/faults.test.ts.';
  try {
    mountSmallDisk(1).remove();
    return null;
  } catch {
    return 'This container may not mount a small file system; a full disk is imitated in test/workbench/faults.test.ts.';
  }
}
export const lackOfSmallDisk = whatLacks();

/** Writes to a database, from a connection of its own, until the function that it answers is called. */
export function holdDatabase(path: string): () => void {
  const database = new Database(path);
  database.exec('BEGIN IMMEDIATE');
  return () => {
    database.exec('ROLLBACK');
    database.close();
  };
}

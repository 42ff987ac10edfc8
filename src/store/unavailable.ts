/**
 * Faults that pass: the disk is full, another program holds the database, the disk is gone. What was to be written can be written
 * later, so whoever trains waits rather than giving up what it has.
 */
import { readFileSync, statSync } from 'node:fs';
import { InputError } from '../shared/input-error.ts';

export class Unavailable extends InputError {
  override name = 'Unavailable';
  /** What is the matter, without a full stop: "the disk is full". */
  readonly fault: string;

  constructor(fault: string, cause: unknown, message = `${fault}; nothing was changed`) {
    super(message, { cause });
    this.fault = fault;
  }
}

const full = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL']);
const gone = /^(EIO|EROFS|ENODEV|ENXIO|ESTALE|EFBIG|SQLITE_(IOERR|CANTOPEN|READONLY)(_\w+)?)$/;

/** What the error says about the place where everything is kept; null for one that will not pass. @param database for its locks. */
export function faultOf(error: unknown, database: string | null = null): string | null {
  const { code, message } = error as { code?: unknown; message?: string };
  if (typeof code !== 'string') return null;
  if (full.has(code)) return 'the disk is full';
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return `${(database && holderOfLock(database)) ?? 'another program'} holds the database`;
  return gone.test(code) ? `the disk cannot be written (${message ?? code})` : null;
}

/** "process 12 (sqlite3)", as far as the system says who it is that writes to the database. */
function holderOfLock(database: string): string | null {
  try {
    const locks = readFileSync('/proc/locks', 'latin1').split('\n');
    // In its write-ahead log one byte of the shared memory stands for the right to write; without one, the file is locked itself.
    for (const file of [`${database}-shm`, database]) {
      const { ino } = statSync(file);
      for (const line of locks) {
        const [, , , kind, pid, place, start] = line.trim().split(/\s+/);
        if (kind !== 'WRITE' || place?.split(':')[2] !== String(ino) || Number(pid) === process.pid) continue;
        if (file.endsWith('-shm') && start !== writeLockByte) continue;
        return `process ${pid!} (${readFileSync(`/proc/${pid!}/comm`, 'utf8').trim()})`;
      }
    }
  } catch {
    // Not Linux, or gone by now.
  }
  return null;
}

const writeLockByte = '120';

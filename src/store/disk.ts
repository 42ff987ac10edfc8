/** Whole files, read and written. Both throw an InputError that names the file when the system says no. */
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { InputError } from '../shared/input-error.ts';
import { reasonOf } from '../shared/system-error.ts';
import { faultOf, Unavailable } from './unavailable.ts';

/** Systems write at most 2 GiB at a time. */
const writeAtOnce = 2 ** 30;

/** Reading from a pipe waits for somebody to write, for ever; those of a shell, which are under /dev, are written to. */
const ofShell = /^\/(dev|proc)\//;

/** Throws an InputError for a folder, a pipe or a device, and the system's error where there is nothing. */
export function mustBeFile(path: string): void {
  const stat = statSync(path);
  if (stat.isFile() || (!stat.isDirectory() && ofShell.test(path))) return;
  const what = stat.isDirectory() ? 'a folder' : stat.isFIFO() ? 'a named pipe' : stat.isSocket() ? 'a socket' : 'a device';
  throw new InputError(`${path} is ${what}; expected a file`);
}

/** @param most bytes that it may have. */
export function readWhole(path: string, most = Infinity): Uint8Array {
  try {
    mustBeFile(path);
    if (most < Infinity && statSync(path).size > most) throw new InputError(`${path} is too large: expected at most ${most} bytes`);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`cannot read ${path}: ${reasonOf(error, 'read')}`, { cause: error });
  }
}

/**
 * Writes a file so that it is there whole or not at all, even if the power fails: the bytes go to a temporary name, the
 * system puts them on the disk, and only then the file gets its name. Creates folders as needed.
 * @param content in one piece or in several that follow one another.
 */
export function writeDurably(path: string, content: Uint8Array | readonly Uint8Array[]): void {
  const temporary = temporaryName(path);
  try {
    mkdirSync(dirname(path), { recursive: true });
    write(temporary, content instanceof Uint8Array ? [content] : content);
    nameDurably(temporary, path);
  } catch (error) {
    if (existsSync(temporary)) rmSync(temporary);
    const fault = faultOf(error);
    if (fault !== null) throw new Unavailable(fault, error, `cannot write ${path}: ${fault}`);
    throw new InputError(`cannot write ${path}: ${reasonOf(error, 'write')}`, { cause: error });
  }
}

/** Of a file that is still being written and will have this name. */
export const temporaryName = (path: string): string => `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;

/** Gives a file that has been written its name, once the system has put its bytes on the disk. */
export function nameDurably(temporary: string, path: string): void {
  const file = openSync(temporary, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  syncFolder(dirname(path));
}

function write(path: string, parts: readonly Uint8Array[]): void {
  const file = openSync(path, 'wx');
  try {
    for (const bytes of parts)
      for (let offset = 0; offset < bytes.length;) offset += writeSync(file, bytes, offset, Math.min(bytes.length - offset, writeAtOnce));
  } finally {
    closeSync(file);
  }
}

/** Makes a rename survive a power failure. Windows has no such call and does not need it. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

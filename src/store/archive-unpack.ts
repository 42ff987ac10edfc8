/** The entries of a run's file, unpacked into memory. What the file declares is held against limits before, and it is held to it. */
import { statSync } from 'node:fs';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { InputError } from '../shared/input-error.ts';
import { entryName, fileKinds, manifestName, maxManifestBytes } from './archive-format.ts';

/** Of the file, and of what it unpacks to. */
const maxBytes = 2 ** 30;
/** What is the same thousands of times over packs to a thousandth; epochs differ, even a dead network's. What is small may pack as it likes. */
const maxRatio = 500;
const freeBytes = 2 ** 20;
/** A run's has three. Others may be there, and are left alone. */
const maxEntries = 1000;

const names = [manifestName, ...fileKinds.map(entryName)];

/** Only the three expected entries are unpacked, and never under a name from the archive. */
export async function unpack(path: string): Promise<Map<string, Uint8Array>> {
  let zip: ZipFile;
  try {
    if (statSync(path).size > maxBytes) throw new InputError(`${path} is too large: expected at most ${maxBytes} bytes`);
    zip = await openPromise(path, { autoClose: false, validateEntrySizes: true });
  } catch (error) {
    throw asInput(path, error);
  }
  try {
    const entries: Entry[] = [];
    if (zip.entryCount > maxEntries) throw new InputError(`${path} is not an exported run: it has ${zip.entryCount} entries`);
    for await (const entry of zip.eachEntry()) if (names.includes(entry.fileName)) entries.push(entry);
    check(path, entries);
    const contents = new Map<string, Uint8Array>();
    for (const entry of entries) contents.set(entry.fileName, await read(zip, entry));
    return contents;
  } catch (error) {
    throw asInput(path, error);
  } finally {
    zip.close();
  }
}

function check(path: string, entries: Entry[]): void {
  for (const name of names)
    if (entries.filter(({ fileName }) => fileName === name).length > 1) throw new InputError(`${path} holds ${name} more than once`);
  if (entries.reduce((total, { uncompressedSize }) => total + uncompressedSize, 0) > maxBytes)
    throw new InputError(`${path} unpacks to more than ${maxBytes} bytes, too many for a run`);
  for (const { fileName, compressedSize, uncompressedSize } of entries) {
    if (fileName === manifestName && uncompressedSize > maxManifestBytes)
      throw new InputError(`${path}: ${manifestName} unpacks to more than ${maxManifestBytes} bytes, too many for a run`);
    if (uncompressedSize > freeBytes && uncompressedSize > maxRatio * compressedSize)
      throw new InputError(`${path}: ${fileName} unpacks to more than ${maxRatio} times its size, which no exported run does`);
  }
}

/** yauzl ends a stream with an error as soon as it has more or less bytes than its entry declares. */
async function read(zip: ZipFile, entry: Entry): Promise<Uint8Array> {
  const bytes = new Uint8Array(entry.uncompressedSize);
  let done = 0;
  for await (const chunk of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
    bytes.set(chunk, done);
    done += chunk.length;
  }
  return bytes;
}

function asInput(path: string, error: unknown): InputError {
  if (error instanceof InputError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const problem = code?.startsWith('E') ? `cannot read ${path}: ${message}` : `${path} is not an exported run: ${message}`;
  return new InputError(problem, { cause: error });
}

/**
 * The directory of a ZIP archive, entry by entry. yauzl finds it and knows what its fields mean; going through it with yauzl makes a chain of
 * promises and callbacks, which is garbage that outlives collections: 100 MB and more of it where there are hundreds of thousands of entries.
 */
import { Entry, parseExtraFields, type ExtraField, type ZipFile } from 'yauzl';
import type { ArchiveBytes } from './archive-bytes.ts';

const signature = 0x02014b50;
/** Of an entry without its name and what follows it. */
export const headerBytes = 46;
const strongEncryption = 0x40;
/** Of what stands in a field of 64 bits instead, in this order. */
const wide = ['uncompressedSize', 'compressedSize', 'relativeOffsetOfLocalHeader'] as const;
const wideField = 1;
const isElsewhere = 0xffffffff;

/** The next entry is the same object again. Throws an Error that says what is wrong. */
export function* entriesIn(zip: ZipFile, archive: ArchiveBytes): Generator<Entry> {
  const entry = new Entry();
  let cursor = Number(zip.readEntryCursor);
  let { entryCount } = zip;
  for (let read = 0; ; read++) {
    // macOS counts them modulo 65,536: where another entry follows the last, there are more. Where the count is merely wrong, what
    // stands behind the true last is no entry, and the archive is refused.
    if (read === entryCount) {
      const next = bytesAt(archive, cursor, 4);
      if (next.length < 4 || next.readUInt32LE() !== signature) return;
      entryCount += 2 ** 16;
    }
    const header = bytesAt(archive, cursor, headerBytes);
    if (header.length < headerBytes) throw new Error('unexpected end of file');
    fill(entry, header);
    const rest = entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
    const texts = bytesAt(archive, cursor + headerBytes, rest);
    if (texts.length < rest) throw new Error('unexpected end of file');
    cursor += headerBytes + rest;
    entry.fileNameRaw = texts.subarray(0, entry.fileNameLength);
    entry.extraFields = extraFieldsIn(texts.subarray(entry.fileNameLength, entry.fileNameLength + entry.extraFieldLength));
    widen(entry);
    checkStored(entry);
    yield entry;
  }
}

function bytesAt(archive: ArchiveBytes, offset: number, length: number): Buffer {
  const { buffer, byteOffset, byteLength } = archive.at(offset, length);
  return Buffer.from(buffer, byteOffset, byteLength);
}

function fill(entry: Entry, header: Buffer): void {
  const found = header.readUInt32LE(0);
  if (found !== signature) throw new Error(`invalid central directory file header signature: 0x${found.toString(16)}`);
  entry.generalPurposeBitFlag = header.readUInt16LE(8);
  if (entry.generalPurposeBitFlag & strongEncryption) throw new Error('strong encryption is not supported');
  entry.compressionMethod = header.readUInt16LE(10);
  entry.crc32 = header.readUInt32LE(16);
  entry.compressedSize = header.readUInt32LE(20);
  entry.uncompressedSize = header.readUInt32LE(24);
  entry.fileNameLength = header.readUInt16LE(28);
  entry.extraFieldLength = header.readUInt16LE(30);
  entry.fileCommentLength = header.readUInt16LE(32);
  entry.externalFileAttributes = header.readUInt32LE(38);
  entry.relativeOffsetOfLocalHeader = header.readUInt32LE(42);
}

const none: ExtraField[] = [];
const extraFieldsIn = (bytes: Buffer): ExtraField[] => (bytes.length > 0 ? parseExtraFields(bytes) : none);

/** What does not fit into 32 bits. */
function widen(entry: Entry): void {
  const data = entry.extraFields.find(({ id }) => id === wideField)?.data;
  if (!data) return;
  let at = 0;
  for (const field of wide) {
    if (entry[field] !== isElsewhere) continue;
    if (at + 8 > data.length) throw new Error(`zip64 extended information extra field does not include ${field}`);
    entry[field] = Number(data.readBigUInt64LE(at));
    at += 8;
  }
}

/** What is not compressed has one size; encryption puts 12 bytes in front. */
function checkStored(entry: Entry): void {
  if (entry.compressionMethod !== 0) return;
  const { compressedSize, uncompressedSize } = entry;
  if (compressedSize !== uncompressedSize + (entry.isEncrypted() ? 12 : 0))
    throw new Error(`compressed/uncompressed size mismatch for stored file: ${compressedSize} != ${uncompressedSize}`);
}

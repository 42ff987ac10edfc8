/** Held against yauzl, which goes through a directory by itself too. */
import { expect, it } from 'vitest';
import { fromBufferPromise, fromRandomAccessReaderPromise, type Entry } from 'yauzl';
import { ArchiveBytes } from './archive-bytes.ts';
import { entriesIn } from './zip-directory.ts';

interface Written {
  name: string;
  method?: number;
  flags?: number;
  packed: number;
  size: number;
  offset?: number;
  extra?: Buffer;
  comment?: string;
}

function central({ name, method = 8, flags = 0x800, packed, size, offset = 0, extra = Buffer.alloc(0), comment = '' }: Written): Buffer {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50);
  header.writeUInt16LE(flags, 8);
  header.writeUInt16LE(method, 10);
  header.writeUInt32LE(0xfedcba98, 16);
  header.writeUInt32LE(packed, 20);
  header.writeUInt32LE(size, 24);
  header.writeUInt16LE(Buffer.byteLength(name), 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt16LE(Buffer.byteLength(comment), 32);
  header.writeUInt32LE(0o100644 * 2 ** 16, 38);
  header.writeUInt32LE(offset, 42);
  return Buffer.concat([header, Buffer.from(name), extra, Buffer.from(comment)]);
}

function archiveOf(entries: readonly Written[]): Buffer {
  const directory = Buffer.concat(entries.map(central));
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  return Buffer.concat([directory, end]);
}

function field(id: number, values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 + 8 * values.length);
  bytes.writeUInt16LE(id);
  bytes.writeUInt16LE(8 * values.length, 2);
  for (const [i, value] of values.entries()) bytes.writeBigUInt64LE(BigInt(value), 4 + 8 * i);
  return bytes;
}

const none = 0xffffffff;
const told = (entry: Entry) => [
  entry.fileNameRaw.toString(),
  entry.generalPurposeBitFlag,
  entry.compressionMethod,
  entry.crc32,
  entry.compressedSize,
  entry.uncompressedSize,
  entry.externalFileAttributes,
  entry.relativeOffsetOfLocalHeader,
  entry.extraFields.map(({ id, data }) => [id, data.toString('hex')]),
];

const options = { decodeStrings: false, autoClose: false } as const;

async function ours(bytes: Buffer): Promise<unknown[]> {
  const archive = new ArchiveBytes(bytes);
  const zip = await fromRandomAccessReaderPromise(archive, bytes.length, options);
  return Array.from(entriesIn(zip, archive), told);
}

async function theirs(bytes: Buffer): Promise<unknown[]> {
  const entries: unknown[] = [];
  for await (const entry of (await fromBufferPromise(bytes, options)).eachEntry()) entries.push(told(entry));
  return entries;
}

it('says of every entry what yauzl says', async () => {
  const bytes = archiveOf([
    { name: 'a/é.png', packed: 10, size: 20, comment: 'so' },
    { name: 'stored', method: 0, packed: 7, size: 7, offset: 4_000_000_000 },
    { name: 'encrypted', method: 0, flags: 1, packed: 19, size: 7 },
    { name: 'large', packed: 2 ** 31, size: none, offset: none, extra: Buffer.concat([field(0x5455, [1]), field(1, [2 ** 33, 2 ** 34])]) },
    { name: 'larger', packed: none, size: none, offset: 5, extra: field(1, [2 ** 40, 2 ** 33]) },
    { name: '', packed: 0, size: 0 },
  ]);
  const read = await ours(bytes);
  expect(read).toHaveLength(6);
  expect(read).toEqual(await theirs(bytes));
});

it.each<[string, Written]>([
  ['compressed/uncompressed size mismatch for stored file: 7 != 8', { name: 'a', method: 0, packed: 7, size: 8 }],
  ['strong encryption is not supported', { name: 'a', flags: 0x41, packed: 7, size: 8 }],
  ['extra field length exceeds extra field buffer size', { name: 'a', packed: 7, size: 8, extra: Buffer.from([1, 0, 8, 0, 1]) }],
  ['zip64 extended information extra field does not include', { name: 'a', packed: 7, size: none, extra: field(1, []) }],
])('refuses with "%s" what yauzl refuses', async (message, entry) => {
  const bytes = archiveOf([entry]);
  await expect(theirs(bytes)).rejects.toThrow(message);
  await expect(ours(bytes)).rejects.toThrow(message);
});

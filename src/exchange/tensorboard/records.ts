/** Event files are TFRecords: length, its checksum, bytes, their checksum. */
import { crc32c } from '../../datasets/formats/records/crc32c.ts';

/** Checksums of checksums would be weak, so they are turned and shifted; TFRecord's documentation calls that masking. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282_ead8) >>> 0;
}

const HEAD = 12;
const TAIL = 4;

export function record(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(HEAD + bytes.length + TAIL);
  const view = new DataView(result.buffer);
  view.setBigUint64(0, BigInt(bytes.length), true);
  view.setUint32(8, masked(result.subarray(0, 8)), true);
  result.set(bytes, HEAD);
  view.setUint32(HEAD + bytes.length, masked(bytes), true);
  return result;
}

/** The records of a file, up to one that is cut off, as the last one may be, or damaged. */
export function* recordsIn(file: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  for (let at = 0; at + HEAD + TAIL <= file.length;) {
    const length = Number(view.getBigUint64(at, true));
    if (view.getUint32(at + 8, true) !== masked(file.subarray(at, at + 8)) || at + HEAD + length + TAIL > file.length) return;
    const bytes = file.subarray(at + HEAD, at + HEAD + length);
    if (view.getUint32(at + HEAD + length, true) !== masked(bytes)) return;
    yield bytes;
    at += HEAD + length + TAIL;
  }
}

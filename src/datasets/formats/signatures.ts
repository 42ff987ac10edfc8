/** What a file is by its first bytes, and what is known of those that are not read. */
import { isTar, isZip } from '../sources/archive.ts';
import { compressionOf, type Compression } from '../sources/compressed.ts';
import { isUtf8, utf16 } from '../text.ts';
import type { Kind } from './reader.ts';

/** A kind that is known and not read. */
export interface Unread {
  /** With its article. */
  what: string;
  /** What to do, as the end of a sentence. */
  instead: string;
}

export interface Signature {
  kind: Kind;
  compression?: Compression;
  unread?: Unread;
  /** A ZIP that is no archive to a person: NumPy's NPZ, what PyTorch saves. */
  bundle?: true;
}

const convert = 'convert it to PNG or JPEG';
const unpack = 'unpack it first, or pack it as ZIP';

/** @param head the first bytes, decompressed where that is gzip. @param name of the file, which is asked only where bytes do not tell. */
export function signatureOf(head: Uint8Array, name: string): Signature {
  const compression = compressionOf(head);
  if (compression) return { kind: 'unknown', compression };
  const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1');
  const kind = kindOf(head, text);
  const unread = kind === 'unknown' || kind === 'text' || kind === 'zip' ? unreadOf(text, name) : undefined;
  if (unread) return { kind: 'unknown', unread };
  return kind === 'zip' && isBundle(head, text) ? { kind, bundle: true } : { kind };
}

/* eslint-disable no-control-regex */
function kindOf(head: Uint8Array, text: string): Kind {
  const at = (offset: number, bytes: string) => text.startsWith(bytes, offset);
  if (at(0, '\x93NUMPY')) return 'npy';
  if (at(0, '\x89HDF\r\n\x1a\n') || at(512, '\x89HDF\r\n\x1a\n')) return 'hdf5';
  if (isImage(head, text)) return 'image';
  if (isZip(head)) return 'zip';
  if (isTar(head)) return 'tar';
  if (at(0, '7z\xbc\xaf\x27\x1c') || (/^\x5d\0\0[\0-\xff]{2}[\0-\xff]{8}/.test(text.slice(0, 13)) && isLzma(head))) return 'archive';
  if (at(0, 'MATLAB') && (at(126, 'IM') || at(126, 'MI'))) return 'mat5';
  if (/^[\x51-\x56]\x4c\x3d\x1e/.test(text)) return 'norb';
  if (/^\0\0[\x08\x09\x0b-\x0e][\x01-\x04]/.test(text)) return 'idx';
  if (/^\x80[\x02-\x05]/.test(text)) return 'pickle';
  if (at(0, 'PAR1')) return 'parquet';
  if (at(0, 'ARROW1\0\0') || /^\xff\xff\xff\xff[\0-\xff]{2}[\0-\x0f]\0\x10\0\0\0/.test(text)) return 'arrow';
  if (isSafetensors(head)) return 'safetensors';
  if (isRecord(head)) return 'tfrecord';
  if (!isText(head)) return 'unknown';
  return /^(?:\xef\xbb\xbf)?\s*[[{]/.test(text) ? 'json' : 'text';
}

function isImage(head: Uint8Array, text: string): boolean {
  const at = (offset: number, bytes: string) => text.startsWith(bytes, offset);
  return (
    at(0, '\x89PNG\r\n\x1a\n') ||
    at(0, '\xff\xd8\xff') ||
    at(0, 'GIF8') ||
    /^(?:II[*+]\0|MM\0[*+])/.test(text) ||
    (at(0, 'RIFF') && at(8, 'WEBP')) ||
    /^[\0-\xff]{4}ftypavi[fs]/.test(text) ||
    at(0, '\0\0\0\x0cjP  \r\n\x87\n') ||
    at(0, '\xff\x4f\xff\x51') ||
    /^P[1-6]\s+(?:#.*\s+)*\d+\s/.test(text) ||
    at(128, 'DICM') ||
    isBmp(head)
  );
}

function unreadOf(text: string, name: string): Unread | undefined {
  const at = (offset: number, bytes: string) => text.startsWith(bytes, offset);
  if (/\.(?:zip|7z|tar|gz|tgz)\.\d{2,3}$|\.z\d\d$|\.part\d+\.rar$/i.test(name))
    return { what: 'a part of an archive that was split', instead: 'join the parts to one archive first' };
  if (/^\s*<(?:!doctype html|html)/i.test(text)) return { what: 'a web page', instead: 'the download has failed: get the file again' };
  if (/^\s*(?:<\?xml[^>]*>\s*)?<Error>/i.test(text))
    return { what: "a server's message of an error", instead: 'the download has failed: get the file again' };
  if (at(0, 'version https://git-lfs.github.com/spec/'))
    return { what: 'a pointer of Git LFS', instead: 'the file itself is not here: get it with "git lfs pull"' };
  if (at(0, 'Rar!\x1a\x07')) return { what: 'a RAR archive', instead: unpack };
  if (/^[\0-\xff]{4}ftyp(?:hei[cmsx]|hev[cmx]|mif1|msf1)/.test(text)) return { what: 'an HEIC image', instead: convert };
  if (at(0, '\xff\x0a') || at(0, '\0\0\0\x0cJXL \r\n\x87\n')) return { what: 'a JPEG XL image', instead: convert };
  if (/^(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)?<svg\b/i.test(text)) return { what: 'an SVG drawing', instead: convert };
  if (/\.tga$/i.test(name)) return { what: 'a TGA image', instead: convert };
  if (at(0, '\x76\x2f\x31\x01')) return { what: 'an OpenEXR image', instead: convert };
  if (at(0, '8BPS')) return { what: 'a Photoshop image', instead: convert };
  if (at(0, '\x1aE\xdf\xa3') || /^[\0-\xff]{4}ftyp(?:isom|mp4|qt|avc|M4V)/.test(text) || (at(0, 'RIFF') && at(8, 'AVI ')))
    return { what: 'a video', instead: 'save its frames as images' };
  if (at(0, 'SQLite format 3\0')) return { what: 'an SQLite database', instead: 'export its images as files' };
  if (at(16, '\xde\xc0\xef\xbe'))
    return { what: 'an LMDB database', instead: 'export its images as files, or as TFRecord, Parquet or NumPy' };
  if (/\.xlsx$/i.test(name) && at(0, 'PK')) return { what: 'an Excel workbook', instead: 'save it as CSV' };
  if (at(0, '\xd0\xcf\x11\xe0')) return { what: 'a file of an old Office program', instead: 'save it as CSV' };
  if (/^(?:\0{2}\x01\0|\x5c\x01\0\0|\x6e\x2b[12]\0)/.test(text) && /\.nii$/i.test(name))
    return { what: 'a NIfTI volume', instead: 'save its slices as images or as NumPy arrays' };
  // Level 4: its first number tells how and of what its first variable is, another two how large that is.
  if (
    /^(?:[\0-\x34]\0\0\0|\0\0[\x03\x04][\0-\xff])[\0-\xff]{8}(?:[\0\x01]\0\0\0[\x01-\x40]\0\0\0|\0\0\0[\0\x01]\0\0\0[\x01-\x40])/.test(
      text,
    ) &&
    /\.mat$/i.test(name)
  )
    return { what: 'a file of MATLAB 4', instead: 'save it anew in MATLAB with -v7, or as NPY' };
  if (at(344, 'n+1\0') || at(344, 'ni1\0')) return { what: 'a NIfTI volume', instead: 'save its slices as images or as NumPy arrays' };
  return undefined;
}
/* eslint-enable no-control-regex */

/** By the name of its first entry. */
function isBundle(head: Uint8Array, text: string): boolean {
  const name = head.length > 30 ? text.slice(30, 30 + new DataView(head.buffer, head.byteOffset).getUint16(26, true)) : '';
  return /(?:^|\/)data\.pkl$|\.npy$/.test(name);
}

/** "BM" alone could begin a text; the size of the second header tells. */
function isBmp(head: Uint8Array): boolean {
  if (head[0] !== 0x42 || head[1] !== 0x4d || head.length < 26) return false;
  return [12, 40, 52, 56, 64, 108, 124].includes(new DataView(head.buffer, head.byteOffset).getUint32(14, true));
}

/** The old format of LZMA, of which only archives are read: its size is unknown, or that of something real. */
function isLzma(head: Uint8Array): boolean {
  if (head.length < 13) return false;
  const view = new DataView(head.buffer, head.byteOffset);
  const dictionary = view.getUint32(1, true);
  const size = view.getBigUint64(5, true);
  return dictionary >= 2 ** 12 && (dictionary & (dictionary - 1)) === 0 && (size === 2n ** 64n - 1n || size < 2n ** 40n);
}

/** The length of a header in JSON, and the header. */
function isSafetensors(head: Uint8Array): boolean {
  if (head.length < 16 || head[8] !== 0x7b) return false;
  const size = new DataView(head.buffer, head.byteOffset).getBigUint64(0, true);
  return size > 1n && size < 100_000_000n && /^\{\s*"/.test(Buffer.from(head.subarray(8, 24)).toString('latin1'));
}

/** A length, its checksum, and an Example of TensorFlow, which is one message in another. */
function isRecord(head: Uint8Array): boolean {
  if (head.length < 16) return false;
  const size = new DataView(head.buffer, head.byteOffset).getBigUint64(0, true);
  return size > 2n && size < 2n ** 31n && head[12] === 0x0a;
}

function isText(head: Uint8Array): boolean {
  if (head.length === 0) return false;
  if (utf16(head)) return true;
  if (head.some((byte) => byte <= 0x08 || (byte >= 0x0e && byte <= 0x1f))) return false;
  if (isUtf8(head)) return true;
  // Another encoding has few letters beyond ASCII, and lines.
  const others = head.filter((byte) => byte >= 0x7f).length;
  return others < 0.2 * head.length && head.includes(0x0a);
}

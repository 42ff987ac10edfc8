/** Text in the encodings that spreadsheets write. */

/** UTF-16 where a mark says so, else UTF-8; without the mark. */
export function decodeText(bytes: Uint8Array): string {
  const encoding = utf16(bytes);
  return new TextDecoder(encoding ?? 'utf-8').decode(bytes).replace(/^\uFEFF/, '');
}

export function utf16(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined;
}

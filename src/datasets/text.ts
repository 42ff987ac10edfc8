/** Text in the encodings that spreadsheets write. */

/** UTF-16 where a mark says so, else UTF-8, or what is none as Western Windows has it; without the mark. */
export function decodeText(bytes: Uint8Array): string {
  const text = new TextDecoder(utf16(bytes) ?? 'utf-8').decode(bytes);
  const isOther = text.includes('\uFFFD') && !utf16(bytes) && !isUtf8(bytes);
  return (isOther ? new TextDecoder('windows-1252').decode(bytes) : text).replace(/^\uFEFF/, '');
}

/** Whether it is, as far as the last character, which may be cut. */
export function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

export function utf16(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined;
}

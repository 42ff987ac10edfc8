/** Names of runs, studies and charts as names of files. */

/** Of the 255 bytes that file systems give a name, so many are left to what a caller adds. */
const LONGEST = 180;
/** Devices, which Windows opens in place of a file of that name, whatever its extension. */
const devices = /^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;

/** A name as every file system takes it: letters, digits and plain signs, on one line, neither hidden nor too long. An extension stays. */
export function fileName(name: string): string {
  const safe = name
    .normalize()
    .replaceAll(/[^\p{L}\p{M}\p{N}.,=+() _-]+/gu, '-')
    .replaceAll(/^[.\s-]+|[.\s-]+$/g, '');
  return shortened(safe).replace(devices, '$1-') || 'capscope';
}

function shortened(name: string): string {
  const bytes = new TextEncoder().encode(name);
  if (bytes.length <= LONGEST) return name;
  const [extension = ''] = /\.[a-z]{1,12}$/.exec(name) ?? [];
  const stem = new TextDecoder().decode(bytes.subarray(0, LONGEST - extension.length));
  // A letter that is cut through becomes U+FFFD.
  return stem.replace(/[\ufffd.\s-]+$/, '') + extension;
}

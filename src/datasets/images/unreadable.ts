/** Why an image file cannot be used, in words of our own. */

/** As a part of a sentence that has named the file: decoders of libraries speak of buffers and headers, and each in its own way. */
export function whyUnreadable(error: unknown): string {
  const { message } = error as Error;
  const missing = missingPackage(error);
  if (missing !== null) return missing;
  if (/^(?:it|its|there|permission)\b/.test(message)) return message;
  if (/^timeout\b/.test(message)) return 'it takes longer to decode than any image should';
  if (/pixel limit/.test(message)) return 'it has more pixels than an image may have';
  return 'it is no image that can be read, or it is damaged';
}

/** No fault of the image: an installation that is not whole. */
function missingPackage(error: unknown): string | null {
  const { code, message } = error as NodeJS.ErrnoException;
  const [, name] = code === 'ERR_MODULE_NOT_FOUND' ? (/'([^']+)'/.exec(message) ?? []) : [];
  return name === undefined ? null : `it takes a part of Capscope that is not installed (${name}); npm ci brings it`;
}

/** Whether its name says that a file is an image, of a kind that is read. */
export const isCalledImage = (path: string): boolean => /\.(?:png|jpe?g|webp|gif|bmp|tiff?)$/i.test(path);
export const notWhatItsNameSays = 'it is not an image, whatever its name says';

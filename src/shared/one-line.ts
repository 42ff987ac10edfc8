const named: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * What may hold any character, such as the name of a file, as part of a message: line breaks, other control characters and those
 * that turn the direction of writing stand as their escapes, so that a message stays one line and no terminal obeys a name.
 */
export const oneLine = (text: string): string =>
  text.replaceAll(
    /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (character) => named[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

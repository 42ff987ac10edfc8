/** What is being dragged, as far as a browser tells before it is dropped: numbers and types, no names. */

const kinds: [RegExp, string, string][] = [
  [/^image\//, 'image', 'images'],
  [/zip|x-tar|gzip|compressed/, 'archive', 'archives'],
  [/^text\/csv/, 'table', 'tables'],
];

/** "3 images and 1 archive", "4 files or folders". @param types MIME types; '' for a folder and for what has none */
export function describeDragged(types: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const type of types) {
    const [, one, many] = kinds.find(([pattern]) => pattern.test(type)) ?? [null, 'file or folder', 'files or folders'];
    const name = `${one}|${many}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const parts = [...counts].map(([name, n]) => `${n} ${name.split('|')[n === 1 ? 0 : 1]!}`);
  return parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)!}`;
}
